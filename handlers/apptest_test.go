package handlers

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"helphub/internal/admin"
	"helphub/internal/dbtest"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/password"
	"helphub/internal/postgres"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/queries"
)

// The harness of the doors' tests: the real router on a database of the test's
// own, with Ana, Bruno and Célia in it, and clients that keep cookies and send
// the token as a browser does.

// testPassword is everybody's.
const testPassword = "onça pintada 42 voa"

var testHash = sync.OnceValues(func() (string, error) { return password.Hash(context.Background(), testPassword) })

// site is one instance of the program.
type site struct {
	db      *postgres.DB
	app     *App
	handler http.Handler
	ledger  *ledger.Ledger
	desk    *helpdesk.Desk
	office  *admin.Office
}

// newSite opens a site on an empty database: the company, the three built-in
// roles and Ana, Bruno and Célia are all there is.
func newSite(t *testing.T) *site {
	t.Helper()
	s := openSite(t, dbtest.New(t))
	hash, err := testHash()
	if err != nil {
		t.Fatal(err)
	}
	ctx, q := t.Context(), queries.New(s.db.Write)
	must(t, q.InsertCompany(ctx, queries.InsertCompanyParams{Name: sample.Company, TimeZone: "America/Sao_Paulo", Language: "pt-BR"}))
	for _, who := range []staff.Actor{sample.Ana, sample.Bruno, sample.Celia} {
		key := string(who.Role.Key)
		var permissions []string
		for _, p := range who.Role.Permissions {
			permissions = append(permissions, string(p))
		}
		must(t, q.InsertRole(ctx, queries.InsertRoleParams{ID: who.Role.ID, Key: &key, Name: key, Permissions: permissions}))
		must(t, q.InsertStaff(ctx, queries.InsertStaffParams{
			ID: who.ID, Name: who.Name, Username: who.Username, Email: who.Username + "@andrade.example",
			PasswordHash: hash, RoleID: who.Role.ID, Active: true,
		}))
	}
	return s
}

// another opens a second instance on the same database.
func (s *site) another(t *testing.T) *site { return openSite(t, s.db) }

func openSite(t *testing.T, db *postgres.DB) *site {
	t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(db.Write), &river.Config{})
	must(t, err)
	hub := live.New(live.Options{})
	book := ledger.New(db.Write, jobs, hub.Heard)
	s := &site{db: db, ledger: book, desk: helpdesk.New(book), office: admin.New(book, queries.New(db.Read))}
	s.app, s.handler, err = New(Options{
		DB: db, Desk: s.desk, Office: s.office, Hub: hub, Parts: live.NewParts(hub, live.PartsOptions{}),
		Presence: live.NewPresence(hub, func(context.Context, string) error { return nil }),
		Log:      slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
		Ready:    func(context.Context) Readiness { return Readiness{Ready: true} },
	})
	must(t, err)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// client is one browser.
type client struct {
	t       *testing.T
	site    *site
	who     staff.Actor // with its session
	cookies map[string]string
	header  http.Header
	queries *atomic.Int64 // of the last request
}

// answer is what a browser got.
type answer struct {
	*http.Response
	t    *testing.T
	body string
	doc  *goquery.Document
}

// stranger is a browser that nobody logged in with.
func (s *site) stranger(t *testing.T) *client {
	return &client{t: t, site: s, cookies: map[string]string{}, header: http.Header{}}
}

// as is a browser that somebody logged in with a moment ago.
func (s *site) as(t *testing.T, who staff.Actor) *client {
	t.Helper()
	c := s.stranger(t)
	c.who = who
	c.who.Session = uuid.New()
	now := time.Now()
	must(t, queries.New(s.db.Write).InsertSession(t.Context(), queries.InsertSessionParams{
		ID: c.who.Session, StaffID: who.ID, Now: now, ExpiresAt: now.Add(staff.SessionLife), Ip: "192.0.2.1", UserAgent: "test",
	}))
	ctx, err := s.app.sessions.Load(t.Context(), "")
	must(t, err)
	s.app.sessions.Put(ctx, sessionKey, c.who.Session.String())
	token, _, err := s.app.sessions.Commit(ctx)
	must(t, err)
	c.cookies[s.app.sessions.Cookie.Name] = token
	return c
}

// on is the same browser talking to another instance.
func (c *client) on(other *site) *client {
	same := *c
	same.site = other
	return &same
}

func (c *client) get(path string) *answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, nil)
}

// post sends a form with the token of a page.
func (c *client) post(path string, form url.Values) *answer {
	c.t.Helper()
	filled := url.Values{"csrf_token": {c.token()}}
	for name, values := range form {
		filled[name] = values
	}
	return c.send(http.MethodPost, path, filled)
}

// token is a form token such as every page has.
func (c *client) token() string {
	c.t.Helper()
	token, ok := c.get("/profile").doc.Find(`meta[name="csrf-token"]`).Attr("content")
	if !ok || token == "" {
		c.t.Fatal("no form token on /profile")
	}
	return token
}

func (c *client) send(method, path string, form url.Values) *answer {
	c.t.Helper()
	ctx, n := postgres.CountQueries(c.t.Context())
	c.queries = n
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequestWithContext(ctx, method, path, body)
	for name, values := range c.header {
		r.Header[name] = values
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	c.site.handler.ServeHTTP(w, r)
	a := &answer{Response: w.Result(), t: c.t, body: w.Body.String()}
	for _, cookie := range a.Cookies() {
		c.cookies[cookie.Name] = cookie.Value
		if cookie.MaxAge < 0 {
			delete(c.cookies, cookie.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(a.body))
	must(c.t, err)
	a.doc = doc
	return a
}

// is fails the test unless the answer has this status.
func (a *answer) is(status int) *answer {
	a.t.Helper()
	if a.StatusCode != status {
		text := a.doc.Find("main").Text()
		a.t.Fatalf("status %d, want %d: %s", a.StatusCode, status, strings.Join(strings.Fields(text), " "))
	}
	return a
}

// leads fails the test unless the answer is a 303, and returns where to.
func (a *answer) leads() string {
	a.t.Helper()
	return a.is(http.StatusSeeOther).Header.Get("Location")
}

// text is what people read at the first element that matches, on one line.
func (a *answer) text(selector string) string {
	return strings.Join(strings.Fields(a.doc.Find(selector).First().Text()), " ")
}

// form is the form that posts to action as the page shows it: what a browser
// would send if somebody changed nothing.
func (a *answer) form(action string) url.Values {
	a.t.Helper()
	form := a.doc.Find(`form[method="post"][action="` + action + `"]`)
	if form.Length() == 0 {
		a.t.Fatalf("no form posts to %s", action)
	}
	values := url.Values{}
	form.First().Find("input[name], textarea[name], select[name]").Each(func(_ int, field *goquery.Selection) {
		name, value := field.AttrOr("name", ""), field.AttrOr("value", "")
		switch kind := field.AttrOr("type", ""); {
		case kind == "checkbox" || kind == "radio":
			if _, checked := field.Attr("checked"); !checked {
				return
			}
		case field.Is("textarea"):
			value = field.Text()
		case field.Is("select"):
			chosen := field.Find("option[selected]")
			if chosen.Length() == 0 {
				chosen = field.Find("option")
			}
			value = chosen.First().AttrOr("value", "")
		}
		values.Add(name, value)
	})
	return values
}
