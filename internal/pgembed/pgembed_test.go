package pgembed

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestAnEmptyDirectoryBecomesADatabaseOfOurs(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	o := options(data)
	o.NoSync = false // As in the product.
	inst := start(t, o)
	got := ask[[]string](t, inst.DSN(), `SELECT ARRAY[current_user::text, current_database()::text, usesuper::text, usecreatedb::text,
		current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'),
		current_setting('listen_addresses'), current_setting('server_encoding'), current_setting('timezone'),
		current_setting('data_checksums'), lower('AÇÃO É ÓTIMA')]
		FROM pg_user WHERE usename = current_user`)
	want := []string{"helphub", "helphub", "false", "true", "on", "on", "on", "", "UTF8", "UTC", "on", "ação é ótima"}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if _, err := os.Stat(filepath.Join(inst.BinDir(), "postgres")); err != nil {
		t.Errorf("its programs are not in %q: %v", inst.BinDir(), err)
	}
	info, err := os.Stat(filepath.Join(data, "pg"))
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("pg has mode %v (%v)", info.Mode(), err)
	}
}

func TestTheLastOneOutStopsTheServer(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	first := start(t, options(data))
	pid := leader(t, data)
	second := start(t, options(data))
	other := launchClient(t, data, nil)
	if dsn := other.dsn(t); dsn != first.DSN() || second.DSN() != dsn || leader(t, data) != pid {
		t.Errorf("they are not at one server: %s, %s, %s", first.DSN(), second.DSN(), dsn)
	}
	stop(t, first)
	stop(t, second)
	ask[int](t, first.DSN(), "SELECT 1")
	other.leave(t)
	if left := serverProcesses(t, data); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	stop(t, first) // Once more does no harm.
}

func TestAServerWhoseLastClientWasKilledIsAttachedToOrStopped(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	c := launchClient(t, data, nil)
	dsn := c.dsn(t)
	ask[int](t, dsn, "SELECT 1")
	if _, err := StopServer(t.Context(), data); !errors.Is(err, ErrInUse) {
		t.Errorf("stopping a server in use: %v", err)
	}
	pid := leader(t, data)
	c.kill(t)
	inst := start(t, options(data))
	if leader(t, data) != pid {
		t.Error("another server was started")
	}
	stop(t, inst)

	launchClient(t, data, nil).killAfterDSN(t)
	for _, want := range []bool{true, false} {
		if stopped, err := StopServer(t.Context(), data); err != nil || stopped != want {
			t.Errorf("stopped %t (%v), want %t", stopped, err, want)
		}
	}
	if left := serverProcesses(t, data); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
	if stopped, err := StopServer(t.Context(), filepath.Join(data, "none")); err != nil || stopped {
		t.Errorf("no directory: stopped %t (%v)", stopped, err)
	}
}

func (c *client) killAfterDSN(t *testing.T) {
	t.Helper()
	c.dsn(t)
	c.kill(t)
}

// Whoever runs HelpHub under a pipe must not wait for the database: seen to
// hang with the server's output given to os.Stdout.
func TestTheServerKeepsNothingOfOursOpen(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	c := launchClient(t, data, nil)
	c.dsn(t)
	pid := leader(t, data)
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(c.out); err != nil { // Ends when the last holder has closed it.
		t.Fatal(err)
	}
	if leader(t, data) != pid || syscall.Kill(pid, 0) != nil {
		t.Error("the server went with its client")
	}
	env, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "environ"))
	if err == nil && strings.Contains(string(env), clientEnv) {
		t.Errorf("the server has our environment: %q", env)
	}
}

// Seen to fail without Setsid.
func TestCtrlCIsForUsAndNotForTheServer(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	c := launchClient(t, data, nil)
	dsn := c.dsn(t)
	if err := syscall.Kill(-c.cmd.Process.Pid, syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // It says that it was interrupted, as it was.
	ask[int](t, dsn, "SELECT 1")
}

func TestEightStartsAtOnceMakeOneServer(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	var clients [8]*client
	for i := range clients {
		clients[i] = launchClient(t, data, nil)
	}
	dsns := map[string]int{}
	for _, c := range clients {
		dsns[c.dsn(t)]++
	}
	if len(dsns) != 1 {
		t.Errorf("they are at different servers: %v", dsns)
	}
	log, err := os.ReadFile(filepath.Join(data, "server.log"))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(log), "ready to accept connections"); n != 1 {
		t.Errorf("%d servers were started", n)
	}
	for _, c := range clients[:3] {
		c.kill(t)
	}
	for _, c := range clients[3:] {
		c.leave(t)
	}
	if left := serverProcesses(t, data); len(left) > 0 {
		t.Errorf("processes %v are left", left)
	}
}

func TestAPathTooLongForASocketGetsAShortOne(t *testing.T) {
	t.Parallel()
	data := filepath.Join(stateDir(t), strings.Repeat("long", 20), strings.Repeat("path", 20))
	inst := start(t, options(data))
	ask[int](t, inst.DSN(), "SELECT 1")
	again := start(t, options(data))
	if again.DSN() != inst.DSN() {
		t.Errorf("attached to %s, not %s", again.DSN(), inst.DSN())
	}
	p, _ := inst.c.postmaster()
	t.Cleanup(func() { os.RemoveAll(p.socket) })
	info, err := os.Stat(p.socket)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the socket's directory %s has mode %v (%v)", p.socket, info.Mode(), err)
	}
}

func TestAStartThatIsGivenUpLeavesNothingRunning(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	ctx, cancel := context.WithCancel(t.Context())
	result := make(chan error, 1)
	go func() {
		inst, err := Start(ctx, options(data))
		if err == nil {
			err = errors.Join(errors.New("it came up"), inst.Stop(context.Background()))
		}
		result <- err
	}()
	eventually(t, "the database is being made", func() bool {
		made, err := filepath.Glob(filepath.Join(data, "pg", "init-*", "PG_VERSION"))
		return err == nil && len(made) > 0
	})
	cancel()
	if err := <-result; !errors.Is(err, context.Canceled) {
		t.Errorf("the start said: %v", err)
	}
	eventually(t, "nothing of it is left", func() bool { return len(serverProcesses(t, data)) == 0 })
	ask[int](t, start(t, options(data)).DSN(), "SELECT 1")
}

func TestAStopThatIsGivenUpStillGivesUpTheShare(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	inst, err := Start(t.Context(), options(data))
	if err != nil {
		t.Fatal(err)
	}
	transition, err := lockExclusive(t.Context(), inst.c.at.lock)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := inst.Stop(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stopping behind a closed door: %v", err)
	}
	transition.Close()
	if stopped, err := StopServer(t.Context(), data); err != nil || !stopped {
		t.Errorf("stopped %t (%v)", stopped, err)
	}
}
