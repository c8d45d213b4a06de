package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// hasty is a pace that a test need not wait for.
var hasty = pace{body: 50 * time.Millisecond, write: 50 * time.Millisecond}

// open serves a handler as the program does.
func open(t *testing.T, h http.Handler) *httptest.Server {
	t.Helper()
	s := httptest.NewUnstartedServer(nil)
	s.Config = newServer(h, slog.New(slog.DiscardHandler), nil)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func dial(t *testing.T, s *httptest.Server) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// Seen to fail without the read deadline: the handler waited for the body as
// long as the test did.
func TestABodyThatDoesNotComeIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	s := open(t, timed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err == nil {
			t.Error("the body is complete")
		}
		w.WriteHeader(http.StatusBadRequest)
	}), hasty))
	c := dial(t, s)
	fmt.Fprint(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf of it")
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Errorf("status %d", answer.StatusCode)
	}
}

// The limit is for the client, not for what the handler does with the body:
// net/http lifts the deadline when it has all of it, and this holds it to that.
func TestAHandlerMayTakeItsTimeOnceTheBodyIsThere(t *testing.T) {
	t.Parallel()
	s := open(t, timed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := io.ReadAll(r.Body); err != nil {
			t.Errorf("read body: %v", err)
		}
		select {
		case <-r.Context().Done():
			t.Error("the request was given up")
		case <-time.After(3 * hasty.body):
		}
		_, _ = io.WriteString(w, "done")
	}), hasty))
	answer, err := http.Post(s.URL, "text/plain", strings.NewReader("all of it"))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got, _ := io.ReadAll(answer.Body); string(got) != "done" {
		t.Errorf("answered %q", got)
	}
}

// Seen to fail without the write deadline: the handler was still writing when
// the test gave up.
func TestAReaderThatStopsIsCutOff(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	s := open(t, timed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		defer close(ended)
		page := make([]byte, 1<<20)
		for {
			if _, err := w.Write(page); err != nil {
				return
			}
		}
	}), hasty))
	fmt.Fprint(dial(t, s), "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("the handler still writes")
	}
}

func TestAStreamIsNotTimed(t *testing.T) {
	t.Parallel()
	s := open(t, timed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, timed := w.(*timedWriter); timed {
			t.Error("the stream's writes are timed")
		}
	}), hasty))
	answer, err := http.Get(s.URL + "/live?on=tickets")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
}

func TestHugeHeadersAreRefused(t *testing.T) {
	t.Parallel()
	s := open(t, http.NotFoundHandler())
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Big", strings.Repeat("a", 2*maxHeader))
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", answer.StatusCode)
	}
}

func TestWaitingForConnectionsEndsWithTheLast(t *testing.T) {
	t.Parallel()
	var c connections
	c.wait(time.Hour) // none: at once
	near, far := net.Pipe()
	c.note(near, http.StateNew)
	c.note(far, http.StateNew)
	c.note(far, http.StateClosed)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { c.wait(time.Hour); cancel() }()
	c.note(near, http.StateActive)
	c.note(near, http.StateClosed)
	select {
	case <-ctx.Done():
	case <-time.After(patience):
		t.Error("still waiting for connections that are gone")
	}
}
