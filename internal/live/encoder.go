package live

import (
	"context"
	"net/http"
	"net/url"

	"github.com/r3labs/sse/v2"
)

// encoder is r3labs/sse for exactly one reader. Shared by several, one reader
// that stops reading stops all of them; so each connection has its own, and
// it does nothing but write events as the format wants them.
type encoder struct {
	server *sse.Server
	out    *writer
}

// only is the name of the one stream in an encoder; a client cannot choose it.
const only = "live"

// headers of every stream: no cache keeps it, nginx does not gather it. Only
// ever read.
var headers = map[string]string{"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

// newEncoder prepares to write to out and calls ready once events are
// delivered; r3labs drops what is offered before.
func newEncoder(out *writer, ready func()) *encoder {
	e := &encoder{server: sse.New(), out: out}
	e.server.AutoReplay = false // it keeps everything for ever and rewrites the ids
	e.server.AutoStream = false
	e.server.SplitData = true // a line break in data must not begin a field
	e.server.BufferSize = 1
	e.server.Headers = headers
	e.server.OnSubscribe = func(string, *sse.Subscriber) { ready() }
	e.server.CreateStream(only)
	return e
}

// serve writes events until the context ends. Nothing of the client's request
// goes in: r3labs answers 400 to a Last-Event-ID that is not a number, for
// which a browser gives up for good.
func (e *encoder) serve(ctx context.Context) {
	r := &http.Request{Method: http.MethodGet, URL: &url.URL{RawQuery: "stream=" + only}, Header: http.Header{}}
	e.server.ServeHTTP(e.out, r.WithContext(ctx))
}

// offer hands over one event without waiting; false when there is no place.
// With one event on its way at a time there always is, until close.
func (e *encoder) offer(event *sse.Event) bool { return e.server.TryPublish(only, event) }

// close may be called only after serve has returned: r3labs leaks a goroutine
// for every reader that is still there.
func (e *encoder) close() { e.server.RemoveStream(only) }
