package live

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
)

// channel is the database channel between instances: what is published comes
// to all, in order. It can be cut.
type channel struct {
	mu        sync.Mutex
	hubs      []*Hub
	published []string
	away      bool
}

var errAway = errors.New("database away")

func (c *channel) publish(_ context.Context, payload string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.away {
		return errAway
	}
	c.published = append(c.published, payload)
	for _, h := range c.hubs {
		h.Notify(payload)
	}
	return nil
}

// sent returns what was published since the last call, questions left out.
func (c *channel) sent() []string {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, payload := range c.published {
		if !strings.HasPrefix(payload, askPrefix) {
			all = append(all, payload)
		}
	}
	c.published = nil
	return all
}

func (c *channel) cut(away bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.away = away
}

// join adds an instance; stop ends its presence as a shutdown does.
func (c *channel) join(t *testing.T) (d *desk, p *Presence, stop func()) {
	t.Helper()
	d = newDesk(t, Options{Spread: time.Nanosecond})
	p = NewPresence(d.hub, c.publish)
	c.mu.Lock()
	c.hubs = append(c.hubs, d.hub)
	c.mu.Unlock()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); p.Run(ctx) }()
	stop = func() { cancel(); <-done }
	t.Cleanup(stop)
	d.hub.Doubt()
	pass(2 * time.Second)
	return d, p, stop
}

// kill takes an instance off the channel without a word.
func (c *channel) kill(h *Hub, p *Presence) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := range c.hubs {
		if c.hubs[i] == h {
			c.hubs = append(c.hubs[:i], c.hubs[i+1:]...)
			break
		}
	}
	p.mu.Lock()
	p.publish = func(context.Context, string) error { return errAway }
	p.mu.Unlock()
}

func expectOn(t *testing.T, when string, want []Here, presences ...*Presence) {
	t.Helper()
	synctest.Wait()
	for i, p := range presences {
		if diff := cmp.Diff(want, p.On(printer)); diff != "" {
			t.Errorf("%s: instance %d:\n%s", when, i, diff)
		}
	}
}

func TestEverybodyOnATicketIsSeenOnEveryInstance(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		two, onTwo, _ := c.join(t)
		c.sent()

		bPage := two.listen(t, ask{person: bruno, mark: string(two.hub.Mark()), on: []Topic{PresenceOn(printer)}})
		aPage := one.listen(t, ask{person: ana, mark: string(one.hub.Mark()), on: []Topic{PresenceOn(printer), Ticket(printer)}})
		grid := two.listen(t, ask{person: celia, mark: string(two.hub.Mark()), on: []Topic{PresenceAll}})
		both := []Here{{Staff: ana}, {Staff: bruno}}
		expectOn(t, "both look", both, onOne, onTwo)
		if bPage.told() == nil || aPage.told() == nil {
			t.Error("their pages were not told")
		}
		pass(time.Second)
		if grid.told() == nil {
			t.Error("the grid was not told")
		}

		onTwo.Write(printer, ana) // her beat came to another instance than her stream
		expectOn(t, "Ana writes", []Here{{Staff: ana, Writing: true}, {Staff: bruno}}, onOne, onTwo)
		onTwo.Rest(printer, ana)
		expectOn(t, "Ana has sent it", both, onOne, onTwo)

		_ = aPage.conn.Close()
		pass(9 * time.Second)
		expectOn(t, "Ana reloads", both, onOne, onTwo)
		pass(13 * time.Second)
		expectOn(t, "Ana has gone", []Here{{Staff: bruno}}, onOne, onTwo)
		_ = bPage.conn.Close()
		pass(12 * time.Second)
		expectOn(t, "all have gone", nil, onOne, onTwo)
		for _, p := range []*Presence{onOne, onTwo} {
			if len(p.own)+len(p.others)+len(p.tickets)+len(p.dirty) != 0 {
				t.Errorf("something is left: %+v", p)
			}
		}
	})
}

func TestWhoHearsOnlyTheGridOrTheTicketIsNotOnIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		one.listen(t, ask{person: ana, on: []Topic{PresenceAll, Tickets, Ticket(printer)}})
		expectOn(t, "on the grid", nil, onOne)
	})
}

