package live

import (
	"bytes"
	"errors"
	"net/http"
	"os"
	"sync"
	"time"
)

var (
	noDeadline   = time.Time{}
	longAgo      = time.Unix(1, 0)
	lastFarewell = time.Second // for the few bytes that end the answer
)

// writer is the connection as r3labs sees it. It gathers one event and writes
// it at once under its own deadline; a write that fails or takes too long ends
// the stream, which r3labs by itself would not notice.
type writer struct {
	http    http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	written func()       // an event has been written
	fail    func(Reason) // one has not

	event bytes.Buffer // only touched by the goroutine that serves

	mu      sync.Mutex
	writing bool // a write is on its way and may be stuck
	ended   bool // no further writes
}

// Header is the answer's.
func (w *writer) Header() http.Header { return w.http.Header() }

// WriteHeader begins the answer.
func (w *writer) WriteHeader(status int) { w.http.WriteHeader(status) }

// Write gathers a piece of an event; it never fails.
func (w *writer) Write(p []byte) (int, error) { return w.event.Write(p) }

// Flush writes the event gathered, or, before the first one, the headers.
func (w *writer) Flush() {
	if !w.begin() {
		return
	}
	began := time.Now()
	events := w.event.Len() > 0
	err := w.flush()
	w.done()
	switch {
	case err == nil && events:
		w.written()
	case err == nil:
	case errors.Is(err, os.ErrDeadlineExceeded) || time.Since(began) >= w.timeout:
		w.fail(Slow)
	default:
		w.fail(Broken)
	}
}

func (w *writer) flush() error {
	if w.event.Len() == 0 {
		return w.control.Flush()
	}
	defer w.event.Reset()
	if _, err := w.http.Write(w.event.Bytes()); err != nil {
		return err
	}
	return w.control.Flush()
}

// begin sets the deadline of the write to come; false when the stream ended.
func (w *writer) begin() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return false
	}
	w.writing = true
	w.deadline(time.Now().Add(w.timeout))
	return true
}

// done takes the deadline off: under HTTP/2 it would end the stream when it
// passes, write or no write.
func (w *writer) done() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.writing = false
	if !w.ended {
		w.deadline(noDeadline)
	}
}

// abort lets no further write begin and returns a stuck one at once.
func (w *writer) abort() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	w.ended = true
	if w.writing {
		w.deadline(longAgo)
	}
}

// finish leaves the server a moment for the end of the answer. Afterwards the
// connection is not touched: it may belong to the next request.
func (w *writer) finish() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.deadline(time.Now().Add(lastFarewell))
}

// deadline sets the connection's; w.mu is held. Serve has seen that it can be
// set, and a connection that has gone away reports itself at the write.
func (w *writer) deadline(t time.Time) { _ = w.control.SetWriteDeadline(t) }
