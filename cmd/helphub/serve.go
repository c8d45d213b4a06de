package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"helphub/handlers"
	"helphub/internal/live"
	"helphub/internal/postgres"
)

type serveCmd struct {
	NoWorker bool `help:"Only the web: workers run elsewhere."`
}

// Run opens the doors and closes them in order when ctx ends.
func (s serveCmd) Run(ctx context.Context, p *program) error {
	// The address comes first: it is the cheapest thing to be wrong.
	door, err := listen(ctx, p.cfg.Addr, "HELPHUB_ADDR")
	if err != nil {
		return err
	}
	defer door.Close()
	m, err := p.openMeter(ctx)
	if err != nil {
		return err
	}
	defer m.close()
	h, err := p.build(ctx, m.query())
	if err != nil {
		return stopped(ctx, err)
	}
	defer h.close(ctx)
	m.measureHouse(h)
	return stopped(ctx, s.serve(ctx, h, m, door))
}

// serve runs the house from its first answer to its last.
func (s serveCmd) serve(ctx context.Context, h *house, m *meter, door net.Listener) error {
	needsSetup, err := h.setUp(ctx)
	if err != nil {
		return err
	}
	base := h.cfg.baseURL(door.Addr())
	if needsSetup {
		if err := h.invite(ctx, base); err != nil {
			return err
		}
	}
	w, err := h.newWeb(ctx, m)
	if err != nil {
		return err
	}
	defer w.silence()
	if !s.NoWorker {
		hands, err := h.startWorker(ctx, m)
		if err != nil {
			return err
		}
		defer h.stopWorker(ctx, hands)
	}
	failed := w.open(door)
	defer w.close(ctx, door)
	w.hears(ctx)
	fmt.Fprintf(h.out, "HelpHub is ready at %s\n", base)
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// stopped is nil when an error is only the echo of our own end.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || postgres.IsUnavailable(err)) {
		return nil
	}
	return err
}

// listen opens an address, or says which setting to change.
func listen(ctx context.Context, addr, setting string) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &problem{code: exitAddress, text: fmt.Sprintf("%s is in use by another program; choose another with %s", addr, setting), err: err}
	case err != nil:
		return nil, &problem{code: exitAddress, text: fmt.Sprintf("cannot listen on %s: %v", addr, err), err: err}
	}
	return l, nil
}

// web is the open door of one instance.
type web struct {
	*house
	app      *handlers.App
	server   *http.Server
	listener *postgres.Listener
	presence *live.Presence
	hearing  chan struct{} // closed when the listener first listens
	closing  atomic.Bool
	conns    connections
	// background ends what runs beside the server; over waits for it.
	background context.CancelFunc
	over       chan struct{}
}

func (h *house) newWeb(ctx context.Context, m *meter) (*web, error) {
	w := &web{house: h, hearing: make(chan struct{}), over: make(chan struct{})}
	parts := live.NewParts(h.hub, live.PartsOptions{})
	w.presence = live.NewPresence(h.hub, func(ctx context.Context, payload string) error {
		if _, err := h.db.Write.Exec(ctx, "-- name: AnnouncePresence :exec\nSELECT pg_notify($1, $2)", live.Channel, payload); err != nil {
			return fmt.Errorf("announce presence: %w", err)
		}
		return nil
	})
	// What is open ends in close's order, not when the first signal comes.
	lasting := context.WithoutCancel(ctx)
	first := sync.OnceFunc(func() { close(w.hearing) })
	listener, err := postgres.Listen(lasting, h.db.dsn, live.Channel, postgres.Hooks{
		OnConnect: func() { h.hub.Doubt(); first() },
		OnNotify:  h.hub.Notify,
		OnDisconnect: func(err error) {
			h.hub.Deaf()
			h.log.Warn("listener lost its connection", "error", err)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("start listener: %w", err)
	}
	w.listener = listener
	app, site, err := handlers.New(handlers.Options{
		DB: h.db.DB, Desk: h.desk, Office: h.office, Hub: h.hub, Parts: parts, Presence: w.presence, Log: h.log,
		PublicURL: h.cfg.PublicURL, TrustedProxies: h.cfg.TrustedProxies, Ready: w.ready, Observe: m.request(), Version: version(),
	})
	if err != nil {
		listener.Close()
		return nil, fmt.Errorf("build site: %w", err)
	}
	w.app = app
	w.server = newServer(w.parting(timed(site, usualPace)), h.log, w.conns.note)
	m.measureWeb(w)
	lasting, w.background = context.WithCancel(lasting)
	go w.run(lasting)
	return w, nil
}

// hearLimit is how long the start waits for the listener. It is there at once
// or, when the database has just gone, when it comes back.
const hearLimit = 5 * time.Second

func (w *web) hears(ctx context.Context) {
	select {
	case <-w.hearing:
	case <-ctx.Done():
	case <-time.After(hearLimit):
	}
}

// brakeEvery is how often the counts of quiet addresses are forgotten.
const brakeEvery = 5 * time.Minute

func (w *web) run(ctx context.Context) {
	defer close(w.over)
	forget := time.NewTicker(brakeEvery)
	defer forget.Stop()
	done := make(chan struct{})
	go func() { defer close(done); w.presence.Run(ctx) }()
	for {
		select {
		case <-ctx.Done():
			<-done
			return
		case <-forget.C:
			w.app.Brake()
		}
	}
}

// open serves until the listener is closed. What it returns tells of an end
// that nobody asked for.
func (w *web) open(door net.Listener) <-chan error {
	failed := make(chan error, 1)
	go func() {
		err := w.server.Serve(door)
		if !w.closing.Load() && !errors.Is(err, http.ErrServerClosed) {
			failed <- fmt.Errorf("serve: %w", err)
		}
	}()
	return failed
}

// Closing bounds, each for its step.
const (
	drainLimit = 5 * time.Second
	// partingTime is how long connections that are kept alive may be told, with
	// the answer to their next request, that there will be no further one.
	partingTime = time.Second
	finishLimit = 20 * time.Second
)

// close ends in this order: no new connections, no streams, no requests.
// Whatever still works behind the door ends after it: the worker, then silence,
// then the pools and the database.
func (w *web) close(ctx context.Context, door net.Listener) {
	ctx = context.WithoutCancel(ctx)
	w.closing.Store(true)
	_ = door.Close() // Serve's copy may have closed it already.
	draining, cancel := context.WithTimeout(ctx, drainLimit)
	if err := w.hub.Drain(draining); err != nil {
		w.log.WarnContext(ctx, "streams did not end", "error", err)
	}
	cancel()
	w.conns.wait(partingTime)
	finishing, cancel := context.WithTimeout(ctx, finishLimit)
	if err := w.server.Shutdown(finishing); err != nil {
		w.log.WarnContext(ctx, "requests did not end and are cut", "error", err)
		_ = w.server.Close() // Nothing is left to do about a connection.
	}
	cancel()
}

// silence ends presence, with a last word to the other instances, and then the
// listener.
func (w *web) silence() {
	w.background()
	<-w.over
	w.listener.Close()
}

// parting tells clients not to send another request on a connection that is
// about to be closed: one that crosses the closing on the wire would be lost.
func (w *web) parting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if w.closing.Load() {
			rw.Header().Set("Connection", "close")
		}
		next.ServeHTTP(rw, r)
	})
}
