package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/queries"
)

func TestAProfileIsSavedAndHoldsFromTheNextPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	page := ana.get("/profile").is(http.StatusOK)
	if n := ana.queries.Load(); n > 5 {
		t.Errorf("%d queries", n)
	}
	form := page.form("/profile")
	if form.Get("name") != "Ana Ribeiro" || form.Get("timeline_order") != "asc" || form.Get("theme") != "" || form.Get("language") != "" {
		t.Errorf("the form holds %v", form)
	}
	if page.doc.Find("#appearance").Length() != 1 || page.doc.Find("html[data-theme]").Length() != 0 {
		t.Error("no place for the appearance, or a theme nobody chose")
	}
	if to := ana.post("/profile", with(form, "theme", "dark", "language", "en", "timeline_order", "desc", "name", "Ana R. Lima", "phone", "19 3234 5678")).leads(); to != "/profile" {
		t.Errorf("saved, it leads to %s", to)
	}
	after := ana.get("/profile").is(http.StatusOK)
	if after.doc.Find(`html[data-theme="dark"][lang="en"]`).Length() != 1 || after.text("h1") != "Your profile" || after.text(".toast strong") != "Profile saved" {
		t.Errorf("the next page is %q in %q", after.text("h1"), after.doc.Find("html").AttrOr("lang", ""))
	}
	kept := after.form("/profile")
	if kept.Get("theme") != "dark" || kept.Get("phone") != "(19) 3234-5678" || kept.Get("version") != "2" {
		t.Errorf("the form holds %v", kept)
	}
	// A script that names no version changes what is there.
	ana.post("/profile", without(with(kept, "language", "", "theme", "comfort"), "version")).leads()
	ana.get("/profile").is(http.StatusOK)
}

func TestD25ABadProfileIsExplainedAndKept(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	form := ana.get("/profile").form("/profile")
	bad := with(form, "name", " ", "email", "ana", "phone", "12", "theme", "neon", "timeline_order", "up", "language", "fr")
	a := ana.post("/profile", bad).refuses(http.StatusUnprocessableEntity, "name", "email", "phone", "theme", "timeline_order", "language")
	if kept := a.form("/profile"); kept.Get("email") != "ana" || kept.Get("phone") != "12" {
		t.Errorf("shown again with %v", kept)
	}
	taken := ana.post("/profile", with(form, "email", "bruno@andrade.example")).refuses(http.StatusUnprocessableEntity, "email")
	if taken.doc.Find("#email-d a").Length() != 0 {
		t.Error("an attendant is led to a page that is closed to them")
	}
}

func TestAStaleProfileIsExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana, celia := s.as(t, sample.Ana), s.as(t, sample.Celia)
	form := ana.get("/profile").form("/profile")
	edit := "/admin/staff/" + sample.Ana.ID.String() + "/edit"
	celia.post(edit, with(celia.get(edit).form(edit), "name", "Ana Ribeiro Lima")).leads()
	a := ana.post("/profile", with(form, "name", "Ana R.", "theme", "dark")).is(http.StatusConflict)
	if told := a.text(`[role="alert"]`); !strings.Contains(told, "Célia Prado") || !strings.Contains(told, "Ana Ribeiro Lima") {
		t.Errorf("it says %q", told)
	}
	ana.post("/profile", a.form("/profile")).leads()
	if got := ana.get("/profile").form("/profile"); got.Get("name") != "Ana R." || got.Get("theme") != "dark" {
		t.Errorf("ended as %v", got)
	}
}

// D-37: a password change keeps this session and kills the others, also on
// another instance; the old password opens nothing any more.
func TestD37APasswordChangeKillsTheOtherSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	here, there := s.as(t, sample.Ana), s.as(t, sample.Ana).on(s.another(t))
	const pw = "garfo azul telhado"
	form := here.get("/profile").form("/profile/password")
	if to := here.post("/profile/password", with(form, "current_password", testPassword, "new_password", pw, "new_password_again", pw)).leads(); to != "/profile" {
		t.Errorf("it leads to %s", to)
	}
	there.get("/customers").is(http.StatusSeeOther)
	here.get("/customers").is(http.StatusOK)
	try(s.stranger(t), "ana", testPassword).is(http.StatusUnauthorized)
	try(s.stranger(t), "ana", pw).leads()
}

func TestABadNewPasswordIsExplainedAndNeverShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	form := with(ana.get("/profile").form("/profile/password"), "current_password", "errada errada", "new_password", "curta", "new_password_again", "outra")
	for range 5 {
		a := ana.post("/profile/password", form).refuses(http.StatusUnprocessableEntity, "current_password", "new_password", "new_password_again")
		if strings.Contains(a.body, "curta") || strings.Contains(a.body, "errada errada") {
			t.Fatal("a password came back")
		}
		if a.form("/profile").Get("name") != "Ana Ribeiro" {
			t.Fatal("the form above was lost")
		}
	}
	if a := ana.post("/profile/password", form).is(http.StatusTooManyRequests); a.Header.Get("Retry-After") == "" {
		t.Error("the sixth guess is not told to wait")
	}
}

// Sessions are one's own: listed, the present one marked, each can be ended.
func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	here, there, bruno := s.as(t, sample.Ana), s.as(t, sample.Ana), s.as(t, sample.Bruno)
	must(t, exec(t, s, "UPDATE staff_session SET user_agent = $1, ip = '203.0.113.9' WHERE id = $2",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", there.who.Session))
	page := here.get("/profile/sessions").is(http.StatusOK)
	if page.doc.Find("main li").Length() != 2 || page.doc.Find("#session-"+bruno.who.Session.String()).Length() != 0 {
		t.Fatalf("lists %s", page.text("main"))
	}
	if got := page.text("#session-" + there.who.Session.String()); !strings.Contains(got, "Safari em iPhone") || !strings.Contains(got, "203.0.113.9") || !strings.Contains(got, "Encerrar") {
		t.Errorf("the other reads %q", got)
	}
	if got := page.text("#session-" + here.who.Session.String()); !strings.Contains(got, "Aparelho desconhecido") || !strings.Contains(got, "Esta sessão") || !strings.Contains(got, "Sair") {
		t.Errorf("this one reads %q", got)
	}
	end := func(c *client) string { return "/profile/sessions/" + c.who.Session.String() + "/revocation" }
	here.post(end(bruno), nil).is(http.StatusNotFound)
	bruno.get("/profile").is(http.StatusOK)
	if to := here.post(end(there), nil).leads(); to != "/profile/sessions" {
		t.Errorf("it leads to %s", to)
	}
	there.get("/profile").is(http.StatusSeeOther)
	here.post(end(there), nil).is(http.StatusNotFound)
	if to := here.post(end(here), nil).leads(); to != "/login" {
		t.Errorf("ending this one leads to %s", to)
	}
	here.get("/profile").is(http.StatusSeeOther)
}

func TestBrowsersAndSystemsAreCalledByTheirNames(t *testing.T) {
	t.Parallel()
	for agent, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0": "Edge Windows",
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                        "Firefox Linux",
		"Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":         "Chrome Android",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15":         "Safari Mac",
		"curl/8.5.0": " ", "": " ",
	} {
		if browser, system := device(agent); browser+" "+system != want {
			t.Errorf("%s is %q on %q", agent, browser, system)
		}
	}
}

// notify tells somebody of n events of one ticket, and returns its path.
func (s *site) notify(t *testing.T, who uuid.UUID, events ...string) string {
	t.Helper()
	protocol, err := s.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara <b>fria</b>", Description: "Não gela", Priority: "normal", CustomerID: s.addCustomer(t, padaria()),
	})
	must(t, err)
	id, err := queries.New(s.db.Write).TicketID(t.Context(), string(protocol))
	must(t, err)
	for i, event := range events {
		_, err := queries.New(s.db.Write).InsertNotification(t.Context(), queries.InsertNotificationParams{
			ID: uuid.New(), StaffID: who, TicketID: id, ChangeID: uuid.New(), Event: event, ActorName: "Ana Ribeiro",
			CreatedAt: time.Now().Add(time.Duration(i) * time.Second),
		})
		must(t, err)
	}
	return "/tickets/" + string(protocol)
}

