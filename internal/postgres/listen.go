package postgres

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
)

// How a listener doubts its connection. Without the ping, one whose other end
// vanished looks like one on which nothing happens.
const (
	pingEvery = 5 * time.Second
	pingLimit = 5 * time.Second
	// staleAfter is when a listener that has proved nothing counts as deaf:
	// a ping and its limit, and one more for a slow machine.
	staleAfter = pingEvery + 2*pingLimit
	// Time between tries to connect again, doubling, each drawn at random
	// between half and the whole so that instances do not come in step.
	firstRetry = 100 * time.Millisecond
	lastRetry  = 5 * time.Second
)

// Hooks are called by the listener, one at a time and in order, from one
// goroutine. They must return quickly: news waits meanwhile.
type Hooks struct {
	// OnConnect is called when the listener hears again, first time included.
	// Whatever was said before it may have been missed.
	OnConnect func()
	// OnNotify is called with each payload.
	OnNotify func(payload string)
	// OnDisconnect is called once for each OnConnect, with the reason, but
	// not when the listener is closed.
	OnDisconnect func(err error)
}

// Listener hears what is said on a channel of the database (NOTIFY) over a
// connection of its own, and connects again for as long as it is open. Its
// methods are safe for concurrent use.
type Listener struct {
	cfg     *pgx.ConnConfig
	channel string
	hooks   Hooks

	stop context.CancelFunc
	done chan struct{}

	connected  atomic.Bool
	connects   atomic.Int64
	provenUnix atomic.Int64 // nanoseconds; 0 means never

	pingEvery, pingLimit, firstRetry time.Duration // shorter in tests
}

// Listen starts to listen and returns at once; an unreachable server is tried
// again, only a malformed DSN is an error. It ends with ctx or with Close.
func Listen(ctx context.Context, dsn, channel string, hooks Hooks) (*Listener, error) {
	l, err := newListener(dsn, channel, hooks)
	if err != nil {
		return nil, err
	}
	l.start(ctx)
	return l, nil
}

func newListener(dsn, channel string, hooks Hooks) (*Listener, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: read DSN: %w", channel, err)
	}
	if channel == "" {
		return nil, errors.New("listen: no channel given")
	}
	sessionSettings(cfg, "helphub listener")
	return &Listener{
		cfg: cfg, channel: channel, hooks: hooks, done: make(chan struct{}),
		pingEvery: pingEvery, pingLimit: pingLimit, firstRetry: firstRetry,
	}, nil
}

func (l *Listener) start(ctx context.Context) {
	ctx, l.stop = context.WithCancel(ctx)
	go l.run(ctx)
}

// Close ends the listener and waits until no hook is running any more.
func (l *Listener) Close() {
	l.stop()
	<-l.done
}

// Healthy reports whether the listener hears: it is connected, and the server
// has answered within the last 15 s.
func (l *Listener) Healthy() bool {
	return l.connected.Load() && time.Since(l.LastProof()) < staleAfter
}

// LastProof is when the server last answered; zero means never.
func (l *Listener) LastProof() time.Time {
	n := l.provenUnix.Load()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n)
}

// Reconnects is how often the listener connected again after the first time.
func (l *Listener) Reconnects() int64 { return max(0, l.connects.Load()-1) }

func (l *Listener) run(ctx context.Context) {
	defer close(l.done)
	wait := l.firstRetry
	for ctx.Err() == nil {
		heard, err := l.session(ctx)
		if ctx.Err() != nil {
			return
		}
		if heard {
			wait = l.firstRetry
			if l.hooks.OnDisconnect != nil {
				l.hooks.OnDisconnect(err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait/2 + rand.N(wait/2)): //nolint:gosec // a pause may be guessed
		}
		wait = min(2*wait, lastRetry)
	}
}

// session is one connection from beginning to end. heard tells whether it
// came as far as listening.
func (l *Listener) session(ctx context.Context) (heard bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, l.cfg)
	if err != nil {
		return false, fmt.Errorf("connect listener: %w", err)
	}
	defer func() {
		l.connected.Store(false)
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		_ = conn.Close(closing) // It is given up whatever the server says.
	}()
	if err := l.ask(ctx, conn); err != nil {
		return false, err
	}
	l.connects.Add(1)
	l.connected.Store(true)
	if l.hooks.OnConnect != nil {
		l.hooks.OnConnect()
	}
	return true, l.hear(ctx, conn)
}

// hear waits for news, and asks for a sign of life whenever there is none.
func (l *Listener) hear(ctx context.Context, conn *pgx.Conn) error {
	ping := time.Now().Add(l.pingEvery)
	for {
		waiting, cancel := context.WithDeadline(ctx, ping)
		news, err := conn.WaitForNotification(waiting)
		cancel()
		switch {
		case err == nil:
			if l.hooks.OnNotify != nil {
				l.hooks.OnNotify(news.Payload)
			}
		case ctx.Err() != nil || conn.IsClosed():
			return fmt.Errorf("wait for news: %w", err)
		}
		if time.Now().Before(ping) {
			continue
		}
		if err := l.ping(ctx, conn); err != nil {
			return err
		}
		ping = time.Now().Add(l.pingEvery)
	}
}

func (l *Listener) ask(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, l.pingLimit)
	defer cancel()
	if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{l.channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen on %s: %w", l.channel, err)
	}
	l.proven()
	return nil
}

func (l *Listener) ping(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, l.pingLimit)
	defer cancel()
	if err := conn.Ping(ctx); err != nil {
		return fmt.Errorf("ping listener's server: %w", err)
	}
	l.proven()
	return nil
}

func (l *Listener) proven() { l.provenUnix.Store(time.Now().UnixNano()) }
