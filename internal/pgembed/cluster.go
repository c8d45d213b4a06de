package pgembed

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// Who and what the cluster is called inside. The superuser is only for
// setting up; HelpHub itself connects as role.
const (
	superuser = "postgres"
	role      = "helphub"
	database  = "helphub"
)

// maxSocketPath is a length that every system takes: Linux has room for 107
// bytes, macOS for 103.
const maxSocketPath = 100

const socketName = ".s.PGSQL.5432"

// place is every path of a state directory.
type place struct {
	root, lock, clients, server, log, hba, ident, pg, data string
}

// cluster is one state directory seen from this process.
type cluster struct {
	at  place
	opt Options
	as  *account
	log *slog.Logger
}

func newCluster(o Options) (*cluster, error) {
	if o.Data == "" {
		return nil, errors.New("embedded database: no directory given")
	}
	root, err := filepath.Abs(o.Data)
	if err != nil {
		return nil, fmt.Errorf("find database directory: %w", err)
	}
	if resolved, err := filepath.EvalSymlinks(root); err == nil {
		root = resolved
	}
	in := func(name ...string) string { return filepath.Join(append([]string{root}, name...)...) }
	return &cluster{
		at: place{
			root: root, lock: in("lock"), clients: in("clients"), server: in("server"), log: in("server.log"),
			hba: in("hba"), ident: in("ident"), pg: in("pg"), data: in("pg", "data"),
		},
		opt: o,
		log: cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
	}, nil
}

// prepare makes the directories and finds out which user the server runs as.
func (c *cluster) prepare() error {
	if err := makeRoot(c.at.root); err != nil {
		return err
	}
	as, err := serverAccount(c.at)
	if err != nil {
		return err
	}
	c.as = as
	if err := makePrivate(c.at.pg, as); err != nil {
		return err
	}
	return as.canReach(c.at.pg)
}

// running reports whether any process of our server is left. It looks at the
// lock that they inherited: a pid in a file proves nothing.
func (c *cluster) running() (bool, error) {
	l, err := tryLock(c.at.server)
	if err != nil {
		return false, err
	}
	if l == nil {
		return true, nil
	}
	return false, l.Close()
}

// bringUp attaches to the running server or starts one, and returns the
// directory of its socket. The caller holds the transition lock.
func (c *cluster) bringUp(ctx context.Context) (socket string, err error) {
	started := time.Now()
	patience := newPatience(c.log)
	for {
		alive, err := tryLock(c.at.server)
		if err != nil {
			return "", err
		}
		if alive != nil {
			defer alive.Close()
			socket, err := c.boot(ctx, alive)
			if err != nil {
				return "", err
			}
			c.log.InfoContext(ctx, "database started", "dsn", dsn(socket, role, database), "took", time.Since(started))
			return socket, nil
		}
		if p, ok := c.postmaster(); ok && p.ready {
			if err := c.furnish(ctx, p.socket); err == nil {
				return p.socket, nil
			} else if permanent(err) {
				return "", err
			}
		}
		if err := patience.wait(ctx, c.serverAlive()); err != nil {
			return "", fmt.Errorf("wait for the server of %s: %w", c.at.root, err)
		}
	}
}

// serverAlive reports whether the process that leads the server is there, so
// that it is worth waiting for.
func (c *cluster) serverAlive() bool {
	p, ok := c.postmaster()
	return ok && leadsServer(p.pid, c.at.data)
}

// major reads which PostgreSQL made the data; 0 means that there is none yet.
func (c *cluster) major() (int, error) {
	b, err := os.ReadFile(filepath.Join(c.at.data, "PG_VERSION"))
	switch {
	case err == nil:
		n, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			return 0, fmt.Errorf("%w: %s/PG_VERSION is not a version number", ErrNotOurs, c.at.data)
		}
		return n, nil
	case !errors.Is(err, os.ErrNotExist):
		return 0, fmt.Errorf("read version of the data: %w", err)
	}
	if entries, err := os.ReadDir(c.at.data); err == nil && len(entries) > 0 {
		return 0, fmt.Errorf("%w: %s is not empty and holds no PostgreSQL data; nothing was changed", ErrNotOurs, c.at.data)
	}
	return 0, nil
}

// socketDir is where the server's socket goes: beside the data, or when that
// path is too long for a socket, in a directory of the server's user under
// the system's temporary one, named by a hash.
func (c *cluster) socketDir() (string, error) {
	if len(filepath.Join(c.at.pg, socketName)) <= maxSocketPath {
		return c.at.pg, nil
	}
	sum := sha256.Sum256([]byte(c.at.root))
	dir := filepath.Join(os.TempDir(), "helphub-"+hex.EncodeToString(sum[:8]))
	if len(filepath.Join(dir, socketName)) > maxSocketPath {
		dir = filepath.Join("/tmp", filepath.Base(dir))
	}
	if err := makePrivate(dir, c.as); err != nil {
		return "", err
	}
	return dir, nil
}

// logTail is what the server wrote since offset, at most its last lines.
func (c *cluster) logTail(offset int64) string {
	b, err := os.ReadFile(c.at.log)
	if err != nil || offset > int64(len(b)) {
		return ""
	}
	lines := bytes.Split(bytes.TrimSpace(b[offset:]), []byte("\n"))
	const most = 8
	return string(bytes.Join(lines[max(0, len(lines)-most):], []byte("\n")))
}

// patience bounds the wait for a server that others started or left behind.
type patience struct {
	log     *slog.Logger
	begun   time.Time
	orphans time.Time
	told    bool
}

// orphanLimit is how long processes without their leader may take to end;
// they notice within a second.
const orphanLimit = 30 * time.Second

func newPatience(log *slog.Logger) *patience { return &patience{log: log, begun: time.Now()} }

func (p *patience) wait(ctx context.Context, alive bool) error {
	if alive {
		p.orphans = time.Time{}
	} else if p.orphans.IsZero() {
		p.orphans = time.Now()
	}
	if !p.orphans.IsZero() && time.Since(p.orphans) > orphanLimit {
		return errors.New("processes of an earlier server are still there but their leader is not: end them (ps shows \"postgres:\") and start again")
	}
	if !p.told && time.Since(p.begun) > 2*time.Second {
		p.told = true
		p.log.InfoContext(ctx, "waiting for the database to start or to end")
	}
	return pause(ctx, 10*time.Millisecond)
}
