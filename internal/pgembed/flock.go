package pgembed

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// lockPoll is how often a lock that others hold is asked for again. A blocking
// flock could not be given up when the context ends.
const lockPoll = 5 * time.Millisecond

// flock is an advisory lock on a file. The kernel frees it when the last copy
// of its descriptor is closed, however the holders end.
type flock struct{ *os.File }

// openLock opens the lock's file without locking it. The file is opened
// anew each time: flock belongs to the opening, not to the process.
func openLock(path string) (*flock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open lock: %w", err)
	}
	return &flock{f}, nil
}

// lockExclusive waits until nobody else holds the lock.
func lockExclusive(ctx context.Context, path string) (*flock, error) {
	l, err := openLock(path)
	if err != nil {
		return nil, err
	}
	if err := l.wait(ctx, syscall.LOCK_EX); err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// tryLock takes the lock if it is free; nil means that somebody holds it.
func tryLock(path string) (*flock, error) {
	l, err := openLock(path)
	if err != nil {
		return nil, err
	}
	got, err := l.tryExclusive()
	if err != nil || !got {
		l.Close()
		return nil, err
	}
	return l, nil
}

func (l *flock) share(ctx context.Context) error { return l.wait(ctx, syscall.LOCK_SH) }

func (l *flock) tryExclusive() (bool, error) { return l.try(syscall.LOCK_EX) }

func (l *flock) wait(ctx context.Context, how int) error {
	for {
		got, err := l.try(how)
		if err != nil || got {
			return err
		}
		if err := pause(ctx, lockPoll); err != nil {
			return err
		}
	}
}

func (l *flock) try(how int) (bool, error) {
	for {
		err := syscall.Flock(int(l.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return false, fmt.Errorf("lock %s: %w", l.Name(), err)
		}
	}
}

// pause waits for d or for the end of ctx, whose error it then returns.
func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
