// Package live tells open pages that something changed, never what: a page
// then asks again, as the person looking, in their language. It holds the
// topics and their allow-list, the mark a page takes before it reads, the hub
// that fans news out to GET /live, the parts many pages ask for at once, and
// who is here. It opens no database connection and knows no session, no role
// and no HTML: what may be heard is decided by the caller, the listener brings
// the news, and nothing that travels has content worth stealing.
//
// # Wiring
//
// One hub per process, fed by the listener of the database channel [Channel]:
//
//	hub := live.New(live.Options{})
//	parts := live.NewParts(hub, live.PartsOptions{})
//	presence := live.NewPresence(hub, func(ctx context.Context, payload string) error {
//		_, err := pool.Exec(ctx, "SELECT pg_notify($1, $2)", live.Channel, payload)
//		return err
//	})
//	go presence.Run(ctx)
//
//	hub.Doubt()         // listener: (re)connected and LISTENing; anything may have been missed
//	hub.Notify(payload) // listener: one notification
//	hub.Deaf()          // listener: the connection is lost
//	hub.Heard(topics…)  // writer: these were just committed by this process
//	server.RegisterOnShutdown(func() { _ = hub.Drain(ctx) })
//
// # A page and its stream
//
// A page takes the mark before it reads, and hands it to its stream:
//
//	mark := hub.Mark()
//	rows := query(…)
//	render(w, rows, "/live?mark="+string(mark)+"&on=tickets")
//
// The stream refuses before it writes anything, so the caller still owns the
// answer:
//
//	topics, err := live.ParseTopics(r.URL.Query()["on"], may)
//	err = hub.Serve(w, r, live.Subscription{Person: id, Session: session, Topics: topics, Mark: mark})
//	switch {
//	case errors.Is(err, live.ErrTooMany):  // 429
//	case errors.Is(err, live.ErrDraining): // 503 and Retry-After
//	}
//
// Every event is named by its topic and carries a mark as its id; the first is
// named [Hello] and only sets how long the browser waits before it comes back.
//
// # Why it cannot miss
//
// Each notification gets the hub's next number. A mark is a number of this
// hub; a topic is told when it spoke after the page's mark, and an event's id
// only covers what this stream has already told. A mark of another hub, of
// before the last doubt, or of before what the hub remembers, tells
// everything. So a change is either in what the page read, or told. An order
// to end streams that was lost while the listener was away is made up for by
// [Subscription] Check, within a heartbeat.
package live
