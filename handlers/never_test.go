package handlers

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"helphub/internal/dbtest"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// D-28 and D-29: sessions could be forged with a secret that every copy of the
// program shared, and there was an account with a known password. A fresh house
// has no account and leads to the set-up; a cookie that nobody was given is a
// stranger's.
func TestAFreshHouseHasNoAccountAndNoSecret_D28_D29(t *testing.T) {
	t.Parallel()
	s := openSite(t, dbtest.New(t))
	var accounts int
	must(t, s.db.Read.QueryRow(t.Context(), "SELECT count(*) FROM staff").Scan(&accounts))
	if to := s.stranger(t).get("/tickets").leads(); accounts != 0 || to != "/setup" {
		t.Errorf("%d accounts, led to %q", accounts, to)
	}
	for _, forged := range []string{"", "x", strings.Repeat("A", 43), uuid.NewString(), "eyJzaWQiOiIxIn0", strings.Repeat("a", 4000)} {
		c := s.stranger(t)
		c.cookies[s.app.sessions.Cookie.Name] = forged
		c.get("/profile").is(http.StatusSeeOther)
		c.send(http.MethodPost, "/logout", url.Values{}).is(http.StatusUnauthorized)
	}
}

// D-08: a page's token died within the hour, and what a script then got could
// not be read. A token lives for a year; a refused one is a page of ours, and
// for a script a toast that leaves the screen alone.
func TestARefusedTokenIsExplainedAndAGoodOneLasts_D08(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	token := ana.token()
	found := false
	for _, c := range ana.get("/profile").Cookies() {
		if c.Name == s.app.cookieName("csrf") {
			found = c.MaxAge >= csrfSeconds
		}
	}
	stranger := s.stranger(t).get("/login")
	for _, c := range stranger.Cookies() {
		found = found || c.Name == s.app.cookieName("csrf") && c.MaxAge >= csrfSeconds
	}
	if !found {
		t.Errorf("no token cookie that lasts: %v", stranger.Cookies())
	}
	page := ana.send(http.MethodPost, "/tickets", url.Values{"csrf_token": {token + "x"}}).is(http.StatusForbidden)
	if page.text("h1") == "" || page.doc.Find("html[lang=pt-BR]").Length() == 0 {
		t.Error("a refused token is no page of ours")
	}
	ana.header.Set("HX-Request", "true")
	part := ana.send(http.MethodPost, "/tickets", url.Values{"csrf_token": {"x"}}).is(http.StatusForbidden)
	if strings.Contains(part.body, "<html") || !strings.Contains(part.body, "toast") {
		t.Errorf("a script gets %.80q", part.body)
	}
}

// D-34: whatever a visitor claimed was their address. Only a trusted proxy is
// believed, and of what it passes on the last that is none of ours.
func TestOnlyATrustedProxySaysWhoAsks_D34(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		trusted         []string
		peer, forwarded string
		want            string
	}{
		"nobody is trusted":            {nil, "198.51.100.1:5000", "203.0.113.9", "198.51.100.1"},
		"a stranger claims":            {[]string{"10.0.0.0/8"}, "198.51.100.1:5000", "203.0.113.9", "198.51.100.1"},
		"the proxy says":               {[]string{"10.0.0.0/8"}, "10.0.0.2:5000", "203.0.113.9", "203.0.113.9"},
		"a claim passed on":            {[]string{"10.0.0.0/8"}, "10.0.0.2:5000", "127.0.0.1, 203.0.113.9", "203.0.113.9"},
		"two proxies":                  {[]string{"10.0.0.0/8"}, "10.0.0.2:5000", "1.2.3.4, 203.0.113.9, 10.0.0.3", "203.0.113.9"},
		"the proxy itself":             {[]string{"10.0.0.0/8"}, "10.0.0.2:5000", "", "10.0.0.2"},
		"a stranger over IPv6":         {[]string{"10.0.0.0/8"}, "[2001:db8::1]:5000", "203.0.113.9", "2001:db8::1"},
		"a proxy written as IPv6":      {[]string{"10.0.0.0/8"}, "[::ffff:10.0.0.2]:5000", "203.0.113.9", "203.0.113.9"},
		"what the proxy says is no IP": {[]string{"10.0.0.0/8"}, "10.0.0.2:5000", "evil\r\nx", ""},
	} {
		a := &App{}
		for _, cidr := range c.trusted {
			a.TrustedProxies = append(a.TrustedProxies, netip.MustParsePrefix(cidr))
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header.Set("X-Real-Ip", "192.0.2.66")
		r.Header.Set("Forwarded", "for=192.0.2.66")
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		got := "nobody"
		a.realIP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got = address(r) })).ServeHTTP(httptest.NewRecorder(), r)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// D-55 and D-57: moments were stored without a zone, and raw UTC stood beside
