package live

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
)

// The people and things of the tests.
var (
	ana     = uuid.MustParse("01920000-0000-7000-8000-00000000000a")
	bruno   = uuid.MustParse("01920000-0000-7000-8000-00000000000b")
	celia   = uuid.MustParse("01920000-0000-7000-8000-00000000000c")
	printer = uuid.MustParse("01920000-0000-7000-8000-000000000001") // a ticket
	router  = uuid.MustParse("01920000-0000-7000-8000-000000000002") // another
	laptop  = uuid.MustParse("01920000-0000-7000-8000-00000000005a") // a session
	phone   = uuid.MustParse("01920000-0000-7000-8000-00000000005b") // another
)

// inBubble runs a test on fake time. A bubble that ends with a goroutine still
// blocked fails, so every test in it is a test for leaks too.
func inBubble(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, test)
}

// pass lets time go by in a bubble, which takes none.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// desk is one instance: a hub behind a real net/http server whose connections
// are pipes without any buffer, so a reader that does not read stalls at once.
type desk struct {
	hub    *Hub
	server *http.Server
	dialed chan net.Conn
	check  func(context.Context) bool
}

func newDesk(t *testing.T, o Options, adjust ...func(*http.Server)) *desk {
	t.Helper()
	d := &desk{hub: New(o), dialed: make(chan net.Conn)}
	d.server = &http.Server{Handler: d, ErrorLog: log.New(io.Discard, "", 0)}
	for _, f := range adjust {
		f(d.server)
	}
	listener := &pipeListener{dialed: d.dialed, closed: make(chan struct{})}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = d.server.Serve(listener)
	}()
	t.Cleanup(func() {
		if err := d.hub.Drain(t.Context()); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		_ = d.server.Close()
		<-served
	})
	return d
}

// ServeHTTP answers as the handler of GET /live does.
func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	topics, err := ParseTopics(q["on"], func(Family, uuid.UUID) bool { return true })
	if err == nil {
		person, session := uuid.MustParse(q.Get("person")), uuid.Nil
		if text := q.Get("session"); text != "" {
			session = uuid.MustParse(text)
		}
		err = d.hub.Serve(w, r, Subscription{
			Person: person, Session: session, Topics: topics, Mark: Mark(q.Get("mark")), Check: d.check,
		})
	}
	switch {
	case errors.Is(err, ErrTooMany):
		w.WriteHeader(http.StatusTooManyRequests)
	case errors.Is(err, ErrDraining):
		w.WriteHeader(http.StatusServiceUnavailable)
	case err != nil:
		w.WriteHeader(http.StatusUnprocessableEntity)
	}
}

func (d *desk) dial(context.Context, string, string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	d.dialed <- theirs
	return ours, nil
}

type pipeListener struct {
	dialed chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.dialed:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}
func (l *pipeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// ask is how a page opens its stream.
type ask struct {
	person, session uuid.UUID
	mark, lastID    string
	on              []Topic
}

func (a ask) query() string {
	q := url.Values{"person": {a.person.String()}}
	if a.session != uuid.Nil {
		q.Set("session", a.session.String())
	}
	if a.mark != "" {
		q.Set("mark", a.mark)
	}
	for _, t := range a.on {
		q.Add("on", string(t))
	}
	return q.Encode()
}

func (a ask) request() string {
	lines := "GET /live?" + a.query() + " HTTP/1.1\r\nHost: desk\r\n"
	if a.lastID != "" {
		lines += "Last-Event-ID: " + a.lastID + "\r\n"
	}
	return lines + "\r\n"
}

// event is one event as a browser understands it; a comment has only that.
type event struct {
	id, name, data string
	retry          time.Duration
	comment        string
}

// page is one browser page listening.
type page struct {
	conn   net.Conn
	status int
	header http.Header
	body   *bufio.Reader

	mu     sync.Mutex
	events []event
	ended  bool
}

// open opens a stream and reads its head.
func (d *desk) open(t *testing.T, a ask) *page {
	t.Helper()
	conn, _ := d.dial(t.Context(), "", "")
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, a.request()); err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &page{conn: conn, status: response.StatusCode, header: response.Header, body: bufio.NewReader(response.Body)}
}

// listen opens a stream and reads all it is told.
func (d *desk) listen(t *testing.T, a ask) *page {
	t.Helper()
	p := d.open(t, a)
	if p.status != http.StatusOK {
		t.Fatalf("stream refused: %d", p.status)
	}
	go p.read()
	synctest.Wait()
	return p
}

func (p *page) read() {
	for {
		e, err := readEvent(p.body)
		p.mu.Lock()
		if err != nil {
			p.ended = true
			p.mu.Unlock()
			return
		}
		p.events = append(p.events, e)
		p.mu.Unlock()
	}
}

// openHTTP2 opens a stream over HTTP/2 and reads its head.
func (d *desk) openHTTP2(t *testing.T, a ask) io.ReadCloser {
	t.Helper()
	transport := &http.Transport{
		DialContext: d.dial, Protocols: new(http.Protocols),
		// A small window, so that a reader who does not read stalls soon.
		HTTP2: &http.HTTP2Config{MaxReceiveBufferPerStream: 64 << 10},
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); transport.CloseIdleConnections() })
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://desk/live?"+a.query(), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	if response.ProtoMajor != 2 || response.StatusCode != http.StatusOK {
		t.Fatalf("got %s %s", response.Proto, response.Status)
	}
	return response.Body
}

// listenAs is listen over HTTP/1.1 or HTTP/2.
func (d *desk) listenAs(t *testing.T, protocol string, a ask) *page {
	t.Helper()
	if protocol == "http/1.1" {
		return d.listen(t, a)
	}
	p := &page{body: bufio.NewReader(d.openHTTP2(t, a))}
	go p.read()
	synctest.Wait()
	return p
}

// waiting is for how many streams news waits.
func (d *desk) waiting() int {
	d.hub.mu.Lock()
	defer d.hub.mu.Unlock()
	n := 0
	for _, s := range d.hub.streams {
		s.mu.Lock()
		if len(s.waiting) > 0 {
			n++
		}
		s.mu.Unlock()
	}
	return n
}

// stall opens a stream and never reads a byte of it.
func (d *desk) stall(t *testing.T, a ask) {
	t.Helper()
	conn, _ := d.dial(t.Context(), "", "")
	t.Cleanup(func() { _ = conn.Close() })
	if _, err := io.WriteString(conn, a.request()); err != nil {
		t.Fatal(err)
	}
	synctest.Wait()
}

// told returns the names of the events so far, without the greeting and the
// heartbeats, and forgets them.
func (p *page) told() []string {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	var names []string
	for _, e := range p.events {
		if e.name != Hello && e.comment == "" {
			names = append(names, e.name)
		}
	}
	p.events = nil
	return names
}

// heard returns all events so far, raw.
func (p *page) heard() []event {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events
}

func (p *page) over() bool {
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// readEvent reads one event by the rules of the format.
func readEvent(r *bufio.Reader) (event, error) {
	var e event
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return event{}, err
		}
		line = strings.TrimSuffix(line, "\n")
		if line == "" {
			return e, nil
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "":
			e.comment = value
		case "id":
			e.id = value
		case "event":
			e.name = value
		case "data":
			e.data += value
		case "retry":
			ms, _ := strconv.Atoi(value)
			e.retry = time.Duration(ms) * time.Millisecond
		}
	}
}

// names spells topics as told does.
func names(topics ...Topic) []string {
	all := make([]string, len(topics))
	for i, t := range topics {
		all[i] = string(t)
	}
	return all
}
