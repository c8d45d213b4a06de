package main

import (
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/dbtest"
)

// company is the demonstration's, open at two doors: two instances on one
// database, as behind a balancer.
type company struct {
	dsn  string
	db   *pgxpool.Pool // to prepare and to look, never instead of a person
	a, b *instance

	mu      sync.Mutex
	entered map[string]*agent
}

// walkPassword is everybody's.
const walkPassword = "onça pintada 42 voa"

// instance is one running program.
type instance struct {
	*process
	t    *testing.T
	env  []string
	args []string
	url  string
	// hearing is the process id of its listener's connection to the database.
	hearing int
}

// openCompany makes a company of the test's own. Its people are celia
// (administrator), ana and rui (attendants), bruno and helena (technicians).
func openCompany(t *testing.T) *company {
	t.Helper()
	c := &company{dsn: dbtest.DSN(t), entered: map[string]*agent{}}
	finish(t, c.env(), "demo")
	pool, err := pgxpool.New(t.Context(), c.dsn)
	if err != nil {
		t.Fatal(err)
	}
	c.db = pool
	t.Cleanup(pool.Close)
	c.a = c.serve(t)
	c.b = c.serve(t, "--no-worker")
	return c
}

func (c *company) env() []string {
	return []string{"DATABASE_URL=" + c.dsn, adminPasswordVar + "=" + walkPassword}
}

// serve opens another door.
func (c *company) serve(t *testing.T, flags ...string) *instance {
	t.Helper()
	i := &instance{t: t, env: c.env(), args: append([]string{"serve"}, flags...)}
	i.start("127.0.0.1:0")
	for _, pid := range c.listeners(t) {
		if c.a == nil || c.a.hearing != pid {
			i.hearing = pid
		}
	}
	return i
}

func (i *instance) start(addr string) {
	i.t.Helper()
	i.process = launch(i.t, append([]string{"HELPHUB_ADDR=" + addr}, i.env...), i.args...)
	i.url = i.says(`^HelpHub is ready at (\S+)`)[1]
}

// again starts a program that was killed, at the same address.
func (i *instance) again() {
	i.t.Helper()
	i.start(strings.TrimPrefix(i.url, "http://"))
}

// crash ends an instance as a power cut does.
func (i *instance) crash() { i.kill() }

// freeze stops an instance where it stands, as a machine that hangs does, until
// thaw.
func (i *instance) freeze() { i.signal(syscall.SIGSTOP) }
func (i *instance) thaw()   { i.signal(syscall.SIGCONT) }

// listeners are the connections on which instances hear of changes.
func (c *company) listeners(t *testing.T) []int {
	t.Helper()
	var pids []int
	err := c.db.QueryRow(t.Context(), `SELECT coalesce(array_agg(pid ORDER BY backend_start), '{}') FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'helphub listener'`).Scan(&pids)
	if err != nil {
		t.Fatalf("look for listeners: %v", err)
	}
	return pids
}