func TestTheBellCountsListsAndIsRead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	bruno, celia := s.as(t, sample.Bruno), s.as(t, sample.Celia)
	if got := bruno.get("/notifications").text(".empty h2"); got != "Nenhum aviso ainda" {
		t.Errorf("empty, the page says %q", got)
	}
	ticket := s.notify(t, sample.Bruno.ID, "opened", "assigned", "replied", "something_new")
	bell := bruno.get("/notifications/bell").is(http.StatusOK)
	if got := bell.doc.Find("#bell").AttrOr("aria-label", ""); got != "Avisos, 4 novos" || bell.text(".count") != "4" {
		t.Errorf("the bell says %q and shows %q", got, bell.text(".count"))
	}
	if n := celia.get("/notifications/bell").doc.Find(".count").Length(); n != 0 {
		t.Error("Célia's bell rings for Bruno")
	}
	page := bruno.get("/notifications").is(http.StatusOK)
	if n := bruno.queries.Load(); n > 5 {
		t.Errorf("%d queries", n)
	}
	var told []string
	for _, line := range page.doc.Find(".bell-list > li").EachIter() {
		told = append(told, strings.Join(strings.Fields(line.Children().Eq(1).Text()), " "))
		if line.Find("a").AttrOr("href", "") != ticket || line.Find("a").Text() != "Câmara <b>fria</b>" {
			t.Errorf("the line leads to %q", line.Find("a").AttrOr("href", ""))
		}
	}
	want := "Ana Ribeiro editou o chamado (novo), Ana Ribeiro respondeu (novo), Ana Ribeiro definiu o técnico (novo), Ana Ribeiro abriu o chamado (novo)"
	if got := strings.Join(told, ", "); got != want {
		t.Errorf("told %s", got)
	}
	menu := bruno.get("/notifications/list").is(http.StatusOK)
	if menu.doc.Find(".bell-list > li").Length() != 4 || menu.doc.Find(`[hx-post="/notifications/reading"]`).Length() != 1 || menu.doc.Find(`[id^="notification-menu-"]`).Length() != 4 {
		t.Errorf("the menu is %s", menu.body)
	}
	if to := bruno.post("/notifications/reading", page.form("/notifications/reading")).leads(); to != "/notifications" {
		t.Errorf("it leads to %s", to)
	}
	if n := bruno.get("/notifications").doc.Find("[data-unread]").Length(); n != 0 {
		t.Errorf("%d are still unread", n)
	}
	if got := bruno.get("/notifications/bell").doc.Find("#bell").AttrOr("aria-label", ""); got != "Avisos" {
		t.Errorf("the bell says %q", got)
	}
}

func TestReadingTheBellFromItsMenuAnswersTheMenuAndIsOnesOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.notify(t, sample.Bruno.ID, "opened")
	bruno, celia := s.as(t, sample.Bruno), s.as(t, sample.Celia)
	celia.post("/notifications/reading", nil).leads()
	if bruno.get("/notifications/bell").text(".count") != "1" {
		t.Fatal("Célia read Bruno's")
	}
	token := bruno.token()
	bruno.header.Set("HX-Request", "true")
	bruno.header.Set("X-Csrf-Token", token)
	a := bruno.send(http.MethodPost, "/notifications/reading", nil).is(http.StatusOK)
	if a.doc.Find(".bell-list > li").Length() != 1 || a.doc.Find("[data-unread], [hx-post]").Length() != 0 {
		t.Errorf("answered %s", a.body)
	}
	var records int
	must(t, s.db.Read.QueryRow(t.Context(), "SELECT count(*) FROM audit WHERE action LIKE 'notification%'").Scan(&records))
	if records != 0 {
		t.Error("reading one's bell is on record")
	}
}
