package dbtest

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"helphub/internal/pgembed"
)

// processEnv makes this test binary another package's: it takes a database
// and a transaction, prints the DSN, and waits for its standard input to end.
const processEnv = "DBTEST_PROCESS"

func TestMain(m *testing.M) {
	if os.Getenv(processEnv) == "" {
		os.Exit(m.Run())
	}
	os.Args = append(os.Args[:1], "-test.run=^TestBeingAnotherProcess$", "-test.v=false")
	os.Exit(m.Run())
}

func TestBeingAnotherProcess(t *testing.T) {
	if os.Getenv(processEnv) == "" {
		return // It only has a meaning in a process that another test starts.
	}
	if _, err := Tx(t).Exec(t.Context(), "INSERT INTO setup_code (hash) VALUES ($1)", []byte(fmt.Sprint(os.Getpid()))); err != nil {
		t.Fatal(err)
	}
	fmt.Println(DSN(t))
	_, _ = io.Copy(io.Discard, os.Stdin) // Only its end matters.
}

type process struct {
	cmd *exec.Cmd
	in  io.Closer
	out *bufio.Reader
}

// launch starts one whose clusters are in dir.
func launch(t *testing.T, dir string) *process {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), processEnv+"=1", "TMPDIR="+dir, "TEST_DATABASE_URL=")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }) // Most have ended by now.
	return &process{cmd: cmd, in: in, out: bufio.NewReader(out)}
}

func (p *process) dsn(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil || !strings.HasPrefix(line, "postgres://") {
		rest, _ := io.ReadAll(p.out)
		t.Fatalf("the process said %q (%v)\n%s", line, err, rest)
	}
	return strings.TrimSpace(line)
}

func (p *process) end(t *testing.T) {
	t.Helper()
	p.in.Close()
	if said, err := io.ReadAll(p.out); err != nil || !strings.HasSuffix(string(said), "PASS\n") {
		t.Errorf("the process ended with %q (%v)", said, err)
	}
}

// privateTemp is a temporary directory with clusters of its own, which end
// with the test.
func privateTemp(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "dbtest-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		clusters, _ := filepath.Glob(filepath.Join(dir, clusterPrefix+"*"))
		for _, c := range clusters {
			if _, err := pgembed.StopServer(ctx, c); err != nil {
				t.Error(err)
			}
		}
		os.RemoveAll(dir)
	})
	return dir
}

// The packages of one "go test ./..." begin at the same time, on a machine
// where there is nothing yet.
func TestSeveralPackagesAtOnceShareOneServerAndOneTemplate(t *testing.T) {
	t.Parallel()
	dir := privateTemp(t)
	var all [4]*process
	for i := range all {
		all[i] = launch(t, dir)
	}
	names := map[string]bool{}
	var dsn string
	for _, p := range all {
		dsn = p.dsn(t)
		names[dsn] = true
	}
	if len(names) != len(all) {
		t.Errorf("they share a database: %v", names)
	}
	admin := connect(t, dsn, "helphub")
	count := func(prefix string) (n int) {
		if err := admin.QueryRow(t.Context(), "SELECT count(*) FROM pg_database WHERE starts_with(datname, $1)", prefix).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	got := []int{count(testPrefix), count(templatePrefix), count(sharedPrefix)}
	if d := cmp.Diff([]int{len(all), 1, 1}, got); d != "" {
		t.Errorf("databases of tests, templates, shared ones: %s", d)
	}
	// Two are killed, as when somebody gives a test run up; the next process
	// drops what they left, and nothing that is in use.
	for _, p := range all[:2] {
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "the server has noticed", func() bool {
		var living int
		err := admin.QueryRow(t.Context(), `SELECT count(DISTINCT application_name) FROM pg_stat_activity
			WHERE starts_with(application_name, 'dbtest ')`).Scan(&living)
		return err == nil && living == 2
	})
	next := launch(t, dir)
	next.dsn(t)
	eventually(t, "what was left is dropped", func() bool { return count(testPrefix) == 3 })
	for _, p := range append(all[2:], next) {
		p.end(t)
	}
	if count(templatePrefix) != 1 {
		t.Error("the template went too")
	}
}

func TestOldTemplatesAndDesertedClustersAreRemoved(t *testing.T) {
	t.Parallel()
	dir := privateTemp(t)
	deserted := filepath.Join(dir, clusterPrefix+"deserted")
	inst, err := pgembed.Start(t.Context(), options(deserted))
	if err != nil {
		t.Fatal(err)
	}
	if err := inst.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(deserted, checkoutFile), []byte("/nonexistent/checkout"), 0o644); err != nil {
		t.Fatal(err)
	}
	first := launch(t, dir)
	admin := connect(t, first.dsn(t), "helphub")
	for name, used := range map[string]time.Time{
		"helphub_template_aaaa": time.Now().Add(-25 * time.Hour), "helphub_shared_aaaa": time.Now().Add(-25 * time.Hour),
		"helphub_template_bbbb": time.Now().Add(-23 * time.Hour), "unrelated": time.Now().Add(-99 * time.Hour),
	} {
		for _, sql := range []string{"CREATE DATABASE " + name, fmt.Sprintf("COMMENT ON DATABASE %s IS '%s'", name, used.Format(time.RFC3339))} {
			if _, err := admin.Exec(t.Context(), sql); err != nil {
				t.Fatal(err)
			}
		}
	}
	second := launch(t, dir)
	second.dsn(t)
	eventually(t, "the old ones are gone and the others are not", func() bool {
		var names []string
		err := admin.QueryRow(t.Context(), `SELECT array_agg(datname::text ORDER BY datname) FROM pg_database
			WHERE datname IN ('helphub_template_aaaa', 'helphub_shared_aaaa', 'helphub_template_bbbb', 'unrelated')`).Scan(&names)
		return err == nil && cmp.Equal(names, []string{"helphub_template_bbbb", "unrelated"})
	})
	eventually(t, "the deserted cluster is gone", func() bool {
		_, err := os.Stat(deserted)
		return os.IsNotExist(err)
	})
	first.end(t)
	second.end(t)
}

func TestAClusterOfAnotherPostgreSQLIsMadeAnew(t *testing.T) {
	t.Parallel()
	dir := privateTemp(t)
	first := launch(t, dir)
	first.dsn(t)
	first.end(t)
	clusters, err := filepath.Glob(filepath.Join(dir, clusterPrefix+"*"))
	if err != nil || len(clusters) != 1 {
		t.Fatalf("clusters: %v (%v)", clusters, err)
	}
	if _, err := pgembed.StopServer(t.Context(), clusters[0]); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(clusters[0], "pg", "data", "PG_VERSION"), []byte("14\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	second, third := launch(t, dir), launch(t, dir)
	second.dsn(t)
	third.dsn(t)
	second.end(t)
	third.end(t)
}

func connect(t *testing.T, dsn, database string) *pgx.Conn {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + database
	conn, err := pgx.Connect(t.Context(), u.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// eventually polls until something is so; a minute is for dead machines.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatalf("it never came that %s", what)
		}
		time.Sleep(5 * time.Millisecond)
	}
}