// A notification costs the database a lock: one when somebody comes, begins
// to write, stops, and goes; none per beat, reload, tab or reconnection.
func TestOnlyComingWritingAndGoingAreAnnounced(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		c.sent()
		change := func(s string) string {
			return changePrefix + one.hub.instance + ":" + printer.String() + ":" + ana.String() + ":" + s
		}
		who := ask{person: ana, on: []Topic{PresenceOn(printer)}}
		expect := func(when string, want ...string) {
			t.Helper()
			var got []string
			for _, payload := range c.sent() {
				if !strings.HasPrefix(payload, snapshotPrefix) {
					got = append(got, payload)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s:\n%s", when, diff)
			}
		}
		page := one.listen(t, who)
		expect("comes", change("viewing"))
		for range 10 {
			_ = page.conn.Close()
			pass(time.Second)
			page = one.listen(t, who)
			one.listen(t, who).conn.Close()
			pass(3 * time.Second)
		}
		expect("reloads, opens tabs")
		for range 20 {
			onOne.Write(printer, ana)
			pass(3 * time.Second)
		}
		expect("types for a minute", change("writing"))
		pass(12 * time.Second)
		expect("pauses", change("viewing"))
		_ = page.conn.Close()
		pass(12 * time.Second)
		expect("goes", change("gone"))
		pass(10 * time.Minute)
		if got := c.sent(); len(got) != 0 {
			t.Errorf("an empty instance says %q", got)
		}
	})
}

func TestAnInstanceThatDiesTakesItsPeopleWithItAndOneThatStopsSaysSo(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		two, onTwo, _ := c.join(t)
		three, _, stop := c.join(t)
		one.listen(t, ask{person: ana, on: []Topic{PresenceOn(printer)}})
		two.listen(t, ask{person: bruno, on: []Topic{PresenceOn(printer)}})
		three.listen(t, ask{person: celia, on: []Topic{PresenceOn(printer)}})
		expectOn(t, "all", []Here{{Staff: ana}, {Staff: bruno}, {Staff: celia}}, onOne)
		stop()
		expectOn(t, "the third stopped", []Here{{Staff: ana}, {Staff: bruno}}, onOne)
		pass(10 * time.Minute)
		expectOn(t, "ten minutes later", []Here{{Staff: ana}, {Staff: bruno}}, onOne)
		c.kill(two.hub, onTwo)
		pass(55 * time.Second)
		expectOn(t, "the second is silent", []Here{{Staff: ana}, {Staff: bruno}}, onOne)
		pass(40 * time.Second)
		expectOn(t, "the second is dead", []Here{{Staff: ana}}, onOne)
	})
}

func TestAnInstanceThatStartsOrWasDeafLearnsWhoIsHere(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		one.listen(t, ask{person: ana, on: []Topic{PresenceOn(printer)}})
		two, onTwo, _ := c.join(t)
		expectOn(t, "the second starts", []Here{{Staff: ana}}, onTwo)

		// The second hears nothing while Bruno comes to the first and Ana goes.
		c.mu.Lock()
		c.hubs = c.hubs[:1]
		c.mu.Unlock()
		two.hub.Deaf()
		one.hub.EndPerson(ana)
		one.listen(t, ask{person: bruno, on: []Topic{PresenceOn(printer)}})
		pass(12 * time.Second)
		expectOn(t, "deaf", []Here{{Staff: ana}}, onTwo)
		c.mu.Lock()
		c.hubs = append(c.hubs, two.hub)
		c.mu.Unlock()
		two.hub.Doubt()
		expectOn(t, "listening again", []Here{{Staff: bruno}}, onOne, onTwo)
	})
}

// Seen to fail with owe taken out: the second never hears of either.
func TestWhatCouldNotBeAnnouncedIsAnnouncedLater(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		_, onTwo, _ := c.join(t)
		a := one.listen(t, ask{person: ana, on: []Topic{PresenceOn(printer)}})
		expectOn(t, "Ana comes", []Here{{Staff: ana}}, onOne, onTwo)
		c.cut(true)
		one.listen(t, ask{person: bruno, on: []Topic{PresenceOn(printer)}})
		_ = a.conn.Close()
		pass(20 * time.Second)
		expectOn(t, "the database is away", []Here{{Staff: bruno}}, onOne)
		c.cut(false)
		pass(2 * time.Second)
		expectOn(t, "it is back", []Here{{Staff: bruno}}, onOne, onTwo)
		if onOne.Failures() == 0 {
			t.Error("no failure was counted")
		}
	})
}

