package pgembed

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// clientEnv makes the test binary a HelpHub in small: it starts the database
// of the directory named, prints the DSN, waits for its standard input to
// end, and stops.
const clientEnv = "PGEMBED_TEST_CLIENT"

// cacheEnv tells it where a downloaded PostgreSQL is: another user's default
// would be another place.
const cacheEnv = "PGEMBED_TEST_CACHE"

func TestMain(m *testing.M) {
	if data := os.Getenv(clientEnv); data != "" {
		os.Exit(beClient(data))
	}
	os.Exit(m.Run())
}

func beClient(data string) int {
	ctx, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer cancel()
	inst, err := Start(ctx, Options{Data: data, NoSync: true, Cache: os.Getenv(cacheEnv)})
	if err != nil {
		fmt.Println("error", strconv.Quote(err.Error()))
		return 1
	}
	fmt.Println(inst.DSN())
	_, _ = io.Copy(io.Discard, os.Stdin) // Only its end matters.
	if err := inst.Stop(context.Background()); err != nil {
		fmt.Println("error", strconv.Quote(err.Error()))
		return 1
	}
	return 0
}

// client is such a process.
type client struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// launchClient starts one; as is whom to run it as, nil for ourselves.
func launchClient(t *testing.T, data string, as *syscall.Credential) *client {
	t.Helper()
	return launchProgram(t, os.Args[0], data, as)
}

func launchProgram(t *testing.T, program, data string, as *syscall.Credential) *client {
	t.Helper()
	cmd := exec.Command(program)
	cmd.Env = append(os.Environ(), clientEnv+"="+data, cacheEnv+"="+DefaultCache(), "HOME=/nonexistent")
	cmd.Dir = "/"
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Credential: as}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &client{cmd: cmd, in: in, out: bufio.NewReader(out)}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // Most have ended by now.
		_ = cmd.Wait()
	})
	return c
}

// dsn waits until the client has its database.
func (c *client) dsn(t *testing.T) string {
	t.Helper()
	line, err := c.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		t.Fatalf("the client said %q (%v)", line, err)
	}
	return strings.TrimSpace(line)
}

// leave lets the client stop its instance and reports how it ended.
func (c *client) leave(t *testing.T) {
	t.Helper()
	c.in.Close()
	rest, err := io.ReadAll(c.out)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("the client ended badly: %v\n%s", err, rest)
	}
}

func (c *client) kill(t *testing.T) {
	t.Helper()
	if err := c.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = c.cmd.Wait() // It says that it was killed, as it was.
}

// stateDir is a directory that the server's user can reach too: that of
// t.TempDir is closed to others. What is left of a server ends with the test.
func stateDir(t *testing.T) string {
	t.Helper()
	base, err := os.MkdirTemp("", "pgembed-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(base, 0o755); err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(base, "state")
	t.Cleanup(func() {
		for _, pid := range serverProcesses(t, data) {
			_ = syscall.Kill(pid, syscall.SIGKILL) // It may have just ended.
		}
		os.RemoveAll(base)
	})
	return data
}

func options(data string) Options {
	return Options{Data: data, NoSync: true, Log: slog.New(slog.DiscardHandler)}
}

// start starts and, at the end of the test, stops.
func start(t *testing.T, o Options) *Instance {
	t.Helper()
	inst, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, inst) })
	return inst
}

func stop(t *testing.T, inst *Instance) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := inst.Stop(ctx); err != nil {
		t.Errorf("stop: %v", err)
	}
}

// serverProcesses are the processes that work in the cluster's directory.
func serverProcesses(t *testing.T, data string) []int {
	t.Helper()
	if runtime.GOOS != "linux" {
		out, _ := exec.Command("pgrep", "-f", data).Output() // It fails when there is none.
		return pids(strings.Fields(string(out)))
	}
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, link := range links {
		cwd, err := os.Readlink(link)
		if err == nil && strings.HasPrefix(cwd, filepath.Join(data, "pg")) {
			found = append(found, strings.Split(link, "/")[2])
		}
	}
	return pids(found)
}

func pids(words []string) (all []int) {
	for _, w := range words {
		if n, err := strconv.Atoi(w); err == nil {
			all = append(all, n)
		}
	}
	return all
}

func leader(t *testing.T, data string) int {
	t.Helper()
	c, err := newCluster(options(data))
	if err != nil {
		t.Fatal(err)
	}
	p, ok := c.postmaster()
	if !ok {
		t.Fatal("there is no postmaster.pid")
	}
	return p.pid
}

// ask runs one statement that answers one value.
func ask[T any](t *testing.T, dsn, sql string) (v T) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(t.Context(), sql).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// eventually polls until something is so; a minute is for dead machines.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}
