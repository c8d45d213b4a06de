package handlers

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"helphub/internal/sample"
	"helphub/queries"
)

func try(c *client, username, password string) *answer {
	c.t.Helper()
	token := c.get("/login").doc.Find(`input[name="csrf_token"]`).AttrOr("value", "")
	return c.send(http.MethodPost, "/login", url.Values{"csrf_token": {token}, "username": {username}, "password": {password}})
}

func TestTheRightPasswordOpensAndLogoutCloses_D37(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	c := s.stranger(t)
	if to := try(c, " ANA ", testPassword).leads(); to != "/" {
		t.Fatalf("login leads to %s", to)
	}
	c.get("/profile").is(http.StatusOK)
	copied := s.stranger(t)
	for name, value := range c.cookies {
		copied.cookies[name] = value
	}
	token := c.get("/profile").doc.Find(`input[name="csrf_token"]`).AttrOr("value", "")
	c.send(http.MethodPost, "/logout", url.Values{"csrf_token": {token}}).is(http.StatusSeeOther)
	// The cookie from before the logout opens nothing, on no instance.
	copied.get("/profile").is(http.StatusSeeOther)
	copied.on(s.another(t)).get("/profile").is(http.StatusSeeOther)
}

func TestUnknownInactiveAndWrongReadTheSame_D52(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.Write.Exec(t.Context(), "UPDATE staff SET active = false WHERE username = 'bruno'"); err != nil {
		t.Fatal(err)
	}
	read := func(username, password string) string {
		a := try(s.stranger(t), username, password).is(http.StatusUnauthorized)
		if a.doc.Find(`[role="alert"]`).Length() != 1 {
			t.Errorf("%s: no alert", username)
		}
		return a.text(`[role="alert"]`)
	}
	wrong := read("ana", "senha errada mesmo")
	if unknown := read("ninguem", "senha errada mesmo"); unknown != wrong {
		t.Errorf("unknown reads %q, wrong reads %q", unknown, wrong)
	}
	if inactive := read("bruno", testPassword); inactive != wrong {
		t.Errorf("inactive reads %q, wrong reads %q", inactive, wrong)
	}
}

// Seen to fail with the throttle's count taken out, and with the limit at six.
func TestTheSixthWrongPasswordIsRefusedEverywhere_D34_D35(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	for i := range 5 {
		c := s.stranger(t)
		c.header.Set("X-Forwarded-For", "203.0.113."+strconv.Itoa(i))
		try(c, "ana", "senha errada "+strconv.Itoa(i)).is(http.StatusUnauthorized)
	}
	a := try(s.stranger(t), "Ana", testPassword).is(http.StatusTooManyRequests)
	if wait, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 15*60 {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	try(other.stranger(t), "ana", testPassword).is(http.StatusTooManyRequests)
	try(other.stranger(t), "celia", testPassword).is(http.StatusSeeOther)
}

func TestARightPasswordDoesNotUseUpTheOffice(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for range 4 {
		try(s.stranger(t), "ana", testPassword).is(http.StatusSeeOther)
	}
	left, err := queries.New(s.db.Write).LoginAttempts(t.Context(), queries.LoginAttemptsParams{Key: "", Since: s.app.Now()})
	if err != nil || len(left) > 0 {
		t.Fatalf("tries left: %v, %v", left, err)
	}
	var n int
	if err := s.db.Write.QueryRow(t.Context(), "SELECT count(*) FROM login_attempt").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d tries are still counted after right passwords (%v)", n, err)
	}
}

func TestTheWayBackNeverLeavesTheHouse_D45(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/tickets?tab=all": "/tickets?tab=all", "": "/", "//evil.example": "/", "https://evil.example/": "/",
		`/\evil.example`: "/", `\\evil.example`: "/", "javascript:alert(1)": "/", "/a\r\nSet-Cookie: x=y": "/",
		"/\t/evil.example": "/", "tickets": "/", "http:///evil.example": "/", "/%2F/evil": "/%2F/evil",
	} {
		if got := nextPage(next); got != want {
			t.Errorf("next %q leads to %q, want %q", next, got, want)
		}
	}
}

func TestABrokenFormNeverReachesTheDatabase(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	try(s.stranger(t), "ana\x00", "x").is(http.StatusUnauthorized)
	try(s.stranger(t), "ana\xff", "x").is(http.StatusUnauthorized)
	ana := s.as(t, sample.Ana)
	ana.get("/tickets?q=%00").is(http.StatusUnprocessableEntity)
	ana.get("/tickets?q=%ff").is(http.StatusUnprocessableEntity)
	ana.get("/tickets?q=" + strings.Repeat("a", maxURL)).is(http.StatusUnprocessableEntity)
	ana.post("/profile", url.Values{"name": {strings.Repeat("a", maxBody+1)}}).is(http.StatusRequestEntityTooLarge)
}

func TestTheFirstRunHappensOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	if _, err := s.db.Write.Exec(t.Context(), "TRUNCATE staff_session, staff, role, company CASCADE"); err != nil {
		t.Fatal(err)
	}
	c := s.stranger(t)
	for _, path := range []string{"/", "/tickets", "/login"} {
		if to := c.get(path).leads(); to != "/setup" {
			t.Errorf("%s leads to %s before the set-up", path, to)
		}
	}
	c.get("/setup").is(http.StatusOK)
	c.get("/setup?code=GUESSED").is(http.StatusUnprocessableEntity)
	code, err := s.office.SetupCode(t.Context())
	must(t, err)
	page := c.get("/setup?code=" + code).is(http.StatusOK)
	form := page.form("/setup")
	form.Set("company_name", "Assistência Modelo")
	form.Set("name", "Célia Prado")
	form.Set("username", "celia")
	form.Set("password", "curta")
	refused := c.send(http.MethodPost, "/setup", form).is(http.StatusUnprocessableEntity)
	if refused.doc.Find(`#password[aria-invalid="true"]`).Length() != 1 || refused.doc.Find(`#company_name`).AttrOr("value", "") != "Assistência Modelo" {
		t.Error("the refused set-up does not say what is wrong, or lost what was typed")
	}
	form.Set("password", testPassword)
	c.send(http.MethodPost, "/setup", form).is(http.StatusSeeOther)
	c.get("/profile").is(http.StatusOK)
	c.get("/setup?code=" + code).is(http.StatusNotFound)
	s.stranger(t).send(http.MethodPost, "/setup", form).is(http.StatusForbidden)
}
