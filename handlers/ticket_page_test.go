package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// open opens a ticket for Padaria Central as Ana and returns its path.
func (w *world) open(t *testing.T) (path string, on helpdesk.On) {
	t.Helper()
	p, err := w.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria não atinge temperatura", Description: "Não passa de 9 °C.\nJá limpamos a grade.",
		Priority: "critical", CustomerID: w.padaria, DepartmentID: w.cold,
	})
	must(t, err)
	return "/tickets/" + string(p), helpdesk.On{Protocol: p, Version: 1}
}

func said(body string) helpdesk.Words { return helpdesk.Words{Form: uuid.New(), Body: body} }

func (w *world) row(t *testing.T, on helpdesk.On) queries.GetTicketRow {
	t.Helper()
	row, err := queries.New(w.db.Read).GetTicket(t.Context(), string(on.Protocol))
	must(t, err)
	return row
}

func TestThePageShowsTheTicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	must(t, w.desk.Reply(t.Context(), sample.Bruno, on, said("Chego às 9h.")))
	must(t, w.desk.Note(t.Context(), sample.Ana, on, said("Cliente novo.")))
	a := w.as(t, sample.Ana).get(path).is(http.StatusOK)
	for selector, want := range map[string]string{
		"h1":                              "Câmara fria não atinge temperatura",
		"#ticket-head .badge":             "Aberto",
		"#ticket-facts .sign":             "Crítica",
		"#opening .entry-text":            "Não passa de 9 °C. Já limpamos a grade.",
		"#opening strong":                 "Padaria Central",
		`[data-kind="reply"] .entry-text`: "Chego às 9h.",
		`[data-kind="note"] .entry-text`:  "Cliente novo.",
		`[data-kind="note"] header span`:  "Nota interna",
	} {
		if got := a.text(selector); got != want {
			t.Errorf("%s: %q, want %q", selector, got, want)
		}
	}
	facts := a.text("#ticket-facts")
	for _, want := range []string{"Bruno Teles", "Refrigeração", "N1", "Ana Ribeiro", "11.222.333/0001-81", "(11) 98765-4321", "1 chamado ativo"} {
		if !strings.Contains(facts, want) {
			t.Errorf("the facts lack %q: %s", want, facts)
		}
	}
	if tel := a.doc.Find(`#ticket-facts a[href="tel:+5511987654321"]`); tel.Length() != 1 {
		t.Error("the telephone is no link")
	}
	if list := a.doc.Find(`#ticket-facts a[href="/tickets?customer=` + w.padaria.String() + `"]`); list.Length() != 1 {
		t.Error("the number of tickets is no link to exactly those")
	}
	if strings.Contains(a.body, "visit") || strings.Contains(strings.ToLower(a.body), "visita") {
		t.Error("something about visits is shown")
	}
}

// At most six queries for the whole page, who is asking included (quality,
// "Queries per page"). The carrier's cookie is a seventh connection's business:
// it is read without the request's context, and counted here by hand.
func TestThePageNeedsSixQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	for i := range 40 {
		must(t, w.desk.Reply(t.Context(), sample.Ana, on, said(fmt.Sprint("Resposta ", i))))
	}
	ana := w.as(t, sample.Ana)
	w.app.Presence.Write(w.row(t, on).ID, sample.Celia.ID)
	ana.get(path).is(http.StatusOK)
	const cookie = 1
	if n := ana.queries.Load() + cookie; n > 6 {
		t.Errorf("%d queries", n)
	}
	ana.get(path + "/live").is(http.StatusOK)
	if n := ana.queries.Load() + cookie; n > 5 {
		t.Errorf("%d queries for the live part", n)
	}
}

func TestAnySpellingLeadsToTheOneAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{protocol: "20261123-7F3K9Q1M"})
	ana := w.as(t, sample.Ana)
	for _, typed := range []string{"20261123-7f3k9q1m", "202611237F3K9QIM", "20261123-7f3k9qlm", "2O261123-7F3K9Q1M", "%2020261123-7F3K9Q1M", "20261123%2D7f3k9q1m"} {
		if to := ana.get("/tickets/" + typed + "?order=desc").leads(); to != "/tickets/20261123-7F3K9Q1M?order=desc" {
			t.Errorf("%s leads to %s", typed, to)
		}
	}
	ana.get("/tickets/20261123-7F3K9Q1M").is(http.StatusOK)
}

// Malformed, unknown and somebody else's read the same (contract).
func TestWhatIsNotThereIsOnePage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	celia := w.as(t, sample.Celia)
	var first string
	for _, p := range []string{
		"20261123-00000000", "20261123-7F3K9QUM", "1", "%00", "..%2f..%2fetc", "20261123-7F3K9Q1M'--", strings.Repeat("9", 300), uuid.NewString(),
	} {
		for _, what := range []string{"", "/live", "/customer", "/presence", "/edit", "/transfer", "/closure", "/deletion"} {
			a := celia.get("/tickets/" + p + what)
			if a.StatusCode != http.StatusNotFound && (p != "%00" || a.StatusCode != http.StatusUnprocessableEntity) {
				t.Errorf("GET %s%s: %d", p, what, a.StatusCode)
			}
			if a.StatusCode == http.StatusNotFound {
				if first == "" {
					first = a.text("main")
				}
				if text := a.text("main"); text != first {
					t.Errorf("GET %s%s reads %q, another %q", p, what, text, first)
				}
			}
		}
	}
	for _, what := range []string{"replies", "notes", "transfer", "escalation", "assignment", "pending", "closure", "reopening", "deletion", "edit", "presence"} {
		celia.post("/tickets/20261123-00000000/"+what, url.Values{"body": {"x"}, "version": {"1"}, "reason": {"x"}}).is(http.StatusNotFound)
	}
	for _, entry := range []string{"1", uuid.NewString(), uuid.Nil.String()} {
		celia.get("/entries/" + entry + "/retraction").is(http.StatusNotFound)
		celia.post("/entries/"+entry+"/retraction", nil).is(http.StatusNotFound)
	}
	celia.get(path).is(http.StatusOK)
}

