package pgembed

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Whatever is killed, what was acknowledged is there after the next start.
// The server runs as in the product, with fsync.
func TestNothingAcknowledgedIsLostWhateverIsKilled(t *testing.T) {
	t.Parallel()
	for name, victims := range map[string]func(t *testing.T, data string, c *client) []int{
		"the server and all its processes": func(t *testing.T, data string, _ *client) []int {
			return serverProcesses(t, data)
		},
		"only the server's leader": func(t *testing.T, data string, _ *client) []int {
			return []int{leader(t, data)}
		},
		"one of its processes": func(t *testing.T, data string, _ *client) []int {
			all := serverProcesses(t, data)
			lead := leader(t, data)
			return all[slices.IndexFunc(all, func(pid int) bool { return pid != lead }):][:1]
		},
		"server and client at once": func(t *testing.T, data string, c *client) []int {
			return append(serverProcesses(t, data), c.cmd.Process.Pid)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := stateDir(t)
			o := options(data)
			o.NoSync = false
			inst, err := Start(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			c := launchClient(t, data, nil)
			written := make(chan int)
			go func() { written <- write(t, c.dsn(t)) }()
			eventually(t, "rows are acknowledged", func() bool { return countRows(t, inst.DSN()) > 50 })
			for _, pid := range victims(t, data, c) {
				_ = syscall.Kill(pid, syscall.SIGKILL) // A process may have just ended.
			}
			acknowledged := <-written

			again := start(t, o)
			rows := countRows(t, again.DSN())
			if rows < acknowledged {
				t.Errorf("%d rows were acknowledged, %d are there", acknowledged, rows)
			}
			stop(t, inst)
		})
	}
}

// write inserts row after row until the server is gone, and answers how many
// were acknowledged.
func write(t *testing.T, dsn string) (acknowledged int) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Error(err)
		return 0
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, "CREATE TABLE kept (n int)"); err != nil {
		t.Error(err)
		return 0
	}
	for {
		if _, err := conn.Exec(ctx, "INSERT INTO kept VALUES ($1)", acknowledged); err != nil {
			return acknowledged
		}
		acknowledged++
	}
}

// countRows answers 0 while there is no table.
func countRows(t *testing.T, dsn string) (n int) {
	t.Helper()
	ctx := t.Context()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	_ = conn.QueryRow(ctx, "SELECT count(*) FROM kept").Scan(&n) // There may be no table yet.
	return n
}

func TestMakingTheDatabaseMayBeKilledHalfWay(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	c := launchClient(t, data, nil)
	eventually(t, "the database is being made", func() bool {
		made, err := filepath.Glob(filepath.Join(data, "pg", "init-*", "PG_VERSION"))
		return err == nil && len(made) > 0
	})
	c.kill(t)
	for _, pid := range serverProcesses(t, data) {
		_ = syscall.Kill(pid, syscall.SIGKILL) // initdb goes too, or it may finish.
	}
	if _, err := os.Stat(filepath.Join(data, "pg", "data")); err == nil {
		t.Fatal("the client was killed too late to prove anything")
	}
	ask[int](t, start(t, options(data)).DSN(), "SELECT 1")
	if left, _ := filepath.Glob(filepath.Join(data, "pg", "init-*")); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// initdb outlives its killed parent by a second; seen to fail (two of them in
// one directory) when the server's lock was not handed to it.
func TestAnInitdbWithoutItsParentIsWaitedFor(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	c := launchClient(t, data, nil)
	eventually(t, "the database is being made", func() bool {
		made, err := filepath.Glob(filepath.Join(data, "pg", "init-*"))
		return err == nil && len(made) > 0
	})
	c.kill(t)
	ask[int](t, start(t, options(data)).DSN(), "SELECT 1")
}

// After kill -9 the pid in the file may be a zombie's or somebody else's, and
// PostgreSQL then refuses to start. Seen to fail without clearStale.
func TestAStalePidFileOfAReusedPidIsNoObstacle(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	first := start(t, options(data))
	stop(t, first)
	sleeper := exec.Command("sleep", "600")
	sleeper.SysProcAttr = &syscall.SysProcAttr{Credential: first.c.as.credential()}
	if err := sleeper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sleeper.Process.Kill(); _ = sleeper.Wait() })
	stale := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n  1 1\nready   \n", sleeper.Process.Pid, filepath.Join(data, "pg", "data"), filepath.Join(data, "pg"))
	for _, name := range []string{"data/postmaster.pid", socketName + ".lock"} {
		if err := os.WriteFile(filepath.Join(data, "pg", name), []byte(stale), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	ask[int](t, start(t, options(data)).DSN(), "SELECT 1")
	if err := sleeper.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the stranger was harmed: %v", err)
	}
}

// Two servers on one directory would destroy it. Seen to fail without
// refuseStranger: the pid file was removed, and only the shared memory block
// kept the second server from coming up.
func TestAServerStartedByOtherHandsIsLeftAlone(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	inst := start(t, options(data))
	c := inst.c
	stop(t, inst)
	found, err := c.binaries(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	byHand := exec.Command(filepath.Join(found.Dir, "postgres"), "-D", c.at.data, "-k", c.at.pg, "-c", "listen_addresses=")
	byHand.Dir = c.at.pg
	byHand.SysProcAttr = &syscall.SysProcAttr{Credential: c.as.credential()}
	if err := byHand.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = byHand.Process.Signal(syscall.SIGQUIT); _ = byHand.Wait() })
	eventually(t, "it is ready", func() bool { p, ok := c.postmaster(); return ok && p.ready })

	_, err = Start(t.Context(), options(data))
	wantError(t, err, ErrNotOurs, "HelpHub did not start", fmt.Sprint(byHand.Process.Pid))
	if leader(t, data) != byHand.Process.Pid {
		t.Error("its pid file was touched")
	}
}

func TestAServerThatIsStillRecoveringIsStoppedAllTheSame(t *testing.T) {
	t.Parallel()
	data := stateDir(t)
	for range 3 {
		c := launchClient(t, data, nil)
		c.dsn(t)
		if err := syscall.Kill(leader(t, data), syscall.SIGQUIT); err != nil {
			t.Fatal(err)
		}
		eventually(t, "it is gone", func() bool { return len(serverProcesses(t, data)) == 0 })
		c.kill(t)
		stop(t, start(t, options(data)))
		if left := serverProcesses(t, data); len(left) > 0 {
			t.Fatalf("processes %v are left", left)
		}
	}
}

// wantError wants an error of a kind that says certain things.
func wantError(t *testing.T, err, kind error, says ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("it went well, want %v", kind)
	}
	for _, s := range append(says, kind.Error()) {
		if !strings.Contains(err.Error(), s) {
			t.Errorf("the error does not say %q:\n%v", s, err)
		}
	}
	if lines := strings.Count(err.Error(), "\n"); lines > 24 {
		t.Errorf("the error has %d lines, more than a screen", lines)
	}
}
