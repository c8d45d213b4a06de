package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/pgembed"
)

// place is a folder for the data that the database's user may pass through,
// unlike the test's own.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "helphub-process-")
	if err != nil {
		t.Fatal(err)
	}
	data := filepath.Join(dir, "data")
	t.Cleanup(func() {
		// A test that failed half-way may have left its database running.
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		_, _ = pgembed.StopServer(ctx, Config{Data: data}.databaseDir())
		_ = os.RemoveAll(dir)
	})
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // see above
		t.Fatal(err)
	}
	return data
}

const (
	rootUser     = "celia"
	rootPassword = "onça pintada 42 voa"
)

// own is the environment of a site with a database of its own and an
// administrator.
func own(data string) []string {
	return []string{"HELPHUB_DATA=" + data, "HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_ADMIN_USER=" + rootUser, adminPasswordVar + "=" + rootPassword}
}

// at waits until the program is ready and returns where.
func (p *process) at() string {
	p.t.Helper()
	return p.says(`^HelpHub is ready at (\S+)`)[1]
}

// stop asks the program to end, which must go well.
func (p *process) stop() {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != exitDone {
		p.t.Errorf("after SIGTERM the program ended with %d", code)
	}
}

// saidAll is everything the program has written so far.
func (p *process) saidAll() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// caller is somebody who uses a site without a browser.
type caller struct {
	t    *testing.T
	http *http.Client
	base string
}

// login logs somebody in and returns nil when they may not.
func login(t *testing.T, base, username, password string) *caller {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &caller{t: t, base: base, http: &http.Client{
		Jar: jar, Transport: &http.Transport{},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	t.Cleanup(c.http.CloseIdleConnections)
	switch status, _ := c.post("/login", url.Values{"username": {username}, "password": {password}}, "/login"); status {
	case http.StatusSeeOther:
		return c
	case http.StatusUnauthorized:
		return nil
	default:
		t.Fatalf("logging in answers %d", status)
		return nil
	}
}

func (c *caller) get(path string) (int, string) {
	c.t.Helper()
	return c.do(http.MethodGet, path, nil)
}

// post sends a form with the token of a page.
func (c *caller) post(path string, form url.Values, page string) (int, string) {
	c.t.Helper()
	_, body := c.get(page)
	_, rest, ok := strings.Cut(body, `name="csrf-token" content="`)
	token, _, _ := strings.Cut(rest, `"`)
	if !ok {
		c.t.Fatalf("no form token on %s: %.300s", page, body)
	}
	form.Set("csrf_token", html.UnescapeString(token))
	return c.do(http.MethodPost, path, strings.NewReader(form.Encode()))
}

func (c *caller) do(method, path string, body io.Reader) (int, string) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(c.t.Context()), method, c.base+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return answer.StatusCode, string(page)
}

// until asks until the answer is yes.
func until(t *testing.T, what string, yes func() bool) {
	t.Helper()
	deadline := time.After(patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !yes() {
		select {
		case <-deadline:
			t.Fatalf("never seen: %s", what)
		case <-tick.C:
		}
	}
}

// ready asks a probe's question.
func ready(base string) (int, map[string]any) {
	answer, err := http.Get(base + "/readyz") //nolint:noctx // a probe of a test
	if err != nil {
		return 0, nil
	}
	defer answer.Body.Close()
	var state map[string]any
	if err := json.NewDecoder(answer.Body).Decode(&state); err != nil {
		return answer.StatusCode, nil
	}
	return answer.StatusCode, state
}

func stranger(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// execute changes a database behind the program's back.
func execute(t *testing.T, dsn, sql string, args ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatal(err)
	}
}