func TestTheStateDecidesWhatIsOffered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana, celia := w.as(t, sample.Ana), w.as(t, sample.Celia)
	for status, want := range map[ticket.Status][]string{
		ticket.Open:      {"assignment", "closure", "escalation", "pending", "transfer"},
		ticket.Pending:   {"assignment", "closure", "escalation", "reopening", "transfer"},
		ticket.Escalated: {"assignment", "closure", "escalation", "pending", "reopening", "transfer"},
		ticket.Closed:    {"reopening"},
	} {
		path := "/tickets/" + w.put(t, made{status: status}).Protocol
		a := ana.get(path).is(http.StatusOK)
		offered := map[string]bool{}
		for _, link := range a.doc.Find("#ticket-head a[hx-get]").EachIter() {
			offered[strings.TrimPrefix(link.AttrOr("href", ""), path+"/")] = true
		}
		got := []string{}
		for _, what := range []string{"assignment", "closure", "deletion", "escalation", "pending", "reopening", "transfer"} {
			if offered[what] {
				got = append(got, what)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", status, diff)
		}
		if celia.get(path).doc.Find(`a[href="`+path+`/deletion"]`).Length() != 1 {
			t.Errorf("%s: no deletion for who may delete", status)
		}
		chosen := a.doc.Find("#composer-status option[selected]").Length()
		options := a.doc.Find("#composer-status option").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("value", "?") })
		targets := map[ticket.Status][]string{
			ticket.Open: {"", "pending", "closed"}, ticket.Pending: {"", "open", "closed"},
			ticket.Escalated: {"", "open", "pending", "closed"}, ticket.Closed: {""},
		}[status]
		if diff := cmp.Diff(targets, options); diff != "" || chosen != 0 {
			t.Errorf("%s: %d chosen already\n%s", status, chosen, diff)
		}
		if _, closed := a.doc.Find("#composer-state").Attr("data-closed"); closed != (status == ticket.Closed) {
			t.Errorf("%s: the composer says closed: %t", status, closed)
		}
	}
}

func TestWhoOnlyReadsSeesNothingToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	reader := w.reader(t)
	a := reader.get(path).is(http.StatusOK)
	if n := a.doc.Find("main form, main a[hx-get], main textarea").Length(); n != 0 {
		t.Errorf("%d things to do for who only reads", n)
	}
	for _, what := range []string{"edit", "transfer", "escalation", "assignment", "pending", "closure", "reopening", "deletion"} {
		reader.get(path + "/" + what).is(http.StatusForbidden)
		reader.post(path+"/"+what, url.Values{"version": {"1"}, "reason": {"x"}}).is(http.StatusForbidden)
	}
	for _, what := range []string{"replies", "notes"} {
		reader.post(path+"/"+what, url.Values{"body": {"x"}}).is(http.StatusForbidden)
	}
	reader.get("/tickets/new").is(http.StatusForbidden)
	reader.post("/tickets", nil).is(http.StatusForbidden)
	w.as(t, sample.Ana).get(path + "/deletion").is(http.StatusForbidden)
	w.as(t, sample.Ana).post(path+"/deletion", nil).is(http.StatusForbidden)
}

// reader is somebody whose role reads tickets and nothing else.
func (w *world) reader(t *testing.T) *client {
	t.Helper()
	who := staff.Actor{ID: uuid.New(), Name: "Rita Leal", Username: "rita" + uuid.NewString()[:8]}
	role := queries.InsertRoleParams{ID: uuid.New(), Name: who.Username, Permissions: []string{string(staff.TicketRead)}}
	q := queries.New(w.db.Write)
	must(t, q.InsertRole(t.Context(), role))
	must(t, q.InsertStaff(t.Context(), queries.InsertStaffParams{ID: who.ID, Name: who.Name, Username: who.Username, PasswordHash: "x", RoleID: role.ID, Active: true}))
	return w.as(t, who)
}

func TestTheTimelineInBothOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	for i, body := range []string{"um", "dois", "três"} {
		must(t, w.desk.At(time.Now().Add(time.Duration(i)*time.Second)).Reply(t.Context(), sample.Ana, on, said(body)))
	}
	ana := w.as(t, sample.Ana)
	texts := func(a *answer) string {
		return strings.Join(a.doc.Find(".timeline .entry-text").Map(func(_ int, s *goquery.Selection) string { return strings.Fields(s.Text())[0] }), " ")
	}
	const oldest, newest = "Não um dois três", "três dois um Não"
	if got := texts(ana.get(path)); got != oldest {
		t.Errorf("by default %q", got)
	}
	if got := texts(ana.get(path + "?order=desc")); got != newest {
		t.Errorf("asked for the newest first: %q", got)
	}
	_, err := w.db.Write.Exec(t.Context(), "UPDATE staff SET timeline_order = 'desc' WHERE id = $1", sample.Ana.ID)
	must(t, err)
	a := ana.get(path)
	if got := texts(a); got != newest {
		t.Errorf("by preference %q", got)
	}
	if got := texts(ana.get(a.doc.Find(".ticket-talk > .row > a").AttrOr("href", ""))); got != oldest {
		t.Errorf("turned around: %q", got)
	}
	if got := texts(ana.get(a.doc.Find("#timeline").AttrOr("hx-get", ""))); got != newest {
		t.Errorf("the live part: %q", got)
	}
}
