package postgres_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/dbtest"
	"helphub/internal/postgres"
)

// ears are what a listener told, in order.
type ears chan string

func (e ears) hooks() postgres.Hooks {
	return postgres.Hooks{
		OnConnect:    func() { e <- "connected" },
		OnNotify:     func(payload string) { e <- payload },
		OnDisconnect: func(error) { e <- "disconnected" },
	}
}

func (e ears) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-e:
		if got != want {
			t.Fatalf("heard %q, want %q", got, want)
		}
	case <-t.Context().Done():
		t.Fatalf("heard nothing, want %q", want)
	}
}

func TestAListenerHearsWhatIsCommittedInOrder(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	heard := make(ears, 100)
	l, err := postgres.Listen(t.Context(), dsn, "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard.expect(t, "connected")
	pool := open(t, dsn)
	rolledBack, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	notify(t, rolledBack, "never")
	if err := rolledBack.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		notify(t, pool, "ticket-"+strconv.Itoa(i))
	}
	for i := range 10 {
		heard.expect(t, "ticket-"+strconv.Itoa(i))
	}
	if !l.Healthy() || l.LastProof().IsZero() || l.Reconnects() != 0 {
		t.Errorf("healthy %t, proof %s, reconnects %d", l.Healthy(), l.LastProof(), l.Reconnects())
	}
}

func TestAListenerSurvivesAHundredLostConnections(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	heard := make(ears, 100)
	l, err := postgres.ListenFast(t.Context(), dsn, "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard.expect(t, "connected")
	pool := open(t, dsn)
	for i := range 100 {
		_, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'helphub listener'`)
		if err != nil {
			t.Fatal(err)
		}
		heard.expect(t, "disconnected")
		heard.expect(t, "connected")
		notify(t, pool, strconv.Itoa(i))
		heard.expect(t, strconv.Itoa(i))
	}
	if n := l.Reconnects(); n != 100 {
		t.Errorf("%d reconnects", n)
	}
}

// Seen to go on for the time between two pings, asking the closed connection
// again and again, when its end was looked for in the context of the wait.
func TestAListenerNoticesTheEndOfItsConnectionAtOnce(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	heard := make(ears, 100)
	l, err := postgres.ListenUnpinged(t.Context(), dsn, "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard.expect(t, "connected")
	_, err = open(t, dsn).Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'helphub listener'`)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "it is told", func() bool { return len(heard) == 2 })
	heard.expect(t, "disconnected")
	heard.expect(t, "connected")
}

// A dead line looks like one on which nobody speaks. Seen to wait for ever
// when hear did not ping.
func TestAListenerNoticesThatItsServerFellSilent(t *testing.T) {
	t.Parallel()
	dsn := dbtest.Empty(t)
	line := newLine(t, dsn)
	heard := make(ears, 100)
	l, err := postgres.ListenFast(t.Context(), line.dsn, "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	heard.expect(t, "connected")
	before := l.LastProof()
	eventually(t, "a ping proves the line", func() bool { return l.LastProof().After(before) })

	line.freeze()
	heard.expect(t, "disconnected")
	if l.Healthy() {
		t.Error("a listener without a line calls itself healthy")
	}
	line.thaw()
	heard.expect(t, "connected")
	eventually(t, "it is healthy again", l.Healthy)
}

func TestAListenerThatFindsNoServerKeepsTryingAndCloses(t *testing.T) {
	t.Parallel()
	heard := make(ears, 1)
	l, err := postgres.ListenFast(t.Context(), "postgres://x@/x?host="+t.TempDir(), "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	if l.Healthy() || !l.LastProof().IsZero() {
		t.Error("it hears something")
	}
	l.Close()
	if len(heard) > 0 {
		t.Errorf("it told %q", <-heard)
	}
	if _, err := postgres.Listen(t.Context(), "postgres://[", "live", heard.hooks()); err == nil {
		t.Error("a malformed DSN was accepted")
	}
}

func TestAListenerEndsWithItsContextWithoutAWord(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(ears, 10)
	l, err := postgres.Listen(ctx, dbtest.Empty(t), "live", heard.hooks())
	if err != nil {
		t.Fatal(err)
	}
	heard.expect(t, "connected")
	cancel()
	l.Close()
	if len(heard) > 0 || l.Healthy() {
		t.Errorf("it told %d more things, healthy %t", len(heard), l.Healthy())
	}
}

func notify(t *testing.T, by interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}, payload string) {
	t.Helper()
	var void string
	if err := by.QueryRow(t.Context(), "SELECT pg_notify('live', $1)::text", payload).Scan(&void); err != nil {
		t.Fatal(err)
	}
}

// line is a wire to the server that can fall silent without being cut.
type line struct {
	dsn string

	mu     sync.Mutex
	frozen chan struct{} // closed while the line works
}

func newLine(t *testing.T, dsn string) *line {
	t.Helper()
	cfg, err := pgxpool.ParseConfig(dsn)
	if err != nil {
		t.Fatal(err)
	}
	network, address := "tcp", net.JoinHostPort(cfg.ConnConfig.Host, strconv.Itoa(int(cfg.ConnConfig.Port)))
	if filepath.IsAbs(cfg.ConnConfig.Host) {
		network, address = "unix", filepath.Join(cfg.ConnConfig.Host, fmt.Sprintf(".s.PGSQL.%d", cfg.ConnConfig.Port))
	}
	front, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { front.Close() })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Host, u.RawQuery = front.Addr().String(), "sslmode=disable"
	l := &line{dsn: u.String(), frozen: make(chan struct{})}
	close(l.frozen)
	go func() {
		for {
			near, err := front.Accept()
			if err != nil {
				return
			}
			go l.connect(near, network, address)
		}
	}()
	return l
}

func (l *line) connect(near net.Conn, network, address string) {
	defer near.Close()
	far, err := net.Dial(network, address)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		_, _ = io.Copy(far, near) // The end of either side ends both.
		far.Close()
	}()
	buf := make([]byte, 4096)
	for {
		n, err := far.Read(buf)
		if err != nil {
			return
		}
		<-l.works()
		if _, err := near.Write(buf[:n]); err != nil {
			return
		}
	}
}

func (l *line) works() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.frozen
}

func (l *line) freeze() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.frozen = make(chan struct{})
}

func (l *line) thaw() { close(l.frozen) }
