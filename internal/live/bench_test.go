package live

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// The figures to reach: 2,000 streams told within 150 ms at p99 after a
// notification, one render per view and change in the storm of requests that
// follows, at most 40 KB a stream, 10,000 idle streams held.
const (
	benchStreams = 2000
	benchStalled = 20
	benchIdle    = 10_000
)

// crowd is many raw connections to one desk behind real sockets.
type crowd struct {
	desk    *desk
	server  *http.Server
	address string
	conns   []net.Conn
}

// newCrowd starts an instance on a loopback port. Its sockets keep little for
// a reader, so that one who does not read stalls soon.
func newCrowd(b *testing.B, parts http.Handler) *crowd {
	b.Helper()
	allowFiles(b)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	// The stalled are not dropped while it is measured.
	c := &crowd{desk: &desk{hub: New(Options{WriteTimeout: 5 * time.Minute})}, address: listener.Addr().String()}
	c.desk.hub.Doubt()
	mux := http.NewServeMux()
	mux.Handle("/live", c.desk)
	if parts != nil {
		mux.Handle("/tickets/rows", parts)
	}
	c.server = &http.Server{Handler: mux, ConnContext: func(ctx context.Context, conn net.Conn) context.Context {
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(4096) // only a wish
		}
		return ctx
	}}
	go func() { _ = c.server.Serve(listener) }()
	b.Cleanup(func() {
		for _, conn := range c.conns {
			_ = conn.Close()
		}
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		if err := c.desk.hub.Drain(ctx); err != nil {
			b.Error(err)
		}
		_ = c.server.Close()
	})
	return c
}

// allowFiles raises the number of sockets this process may hold to the most it
// is allowed.
func allowFiles(b *testing.B) {
	b.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Fatal(err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		b.Logf("the limit of open files stays: %v", err)
	}
}

// join opens one stream of somebody new and reads nothing yet.
func (c *crowd) join(b *testing.B, small bool) net.Conn {
	b.Helper()
	conn, err := net.Dial("tcp", c.address)
	if err != nil {
		b.Fatal(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && small {
		_ = tcp.SetReadBuffer(4096) // only a wish
	}
	c.conns = append(c.conns, conn)
	if _, err := io.WriteString(conn, benchAsk(uuid.New(), c.desk.hub.Mark())); err != nil {
		b.Fatal(err)
	}
	return conn
}

// benchAsk is what a ticket's page asks to hear.
func benchAsk(person uuid.UUID, mark Mark) string {
	return ask{person: person, mark: string(mark), on: []Topic{Tickets, Ticket(printer), PresenceAll, Staff(person)}}.request()
}

// greeted waits until so many streams have got their first event.
func (c *crowd) greeted(b *testing.B, n uint64) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); c.desk.hub.Stats().Greeted < n; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("%+v", c.desk.hub.Stats())
		}
	}
}

// stall sends news until it waits for all who do not read. The news is not the
// one that is measured.
func (c *crowd) stall(b *testing.B, healthy uint64) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); c.desk.waiting() < benchStalled; {
		due := c.desk.hub.Stats().Told + healthy
		c.desk.hub.Notify(string(Ticket(printer)))
		for c.desk.hub.Stats().Told < due {
			if time.Now().After(deadline) {
				b.Fatalf("%d streams stall: %+v", c.desk.waiting(), c.desk.hub.Stats())
			}
			time.Sleep(time.Millisecond)
		}
	}
}

// memoryNow is what the heap and the stacks hold, in bytes.
func memoryNow() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapInuse + m.StackInuse
}

