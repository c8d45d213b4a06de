package main

import (
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"
)

// What a client may take, in time and bytes. A stream of GET /live lives long
// and bounds itself; everything else must keep up.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 15 * time.Second
	writeTimeout  = 30 * time.Second // per write, not per answer
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// pace is how long a client may take.
type pace struct{ body, write time.Duration }

var usualPace = pace{body: bodyTimeout, write: writeTimeout}

func newServer(h http.Handler, log *slog.Logger, note func(net.Conn, http.ConnState)) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ConnState: note, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// timed cuts a client that sends its body or takes its answer too slowly.
func timed(next http.Handler, limit pace) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/live" {
			next.ServeHTTP(w, r)
			return
		}
		control := http.NewResponseController(w)
		if r.Body != nil && r.Body != http.NoBody {
			// The server lifts it when the body is there. A connection without
			// deadlines keeps working without this one.
			_ = control.SetReadDeadline(time.Now().Add(limit.body))
		}
		next.ServeHTTP(&timedWriter{ResponseWriter: w, control: control, limit: limit.write}, r)
	})
}

// timedWriter gives each write its own deadline.
type timedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	limit   time.Duration
}

// Write implements io.Writer.
func (w *timedWriter) Write(p []byte) (int, error) {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.limit))
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *timedWriter) Flush() {
	_ = w.control.SetWriteDeadline(time.Now().Add(w.limit))
	_ = w.control.Flush() // The next write tells of a connection that is gone.
}

// Unwrap lets http.ResponseController reach the connection.
func (w *timedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// connections counts the open ones.
type connections struct {
	mu   sync.Mutex
	open map[net.Conn]struct{}
	gone chan struct{} // closed when the last one goes, while somebody waits
}

func (c *connections) note(conn net.Conn, state http.ConnState) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch state {
	case http.StateNew:
		if c.open == nil {
			c.open = map[net.Conn]struct{}{}
		}
		c.open[conn] = struct{}{}
	case http.StateClosed, http.StateHijacked:
		delete(c.open, conn)
	}
	if len(c.open) == 0 && c.gone != nil {
		close(c.gone)
		c.gone = nil
	}
}

// wait returns when no connection is open, or after limit.
func (c *connections) wait(limit time.Duration) {
	c.mu.Lock()
	if len(c.open) == 0 {
		c.mu.Unlock()
		return
	}
	c.gone = make(chan struct{})
	gone := c.gone
	c.mu.Unlock()
	select {
	case <-gone:
	case <-time.After(limit):
	}
}