// local time on one page. Every moment of the schema knows its zone, and every
// one on a page is in the company's, whatever the server's clock.
func TestEveryMomentKnowsItsZone_D55_D57_D58(t *testing.T) {
	t.Parallel()
	s := newNastySite(t)
	var naive []string
	must(t, s.db.Read.QueryRow(t.Context(), `SELECT coalesce(array_agg(table_name || '.' || column_name), '{}') FROM information_schema.columns
		WHERE table_schema = 'public' AND table_name NOT LIKE 'river_%' AND table_name NOT LIKE 'goose%'
		  AND data_type IN ('timestamp without time zone', 'time without time zone')`).Scan(&naive))
	if len(naive) > 0 {
		t.Errorf("stored without a zone: %v", naive)
	}
	_, err := s.db.Write.Exec(t.Context(), "UPDATE company SET time_zone = 'Asia/Kolkata'") // half an hour off any server's
	must(t, err)
	on := helpdesk.On{Protocol: s.protocol, Version: 1}
	must(t, s.desk.Reply(t.Context(), sample.Bruno, on, helpdesk.Words{Form: uuid.New(), Body: "Já vamos."}))
	celia := s.as(t, sample.Celia)
	for _, path := range []string{
		"/tickets", "/tickets/" + string(s.protocol), "/customers/" + s.customer.String(), "/profile/sessions", "/admin/staff", "/notifications",
	} {
		celia.get(path).is(http.StatusOK).doc.Find("time").Each(func(_ int, e *goquery.Selection) {
			at := e.AttrOr("datetime", "")
			if _, err := time.Parse(time.RFC3339, at); err != nil || !strings.HasSuffix(at, "+05:30") || !strings.Contains(e.AttrOr("title", ""), "UTC+05:30") {
				t.Errorf("%s: %q titled %q", path, at, e.AttrOr("title", ""))
			}
		})
	}
	if celia.get("/tickets").doc.Find("time").Length() == 0 || celia.get("/tickets/"+string(s.protocol)).doc.Find("time").Length() == 0 {
		t.Error("no moment to look at")
	}
}

// D-75 and D-84: a list of twenty asked the database eighty-three times. A page
// asks as often for one row as for many.
func TestAPageAsksAsOftenForManyAsForOne_D75_D84(t *testing.T) {
	t.Parallel()
	s := newNastySite(t)
	ana := s.as(t, sample.Ana)
	paths := []string{"/tickets", "/tickets/rows", "/tickets/" + string(s.protocol), "/customers", "/customers/" + s.customer.String(), "/notifications"}
	asked := map[string]int64{}
	for _, path := range paths {
		ana.get(path).is(http.StatusOK)
		asked[path] = ana.queries.Load()
	}
	for range 20 {
		p, err := s.desk.OpenTicket(t.Context(), sample.Bruno, helpdesk.NewTicket{
			Form: uuid.New(), Subject: "Balcão", Description: "Não gela.", Priority: "low", CustomerID: s.customer, DepartmentID: s.team,
		})
		must(t, err)
		must(t, s.desk.MoveTicket(t.Context(), sample.Bruno, helpdesk.On{Protocol: p, Version: 1}, ticket.Pending, helpdesk.Words{}))
		must(t, s.desk.Reply(t.Context(), sample.Bruno, helpdesk.On{Protocol: s.protocol}, helpdesk.Words{Form: uuid.New(), Body: "Já vamos."}))
	}
	for _, path := range paths {
		ana.get(path).is(http.StatusOK)
		if n := ana.queries.Load(); n > asked[path] || n > 8 {
			t.Errorf("%s: %d queries, %d before", path, n, asked[path])
		}
	}
}
