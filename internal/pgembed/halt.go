package pgembed

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// How long a server may take to end: politely (it ends its clients'
// transactions and writes all it has), then at once (safe too, and the next
// start recovers). It is never killed: its children would go on alone.
const (
	politely = 30 * time.Second
	atOnce   = 20 * time.Second
)

// bringDown stops the server and returns when none of its processes is left.
// The caller holds the transition lock and is the last user.
func (c *cluster) bringDown(ctx context.Context) error {
	running, err := c.running()
	if err != nil || !running {
		return err
	}
	p, ok := c.postmaster()
	if !ok || !leadsServer(p.pid, c.at.data) {
		// Leaderless processes end by themselves; there is nobody to ask.
		return c.awaitEnd(ctx, orphanLimit)
	}
	// A server that is still recovering takes the polite signal badly: it may
	// never end. One that answers is past that. If it does not, ask anyway.
	_ = c.exec(ctx, dsn(p.socket, role, database)) // Only the wait matters.

	for _, step := range []struct {
		signal syscall.Signal
		limit  time.Duration
	}{{syscall.SIGINT, politely}, {syscall.SIGQUIT, atOnce}} {
		if err := syscall.Kill(p.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop the database: signal process %d: %w", p.pid, err)
		}
		err = c.awaitEnd(ctx, step.limit)
		if err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

func (c *cluster) awaitEnd(ctx context.Context, limit time.Duration) error {
	waiting, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("it is still there after %s", limit))
	defer cancel()
	l, err := lockExclusive(waiting, c.at.server)
	if err != nil {
		return fmt.Errorf("wait for the database of %s to end: %w", c.at.root, err)
	}
	return l.Close()
}