// one reads a single value from the database.
func one[T any](t *testing.T, c *company, sql string, args ...any) T {
	t.Helper()
	var v T
	if err := c.db.QueryRow(context.WithoutCancel(t.Context()), sql, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// agent is somebody who works without a browser: the same forms by HTTP.
type agent struct {
	company *company
	name    string
	jar     http.CookieJar
	token   string
}

var tokenPattern = regexp.MustCompile(`name="csrf-token" content="([^"]+)"`)

// as is a person who has logged in; once, however often it is asked.
func (c *company) as(t *testing.T, username string) *agent {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	if who := c.entered[username]; who != nil {
		return who
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	who := &agent{company: c, name: username, jar: jar}
	who.renew(t, "/login")
	if status, _, body := who.send(t, c.a, "/login", url.Values{"username": {username}, "password": {walkPassword}}); status != http.StatusSeeOther {
		t.Fatalf("%s cannot log in: %d %s", username, status, plain(body))
	}
	who.renew(t, "/tickets")
	c.entered[username] = who
	return who
}

// renew takes the form token of a page.
func (a *agent) renew(t *testing.T, path string) {
	t.Helper()
	found := tokenPattern.FindStringSubmatch(a.get(t, a.company.a, path))
	if found == nil {
		t.Fatalf("no form token on %s", path)
	}
	a.token = html.UnescapeString(found[1])
}

func (a *agent) get(t *testing.T, at *instance, path string) string {
	t.Helper()
	_, _, body := a.ask(t, http.MethodGet, at.url+path, nil)
	return body
}

// send posts a form and returns the status, where it leads, and the page.
func (a *agent) send(t *testing.T, at *instance, path string, form url.Values) (int, string, string) {
	t.Helper()
	return a.ask(t, http.MethodPost, at.url+path, strings.NewReader(form.Encode()))
}

func (a *agent) ask(t *testing.T, method, address string, body io.Reader) (int, string, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "pt-BR")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-CSRF-Token", a.token)
	}
	client := http.Client{Jar: a.jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s: %v", a.name, err)
	}
	defer answer.Body.Close()
	page, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatalf("%s: read answer: %v", a.name, err)
	}
	return answer.StatusCode, answer.Header.Get("Location"), string(page)
}

// does posts a form that must succeed and returns where it leads.
func (a *agent) does(t *testing.T, at *instance, path string, form url.Values) string {
	t.Helper()
	status, to, page := a.send(t, at, path, form)
	if status != http.StatusSeeOther {
		t.Fatalf("%s posts to %s: %d %s", a.name, path, status, plain(page))
	}
	return to
}

// acts does something to a ticket, from its newest version.
func (a *agent) acts(t *testing.T, at *instance, protocol, what string, form url.Values) {
	t.Helper()
	filled := url.Values{"version": {fmt.Sprint(a.company.version(t, protocol))}, "form_id": {uuid.NewString()}}
	for name, values := range form {
		filled[name] = values
	}
	a.does(t, at, "/tickets/"+protocol+"/"+what, filled)
}

func (c *company) version(t *testing.T, protocol string) int {
	t.Helper()
	return one[int](t, c, "SELECT version FROM ticket WHERE protocol = $1", protocol)
}

// opens makes a ticket and returns its protocol.
func (a *agent) opens(t *testing.T, at *instance, subject string) string {
	t.Helper()
	to := a.does(t, at, "/tickets", url.Values{
		"customer_id": {one[uuid.UUID](t, a.company, "SELECT id FROM customer ORDER BY legal_name LIMIT 1").String()},
		"priority":    {"normal"}, "subject": {subject}, "description": {"A câmara fria não passa de 8 °C."}, "form_id": {uuid.NewString()},
	})
	return strings.TrimPrefix(to, "/tickets/")
}

var tags = regexp.MustCompile(`(?s)<(script|style|template)\b.*?</(script|style|template)>|<[^>]*>`)

// plain is what a page says, for messages.
func plain(page string) string {
	text := strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
	return text[:min(len(text), 600)]
}

// tab opens a browser of somebody who has logged in.
func (c *company) tab(t *testing.T, at *instance, username string) *tab {
	t.Helper()
	return c.tabIn(t, browser(t), at, username)
}

// tabIn opens a further tab in somebody's browser.
func (c *company) tabIn(t *testing.T, browser context.Context, at *instance, username string) *tab { //nolint:revive // as openTab
	t.Helper()
	b := openTab(t, browser, at.url)
	c.cookies(t, b, username)
	return b
}

// cookies makes the tab's browser the person's.
func (c *company) cookies(t *testing.T, b *tab, username string) {
	t.Helper()
	who := c.as(t, username)
	home, err := url.Parse(b.base)
	if err != nil {
		t.Fatal(err)
	}
	for _, cookie := range who.jar.Cookies(home) {
		call(b, network.SetCookie, network.SetCookieParams{Name: cookie.Name, Value: cookie.Value, URL: b.base})
	}
}
