// Package rig runs the program as people run it, for what is proved and
// measured from outside (internal/faults, internal/bench): it builds, starts,
// kills and signs in. It knows nothing of what a page shows.
package rig

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
)

// Folder is a temporary folder that the database server's user may enter, also
// under root. It is removed after the test.
func Folder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "helphub-rig-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })  // what a test leaves behind fails no test
	if err := os.Chmod(folder, 0o755); err != nil { //nolint:gosec // nothing secret is in it
		t.Fatal(err)
	}
	return folder
}

// Build builds a command of this repository as it is shipped and returns the
// binary. The test runs two folders below the repository's.
func Build(t testing.TB, folder, command string) string {
	t.Helper()
	binary := filepath.Join(folder, filepath.Base(command))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", binary, command)
	cmd.Dir = "../.."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build %s: %v\n%s", command, err, out)
	}
	return binary
}

// Environment is this process's without what would steer the program, and more.
func Environment(more ...string) []string {
	var env []string
	for _, v := range os.Environ() {
		name, _, _ := strings.Cut(v, "=")
		if name != "DATABASE_URL" && (name == "HELPHUB_PG_BIN" || !strings.HasPrefix(name, "HELPHUB_")) {
			env = append(env, v)
		}
	}
	return append(env, more...)
}

// Run runs a binary to its end, which must be a good one.
func Run(t testing.TB, env []string, binary string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env, cmd.Dir = env, filepath.Dir(binary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(binary), strings.Join(args, " "), err, out)
	}
}

// FreeAddress is one on loopback that nobody listens on just now.
func FreeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// Ready waits, a minute at most, until an address answers 200.
func Ready(ctx context.Context, address string) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if answer, err := http.DefaultClient.Do(r); err == nil {
			answer.Body.Close()
			if answer.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := Pause(ctx, 10*time.Millisecond); err != nil {
			return fmt.Errorf("%s did not get ready: %w", address, err)
		}
	}
}

// Pause lets time pass, or returns that ctx has ended.
func Pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// SignIn logs a person in with a client that keeps cookies and follows no
// redirect.
func SignIn(ctx context.Context, client *http.Client, base, person, password string) error {
	page, err := send(ctx, client, http.MethodGet, base+"/login", nil)
	if err != nil {
		return err
	}
	defer page.Body.Close()
	doc, err := goquery.NewDocumentFromReader(page.Body)
	if err != nil {
		return fmt.Errorf("read login page: %w", err)
	}
	answer, err := send(ctx, client, http.MethodPost, base+"/login", url.Values{
		"csrf_token": {Token(doc)}, "username": {person}, "password": {password},
	})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusSeeOther {
		return fmt.Errorf("%s cannot log in: status %d", person, answer.StatusCode)
	}
	return nil
}

// Token is the form token of a page.
func Token(doc *goquery.Document) string {
	return doc.Find(`meta[name="csrf-token"]`).AttrOr("content", "")
}

func send(ctx context.Context, client *http.Client, method, address string, form url.Values) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return client.Do(r)
}

// ServerProcesses are the processes of the PostgreSQL that pgembed keeps in a
// state directory, known by where they work. It needs Linux.
func ServerProcesses(state string) (pids []int, err error) {
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	for _, link := range links {
		at, err := os.Readlink(link)
		if err != nil || !strings.HasPrefix(at, filepath.Join(state, "pg")) {
			continue // another's, or one that has just ended
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}
