package postgres

import (
	"context"
	"time"
)

// RiverVersion lets the tests compare the pinned version with River's own.
const RiverVersion = riverVersion

// ListenFast is Listen for a test that cannot wait for seconds.
func ListenFast(ctx context.Context, dsn, channel string, hooks Hooks) (*Listener, error) {
	l, err := newListener(dsn, channel, hooks)
	if err != nil {
		return nil, err
	}
	l.pingEvery, l.pingLimit, l.firstRetry = 20*time.Millisecond, 500*time.Millisecond, 2*time.Millisecond
	l.start(ctx)
	return l, nil
}

// ListenUnpinged is Listen without pings, for a test of what is noticed
// without them.
func ListenUnpinged(ctx context.Context, dsn, channel string, hooks Hooks) (*Listener, error) {
	l, err := newListener(dsn, channel, hooks)
	if err != nil {
		return nil, err
	}
	l.pingEvery = time.Hour
	l.start(ctx)
	return l, nil
}
