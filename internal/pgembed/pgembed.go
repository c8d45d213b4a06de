// Package pgembed is the database that nobody had to set up: it runs the
// machine's own PostgreSQL binaries on a directory of ours, reached by a Unix
// socket only, and shared by every HelpHub process that names the directory.
//
// It finds binaries, makes the cluster, starts, attaches and stops. It never
// upgrades, repairs or deletes data: a directory that it does not understand
// is refused and left as it was. With a DATABASE_URL it has no part at all.
//
// The directory, called the state directory here, belongs to the person who
// runs HelpHub; only its pg/ belongs to the server's user:
//
//	lock         held while something starts, attaches or stops
//	clients      shared by the processes that use the server
//	server       held by every process of the server, however it was orphaned
//	server.log   what the server says
//	hba ident    who may connect: rewritten at each start
//	pg/data      the cluster; pg/.s.PGSQL.5432 its socket
package pgembed

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
)

// What can be wrong in a way that a person can act on. The wrapping error
// says what was found and what to do, in a few lines fit for a terminal.
var (
	// ErrNoServer says that no usable PostgreSQL was found on this machine.
	ErrNoServer = errors.New("no usable PostgreSQL found")
	// ErrVersion says that the data belongs to another major version than
	// any PostgreSQL found. The data has not been touched.
	ErrVersion = errors.New("the data was made by another major version of PostgreSQL")
	// ErrNotOurs says that the directory holds something else, belongs to
	// another user, or is in use by a server that was not started here.
	ErrNotOurs = errors.New("the database directory cannot be used")
	// ErrInUse says that the server was not stopped because others use it.
	ErrInUse = errors.New("the database is in use")
)

// Options says where the database lives and how to run it.
type Options struct {
	// Data is the state directory. It and its parents are made if missing.
	Data string
	// Bin, when set, is the directory of the binaries to use, and no other
	// is looked for.
	Bin string
	// Cache is where a downloaded PostgreSQL is kept; "" means DefaultCache.
	Cache string
	// Offline forbids downloading one where the machine has none.
	Offline bool
	// Log receives the few notable events; nil means silence.
	Log *slog.Logger
	// Settings are given to the server with -c, over our own.
	Settings map[string]string
	// NoSync gives up durability for speed. It is for tests: after a power
	// cut the cluster is lost.
	NoSync bool
}

// Instance is this process's share in a running server. It is safe for
// concurrent use.
type Instance struct {
	c       *cluster
	socket  string
	clients *flock
	once    sync.Once
	err     error
}

// Start returns when the database takes connections: it attaches to the
// server that runs on o.Data already, or starts one, or makes the cluster and
// then starts one. Any number of processes may do so at once. Every Start
// needs a Stop; a process that dies instead is not counted any more.
//
// The server outlives ctx. A start that ctx ends leaves nothing running.
func Start(ctx context.Context, o Options) (*Instance, error) {
	c, err := newCluster(o)
	if err != nil {
		return nil, err
	}
	if err := c.prepare(); err != nil {
		return nil, err
	}
	transition, err := lockExclusive(ctx, c.at.lock)
	if err != nil {
		return nil, fmt.Errorf("wait for another start or stop: %w", err)
	}
	defer transition.Close()

	clients, err := openLock(c.at.clients)
	if err != nil {
		return nil, err
	}
	if err := clients.share(ctx); err != nil {
		clients.Close()
		return nil, fmt.Errorf("join the users of the database: %w", err)
	}
	socket, err := c.bringUp(ctx)
	if err != nil {
		clients.Close()
		return nil, err
	}
	return &Instance{c: c, socket: socket, clients: clients}, nil
}

// DSN is the URL of the database, for HelpHub's own role, which owns the
// database and may create others but is no superuser. It holds no secret: the
// server asks the system who is at the other end of the socket.
func (i *Instance) DSN() string { return dsn(i.socket, role, database) }

// BinDir is the directory of the programs that the running server was started
// from, where pg_dump and pg_restore of its version are if the machine has
// them; "" if that cannot be told.
func (i *Instance) BinDir() string { return i.c.binDir() }

// Stop gives up this process's share; the last one stops the server and
// waits until all of its processes are gone. When ctx ends first the share is
// given up all the same. A second Stop does nothing and answers the same.
func (i *Instance) Stop(ctx context.Context) error {
	i.once.Do(func() { i.err = i.leave(ctx) })
	return i.err
}

func (i *Instance) leave(ctx context.Context) error {
	defer i.clients.Close()
	transition, err := lockExclusive(ctx, i.c.at.lock)
	if err != nil {
		return fmt.Errorf("wait for another start or stop: %w", err)
	}
	defer transition.Close()
	last, err := i.clients.tryExclusive()
	if err != nil {
		return err
	}
	if !last {
		return nil
	}
	return i.c.bringDown(ctx)
}

// StopServer stops the server of a state directory whose last client died
// without stopping it, and reports whether one was running. While a process
// uses it the error is ErrInUse.
func StopServer(ctx context.Context, data string) (stopped bool, err error) {
	c, err := newCluster(Options{Data: data})
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(c.at.lock); errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	transition, err := lockExclusive(ctx, c.at.lock)
	if err != nil {
		return false, fmt.Errorf("wait for another start or stop: %w", err)
	}
	defer transition.Close()
	clients, err := openLock(c.at.clients)
	if err != nil {
		return false, err
	}
	defer clients.Close()
	alone, err := clients.tryExclusive()
	if err != nil {
		return false, err
	}
	if !alone {
		return false, fmt.Errorf("%w: stop the HelpHub processes that use %s first", ErrInUse, c.at.root)
	}
	running, err := c.running()
	if err != nil || !running {
		return false, err
	}
	return true, c.bringDown(ctx)
}