// BenchmarkNotifyToTold tells 2,000 streams of which 20 never read, and
// reports when the healthy ones had it. Every healthy stream must have it in
// every round; a missing one would hang and fail the benchmark.
func BenchmarkNotifyToTold(b *testing.B) {
	c := newCrowd(b, nil)
	before := memoryNow()
	var healthy []net.Conn
	for i := range benchStreams {
		stalled := i%(benchStreams/benchStalled) == 0
		conn := c.join(b, stalled)
		if !stalled {
			healthy = append(healthy, conn)
		}
	}
	c.greeted(b, benchStreams)
	perStream := float64(memoryNow()-before) / benchStreams

	told := make(chan time.Time, benchStreams)
	for _, conn := range healthy {
		go func() {
			r := bufio.NewReaderSize(conn, 512)
			for {
				line, err := r.ReadSlice('\n')
				if err != nil {
					return
				}
				if bytes.Equal(line, []byte("event: tickets\n")) {
					told <- time.Now()
				}
			}
		}()
	}
	c.stall(b, uint64(len(healthy)))
	var waits []time.Duration
	total := 0
	for b.Loop() {
		began := time.Now()
		c.desk.hub.Notify("tickets")
		timeout := time.After(30 * time.Second)
		for n := range healthy {
			select {
			case at := <-told:
				waits = append(waits, at.Sub(began))
			case <-timeout:
				b.Fatalf("only %d of %d healthy streams were told: %+v", n, len(healthy), c.desk.hub.Stats())
			}
		}
		total += len(healthy)
	}
	slices.Sort(waits)
	b.ReportMetric(ms(waits[len(waits)/2]), "p50-ms")
	b.ReportMetric(ms(waits[len(waits)*99/100]), "p99-ms")
	b.ReportMetric(ms(waits[len(waits)-1]), "max-ms")
	b.ReportMetric(perStream/1024, "KiB/stream")
	b.ReportMetric(float64(len(waits))/float64(total), "told/due")
	b.ReportMetric(benchStalled, "stalled")
	if len(waits) != total {
		b.Errorf("%d of %d tellings arrived", len(waits), total)
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// BenchmarkPartStorm is what follows a notification: 2,000 pages ask for the
// same view at once, over 200 connections.
func BenchmarkPartStorm(b *testing.B) {
	var parts *Parts
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := parts.Get(r.Context(), Part{
			Key: PartKey{URL: CanonicalURL(r.URL), Permissions: "ticket.read"}, Topics: []Topic{Tickets},
			Render: benchRender,
		})
		if err == nil {
			err = body.WriteTo(w, r)
		}
		if err != nil {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	c := newCrowd(b, handler)
	parts = NewParts(c.desk.hub, PartsOptions{})
	client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 200, MaxIdleConnsPerHost: 200}}
	defer client.CloseIdleConnections()

	var mu sync.Mutex
	var waits []time.Duration
	storms := 0
	for b.Loop() {
		storms++
		c.desk.hub.Notify("tickets")
		began := time.Now()
		var asking sync.WaitGroup
		for range benchStreams {
			asking.Go(func() {
				if err := fetch(client, "http://"+c.address+"/tickets/rows?tab=active"); err != nil {
					b.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				waits = append(waits, time.Since(began))
			})
		}
		asking.Wait()
	}
	slices.Sort(waits)
	b.ReportMetric(float64(parts.Stats().Rendered)/float64(storms), "renders/change")
	b.ReportMetric(ms(waits[len(waits)/2]), "p50-ms")
	b.ReportMetric(ms(waits[len(waits)*99/100]), "p99-ms")
	if got := parts.Stats().Rendered; got != uint64(storms) {
		b.Errorf("%d renders for %d changes of one view", got, storms)
	}
}

// benchRender draws as much as a grid of 50 rows, about 12 KB.
func benchRender(context.Context) ([]byte, error) {
	var html bytes.Buffer
	for i := range 50 {
		fmt.Fprintf(&html, `<tr id="ticket-%d"><td>20261123-7F3K9Q2M</td><td>%0100d</td><td>Padaria Central</td><td>%060d</td></tr>`, i, i, i)
	}
	return html.Bytes(), nil
}

func fetch(client *http.Client, url string) error {
	response, err := client.Get(url)
	if err != nil {
		return fmt.Errorf("get part: %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("read part: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get part: %s", response.Status)
	}
	return nil
}

// BenchmarkPartFromStore is one request of the storm without HTTP.
func BenchmarkPartFromStore(b *testing.B) {
	h := New(Options{})
	h.Doubt()
	parts := NewParts(h, PartsOptions{})
	part := Part{Key: PartKey{URL: "/tickets/rows?tab=active"}, Topics: []Topic{Tickets}, Render: benchRender}
	for b.Loop() {
		if _, err := parts.Get(b.Context(), part); err != nil {
			b.Fatal(err)
		}
	}
}

// dialEnv tells the test binary, started again, to hold idle streams: a
// process may not own enough sockets for both ends.
const dialEnv = "HELPHUB_BENCH_DIAL"

// BenchmarkIdleStreams holds 10,000 streams of another process and tells them
// all once an iteration; the time is until the last is written.
func BenchmarkIdleStreams(b *testing.B) {
	c := newCrowd(b, nil)
	before := memoryNow()
	dialer := exec.Command(os.Args[0], "-test.run=^TestHoldsIdleStreamsForTheBenchmark$")
	dialer.Env = append(os.Environ(), dialEnv+"="+c.address, "HELPHUB_BENCH_MARK="+string(c.desk.hub.Mark()))
	dialer.Stderr = os.Stderr
	hold, err := dialer.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := dialer.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() {
		_ = hold.Close()
		_ = dialer.Wait()
	}()
	c.greeted(b, benchIdle)
	perStream := float64(memoryNow()-before) / benchIdle
	rounds := uint64(0)
	for b.Loop() {
		rounds++
		c.desk.hub.Notify("tickets")
		for deadline := time.Now().Add(time.Minute); c.desk.hub.Stats().Told < rounds*benchIdle; time.Sleep(100 * time.Microsecond) {
			if time.Now().After(deadline) {
				b.Fatalf("%+v", c.desk.hub.Stats())
			}
		}
	}
	b.ReportMetric(perStream/1024, "KiB/stream")
	if got := c.desk.hub.Stats().Streams; got != benchIdle {
		b.Errorf("%d of %d streams are still there", got, benchIdle)
	}
}

// TestHoldsIdleStreamsForTheBenchmark is the other process of
// BenchmarkIdleStreams; in an ordinary run it has nothing to do.
func TestHoldsIdleStreamsForTheBenchmark(t *testing.T) {
	address := os.Getenv(dialEnv)
	if address == "" {
		return
	}
	for range benchIdle {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		if _, err := io.WriteString(conn, benchAsk(uuid.New(), Mark(os.Getenv("HELPHUB_BENCH_MARK")))); err != nil {
			t.Fatal(err)
		}
		go func() { _, _ = io.CopyBuffer(io.Discard, struct{ io.Reader }{conn}, make([]byte, 512)) }()
	}
	_, _ = io.Copy(io.Discard, os.Stdin) // until the benchmark is done
}