// PostgreSQL refuses a payload of 8,000 bytes and the transaction with it, and
// a notification per person when an instance comes back would be a storm.
func TestManyAtOnceAreAnnouncedInFewPayloadsBelowTheLimit(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		_, onOne, _ := c.join(t)
		_, onTwo, _ := c.join(t)
		c.sent()
		var here []Here
		for range 1000 {
			here = append(here, Here{Staff: uuid.Must(uuid.NewV7()), Writing: true})
		}
		for _, h := range here {
			onOne.Write(printer, h.Staff)
		}
		expectOn(t, "all write", here, onOne, onTwo)
		most := 0
		sent := c.sent()
		for _, payload := range sent {
			most = max(most, len(payload))
		}
		if len(sent) > 100 || most >= 8000 {
			t.Errorf("%d payloads, the longest %d bytes", len(sent), most)
		}
		pass(25 * time.Second)
		expectOn(t, "all have stopped", nil, onOne, onTwo)
	})
}

// Seen to fail with the grids told together with each ticket.
func TestTheGridsAreToldAtMostOnceASecond(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		c := &channel{}
		one, onOne, _ := c.join(t)
		grid := one.listen(t, ask{person: celia, mark: string(one.hub.Mark()), on: []Topic{PresenceAll}})
		for range 100 {
			onOne.Write(printer, uuid.New())
			pass(100 * time.Millisecond)
		}
		if got := len(grid.told()); got < 9 || got > 11 {
			t.Errorf("told %d times in 10 s", got)
		}
		pass(25 * time.Second)
		grid.told()
		pass(10 * time.Second)
		if got := grid.told(); len(got) != 0 {
			t.Errorf("told %q while nothing changed", got)
		}
	})
}

func TestWhatInstancesSayIsReadBackAndNothingElseIs(t *testing.T) {
	t.Parallel()
	const instance = "abcdefghij234"
	one := item{place{printer, ana}, writing}
	two := item{place{router, bruno}, gone}
	for payload, want := range map[string]report{
		askPayload(instance):                                    {instance: instance, asks: true},
		changePayload(instance, one):                            {instance: instance, items: []item{one}},
		changePayload(instance, two):                            {instance: instance, items: []item{two}},
		snapshotPayloads(instance, nil)[0]:                      {instance: instance, all: true},
		snapshotPayloads(instance, []item{one, two})[0]:         {instance: instance, all: true, items: []item{one, two}},
		snapshotPrefix + instance + ":part:" + encodeItems(nil): {instance: instance},
	} {
		got, ok := parseReport(payload)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(report{}, item{}, place{})); diff != "" || !ok {
			t.Errorf("%s: %v\n%s", payload, ok, diff)
		}
	}
	whole := snapshotPayloads(instance, []item{one})[0]
	for _, payload := range []string{
		"", "here", "here:", "here=", "here?:", "here?:x", "here?:" + instance + "\n", "here:" + instance,
		changePayload(instance, one) + "x", changePayload(instance, one) + ":x", changePayload("ABC", one),
		strings.Replace(changePayload(instance, one), "writing", "", 1), whole + "x", whole[:len(whole)-1],
		whole[:len(whole)-1] + "x", strings.Replace(whole, ":all:", ":some:", 1), strings.Replace(whole, ":all:", ":", 1),
		"tickets", string(EndPerson(ana)),
	} {
		if got, ok := parseReport(payload); ok {
			t.Errorf("%q was read as %+v", payload, got)
		}
	}
}

func FuzzNoReportBreaksPresence(f *testing.F) {
	const instance = "abcdefghij234"
	f.Add(askPayload(instance))
	f.Add(changePayload(instance, item{place{printer, ana}, viewing}))
	f.Add(snapshotPayloads(instance, []item{{place{printer, ana}, gone}, {place{router, bruno}, writing}})[0])
	p := NewPresence(New(Options{}), func(context.Context, string) error { return nil })
	f.Fuzz(func(t *testing.T, payload string) {
		r, ok := parseReport(payload)
		if p.hear(payload) != ok {
			t.Error("heard and read disagree")
		}
		if len(r.items)*itemLength > len(payload)+itemLength {
			t.Errorf("%d items out of %d bytes", len(r.items), len(payload))
		}
	})
}
