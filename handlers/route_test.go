package handlers

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"helphub/assets"
	"helphub/internal/sample"
	"helphub/internal/staff"
)

// open are the routes outside of the table: machines and files, which have no
// session and no cookie.
var open = map[string]bool{"/healthz": true, "/readyz": true, "/favicon.ico": true, "/assets/*": true}

func TestEveryRouteDeclaresItsPermission(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	declared := map[string]bool{}
	for _, r := range s.app.table {
		if r.Needs == "" {
			t.Errorf("%s %s declares nothing", r.Method, r.Pattern)
		}
		if _, ok := staff.ParsePermission(string(r.Needs)); !ok && r.Needs != staff.Anyone && r.Needs != staff.SignedIn {
			t.Errorf("%s %s needs %q, which is no permission", r.Method, r.Pattern, r.Needs)
		}
		declared[r.Pattern] = true
	}
	router, ok := s.handler.(chi.Routes)
	if !ok {
		t.Fatal("the site is no router")
	}
	walked := 0
	err := chi.Walk(router, func(_, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		pattern = strings.ReplaceAll(pattern, "/*/", "/")
		walked++
		if !declared[pattern] && !open[pattern] {
			t.Errorf("%s is served and not in the table of contents", pattern)
		}
		return nil
	})
	must(t, err)
	if walked < len(s.app.table) {
		t.Errorf("walked %d routes of %d", walked, len(s.app.table))
	}
}

var parameter = regexp.MustCompile(`\{[a-z]+\}`)

// somewhere fills a pattern's parameters with an id nobody has.
func somewhere(pattern string) string { return parameter.ReplaceAllString(pattern, uuid.NewString()) }

// Seen to fail with the token check taken out of guard.
func TestNoPostPassesWithoutAPageOfOurs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia, ana := s.as(t, sample.Celia), s.as(t, sample.Ana)
	foreign := ana.token()
	for _, r := range s.app.table {
		if r.Method == http.MethodGet {
			continue
		}
		path := somewhere(r.Pattern)
		celia.send(r.Method, path, url.Values{}).is(http.StatusForbidden)
		celia.send(r.Method, path, url.Values{"csrf_token": {foreign}}).is(http.StatusForbidden)
		evil := *celia
		evil.header = http.Header{"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}}
		evil.send(r.Method, path, url.Values{"csrf_token": {celia.token()}}).is(http.StatusForbidden)
		if r.Needs != staff.Anyone {
			s.stranger(t).send(r.Method, path, url.Values{}).is(http.StatusUnauthorized)
		}
	}
}

func TestAStrangerSeesNoPageButTheDoors(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, r := range s.app.table {
		if r.Method != http.MethodGet || r.Needs == staff.Anyone {
			continue
		}
		c := s.stranger(t)
		path := somewhere(r.Pattern)
		if r.Pattern == "/live" {
			c.get(path).is(http.StatusUnauthorized)
			continue
		}
		if to := c.get(path).leads(); !strings.HasPrefix(to, "/login") {
			t.Errorf("%s leads a stranger to %s", path, to)
		}
		c.header.Set("HX-Request", "true")
		a := c.get(path).is(http.StatusUnauthorized)
		if !strings.HasPrefix(a.Header.Get("HX-Redirect"), "/login") {
			t.Errorf("%s: a script is led to %q", path, a.Header.Get("HX-Redirect"))
		}
	}
}

func TestARoleWithoutPermissionsOpensNothing_D39(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.Write.Exec(t.Context(), "UPDATE role SET permissions = '{}' WHERE key = 'attendant'"); err != nil {
		t.Fatal(err)
	}
	ana := s.as(t, sample.Ana)
	token := ana.token()
	for _, r := range s.app.table {
		if r.Needs == staff.Anyone || r.Needs == staff.SignedIn {
			continue
		}
		ana.send(r.Method, somewhere(r.Pattern), url.Values{"csrf_token": {token}}).is(http.StatusForbidden)
	}
}

// What a GET may leave behind is that a session was seen, and nothing else.
func TestNoGetChangesAnything_D38(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	state := func() (sum string) {
		t.Helper()
		rows, err := s.db.Write.Query(t.Context(), `SELECT format('SELECT coalesce(md5(string_agg(x::text, '','' ORDER BY x::text)), '''') FROM %I AS x', tablename)
			FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'river_%' AND tablename NOT IN ('staff_session', 'sessions') ORDER BY tablename`)
		must(t, err)
		var each []string
		for rows.Next() {
			var sql string
			must(t, rows.Scan(&sql))
			each = append(each, sql)
		}
		must(t, rows.Err())
		for _, sql := range each {
			var one string
			must(t, s.db.Write.QueryRow(t.Context(), sql).Scan(&one))
			sum += one
		}
		return sum
	}
	before := state()
	for _, r := range s.app.table {
		if r.Method == http.MethodGet && r.Pattern != "/live" {
			celia.get(somewhere(r.Pattern))
			celia.send(http.MethodHead, somewhere(r.Pattern), nil)
		}
	}
	if state() != before {
		t.Error("a GET changed a row")
	}
}

func TestEveryAnswerCarriesTheHeaders_D46_D47_D53(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	for _, path := range []string{"/login", "/profile", "/nowhere", "/healthz", "/readyz", "/tickets/unknown", assets.Path("app.css")} {
		a := ana.get(path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
			"Permissions-Policy": "camera=()", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := a.Header.Get(name); !strings.Contains(got, want) {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if len(a.Header.Get("X-Request-Id")) < 8 {
			t.Errorf("%s: no request id", path)
		}
		if a.doc.Find("script:not([src]), style, [style], [onclick]").Length() > 0 {
			t.Errorf("%s: something inline", path)
		}
		a.doc.Find("[src], link[href]").Each(func(_ int, e *goquery.Selection) {
			if src := e.AttrOr("src", e.AttrOr("href", "")); !strings.HasPrefix(src, "/") || strings.HasPrefix(src, "//") {
				t.Errorf("%s: loads %s", path, src)
			}
		})
	}
	if got := ana.get(assets.Path("app.css")).Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
		t.Errorf("a hashed file is cached as %q", got)
	}
	if got := ana.get("/profile").Header.Get("Cache-Control"); got != "no-store" {
		t.Errorf("a private page is cached as %q", got)
	}
	lost := s.stranger(t).get("/nowhere").is(http.StatusNotFound)
	if lost.doc.Find(".rail").Length() > 0 {
		t.Error("a stranger's 404 shows the shell")
	}
	s.stranger(t).send(http.MethodPut, "/login", nil).is(http.StatusMethodNotAllowed)
}

func TestCookiesAreBoundToTheHostOverHTTPS(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.app.PublicURL = &url.URL{Scheme: "https", Host: "ajuda.andrade.example"}
	app, handler, err := New(s.app.Options)
	must(t, err)
	s.app, s.handler = app, handler
	a := s.stranger(t).get("/login").is(http.StatusOK)
	if a.Header.Get("Strict-Transport-Security") == "" {
		t.Error("no HSTS")
	}
	if len(a.Cookies()) == 0 {
		t.Fatal("no cookie to look at")
	}
	for _, c := range a.Cookies() {
		if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.Path != "/" || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %+v", c)
		}
	}
}
