package faults

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/pgembed"
	"helphub/internal/rig"
)

const password = "onça pintada 42 voa"

// site is HelpHub as a company runs it: two webs and two workers on one
// database.
type site struct {
	t       *testing.T
	binary  string
	folder  string
	webs    []*rig.Process
	bases   []string // where the webs are reached
	workers []*rig.Process
	dsn     string
	// state is where pgembed keeps the server; share is ours in it when the
	// database is given, and nil when it is the program's own to keep.
	state string
	share *pgembed.Instance
	// inside counts the forms that each web has in hand.
	inside [2]atomic.Int64
}

// open starts the site with a made-up company in it. With given, PostgreSQL is
// somebody else's and reached by DATABASE_URL; otherwise it is the embedded one.
func open(t *testing.T, given bool) *site {
	t.Helper()
	s := &site{t: t, folder: rig.Folder(t)}
	s.binary = rig.Build(t, s.folder, "./cmd/helphub")
	data := filepath.Join(s.folder, "data")
	env := rig.Environment("HELPHUB_DATA="+data, "HELPHUB_ADMIN_PASSWORD="+password)
	if given {
		s.state = filepath.Join(s.folder, "given")
		s.bringUp(t.Context())
		s.dsn = s.share.DSN()
		env = append(env, "DATABASE_URL="+s.dsn)
	} else {
		s.state = filepath.Join(data, "database")
	}
	t.Cleanup(s.close)
	rig.Run(t, env, s.binary, "demo")
	for n := range 2 {
		address := rig.FreeAddress(t)
		s.bases = append(s.bases, "http://"+address)
		s.webs = append(s.webs, rig.NewProcess(t, fmt.Sprintf("web-%d", n),
			slices.Concat(env, []string{"HELPHUB_ADDR=" + address}), s.binary, "serve", "--no-worker"))
		s.workers = append(s.workers, rig.NewProcess(t, fmt.Sprintf("worker-%d", n), env, s.binary, "worker"))
	}
	for _, p := range s.all() {
		p.Start()
	}
	for _, base := range s.bases {
		if err := s.ready(t.Context(), base); err != nil {
			s.fatal(err)
		}
	}
	if !given {
		// A share of a moment, to learn the address: the server is the program's.
		share, err := pgembed.Start(t.Context(), pgembed.Options{Data: s.state, Bin: os.Getenv("HELPHUB_PG_BIN")})
		if err != nil {
			s.fatal(err)
		}
		s.dsn = share.DSN()
		if err := share.Stop(t.Context()); err != nil {
			s.fatal(err)
		}
	}
	return s
}

func (s *site) all() []*rig.Process { return slices.Concat(s.webs, s.workers) }

func (s *site) fatal(err error) {
	s.t.Helper()
	for _, p := range s.all() {
		p.Tell()
	}
	s.t.Fatal(err)
}

// close ends everything in order, and what did not end with kill -9.
func (s *site) close() {
	for _, p := range s.all() {
		p.Stop()
	}
	if s.t.Failed() {
		for _, p := range s.all() {
			p.Tell()
		}
	}
	if s.share != nil {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.share.Stop(ctx); err != nil {
			s.t.Error(err)
		}
	}
	if left := s.killServer(); left > 0 {
		s.t.Errorf("%d processes of PostgreSQL were left running", left)
	}
}

// bringUp starts a PostgreSQL that is not the program's.
func (s *site) bringUp(ctx context.Context) {
	s.t.Helper()
	share, err := pgembed.Start(ctx, pgembed.Options{
		Data: s.state, Bin: os.Getenv("HELPHUB_PG_BIN"), Log: slog.New(slog.DiscardHandler),
		Settings: map[string]string{"max_connections": "150"}, // two pools of twelve in each of four processes
	})
	if err != nil {
		s.t.Errorf("start PostgreSQL: %v", err)
		return
	}
	if s.share != nil {
		if err := s.share.Stop(ctx); err != nil {
			s.t.Errorf("give up share of the killed PostgreSQL: %v", err)
		}
	}
	s.share = share
}

// killServer kills every process of PostgreSQL with -9 and returns how many
// there were.
func (s *site) killServer() (killed int) {
	pids, err := rig.ServerProcesses(s.state)
	if err != nil {
		s.t.Error(err)
	}
	for _, pid := range pids {
		if syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed++
		}
	}
	return killed
}

// connect returns a connection of the test's own to the database.
func (s *site) connect(ctx context.Context) (*pgx.Conn, error) { return pgx.Connect(ctx, s.dsn) }

// accepts waits until PostgreSQL takes connections and returns since when.
func (s *site) accepts(ctx context.Context) time.Time {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		if conn, err := s.connect(ctx); err == nil {
			_ = conn.Close(ctx) // Only that it was there matters.
			return time.Now()
		}
		if err := rig.Pause(ctx, 10*time.Millisecond); err != nil {
			s.fatal(fmt.Errorf("PostgreSQL did not come back: %w", err))
		}
	}
}

// ready waits until an instance says that it can serve.
func (s *site) ready(ctx context.Context, base string) error { return rig.Ready(ctx, base+"/readyz") }
