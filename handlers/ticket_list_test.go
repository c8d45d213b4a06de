package handlers

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"

	"helphub/internal/locale"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

func TestARowIsALinkThatSaysWhatTheTicketIs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p := w.put(t, made{subject: "Câmara fria <b>parada</b>", priority: ticket.Critical, status: ticket.Escalated, department: &w.cold, technician: &sample.Bruno.ID, protocol: "20261123-7F3K9Q2M"})
	a := w.as(t, sample.Ana).get("/tickets").is(http.StatusOK)
	row := a.doc.Find("table.grid tbody tr")
	if row.Length() != 1 {
		t.Fatalf("%d rows, want one", row.Length())
	}
	for name, want := range map[string]string{
		"id": "ticket-" + p.ID.String(), "data-protocol": "20261123-7F3K9Q2M", "data-status": "escalated", "data-priority": "critical", "data-version": "1",
	} {
		if got := row.AttrOr(name, ""); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	link := row.Find("th.c-subject a.cover")
	if got := link.AttrOr("href", ""); got != "/tickets/20261123-7F3K9Q2M" || link.Text() != "Câmara fria <b>parada</b>" {
		t.Errorf("the subject %q leads to %q", link.Text(), got)
	}
	text := strings.Join(strings.Fields(row.Text()), " ")
	for _, want := range []string{"7F3K9Q2M", "Padaria Central", "Escalonado", "Crítica", "Bruno Teles", "N1 Refrigeração", "hoje"} {
		if !strings.Contains(text, want) {
			t.Errorf("the row does not say %q: %s", want, text)
		}
	}
	if row.Find("time[datetime][title]").Length() != 1 {
		t.Error("the moment has no exact time")
	}
	if strings.Contains(a.text("table"), w.padaria.String()[:8]) {
		t.Error("D-94: an id is shown")
	}
}

func TestTabsHoldAndCountTheirTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for i, status := range []ticket.Status{ticket.Open, ticket.Open, ticket.Pending, ticket.Escalated, ticket.Closed} {
		w.put(t, made{subject: fmt.Sprintf("%d %s", i, status), status: status, activity: w.now.Add(-time.Duration(i) * time.Minute), opened: w.now.Add(-time.Hour)})
	}
	ana := w.as(t, sample.Ana)
	for tab, want := range map[string][]string{
		"": {"0 open", "1 open", "2 pending", "3 escalated"}, "active": {"0 open", "1 open", "2 pending", "3 escalated"},
		"open": {"0 open", "1 open"}, "scheduled": {}, "pending": {"2 pending"}, "escalated": {"3 escalated"}, "closed": {"4 closed"},
		"all":                {"0 open", "1 open", "2 pending", "3 escalated", "4 closed"},
		"'; DROP TABLE x;--": {"0 open", "1 open", "2 pending", "3 escalated"},
	} {
		ana.get("/tickets?tab=" + url.QueryEscape(tab)).shows(want...)
	}
	tabs := (*answer).tabs
	if got, want := tabs(ana.get("/tickets")), "Ativos 4 Abertos 2 Pendentes 1 Escalonados 1 Fechados 1 Todos 5"; got != want {
		t.Errorf("tabs %q, want %q", got, want)
	}
	if got := tabs(ana.get("/tickets?tab=scheduled")); !strings.Contains(got, "Agendados 0") {
		t.Errorf("asked for by its address the tab is there: %q", got)
	}
	w.put(t, made{status: ticket.Scheduled, customer: w.hotel})
	if got := tabs(ana.get("/tickets")); !strings.Contains(got, "Agendados 1") {
		t.Errorf("as soon as one is scheduled the tab is there: %q", got)
	}
	if got, want := tabs(ana.get("/tickets?customer="+w.hotel.String())), "Ativos 1 Abertos 0 Agendados 1 Pendentes 0 Escalonados 0 Fechados 0 Todos 1"; got != want {
		t.Errorf("of one customer %q, want %q", got, want)
	}
	if got := tabs(ana.get("/tickets?priority=low")); got != "Ativos Abertos Agendados Pendentes Escalonados Fechados Todos" {
		t.Errorf("what is dear to count is not counted: %q", got)
	}
}

func TestCountsStopAtAThousand(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), `INSERT INTO ticket (id, protocol, subject, description, status, priority, customer_id, opened_at, last_activity_at, last_word_at)
SELECT gen_random_uuid(), '20261123-' || lpad(i::text, 8, '0'), 'Chamado', 'x', 'open', 2, $1, now(), now(), now() FROM generate_series(1, 1234) AS i`, w.padaria)
	must(t, err)
	a := w.as(t, sample.Ana).get("/tickets")
	if got := a.tabs(); got != "Ativos 1.000+ Abertos 1.000+ Pendentes 0 Escalonados 0 Fechados 0 Todos 1.000+" {
		t.Errorf("tabs %q", got)
	}
	if got := a.text(".pager"); !strings.HasPrefix(got, "1–25 de 1.000+ ") {
		t.Errorf("pager %q", got)
	}
}

func TestFiltersKeepWhatTheySay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zone, err := time.LoadLocation("America/Sao_Paulo")
	must(t, err)
	w.put(t, made{subject: "do Bruno", technician: &sample.Bruno.ID, department: &w.cold, opened: time.Date(2026, 3, 2, 23, 59, 0, 0, zone), activity: w.now})
	w.put(t, made{subject: "da Célia", technician: &sample.Celia.ID, department: &w.electric, priority: ticket.High, opened: time.Date(2026, 3, 3, 0, 0, 0, 0, zone), activity: w.now.Add(-time.Minute)})
	w.put(t, made{subject: "de ninguém", customer: w.hotel, opened: time.Date(2026, 3, 3, 23, 59, 59, 0, zone), activity: w.now.Add(-2 * time.Minute)})
	bruno := w.as(t, sample.Bruno)
	for query, want := range map[string][]string{
		"technician=me":                              {"do Bruno"},
		"technician=" + sample.Celia.ID.String():     {"da Célia"},
		"technician=none":                            {"de ninguém"},
		"technician=" + uuid.NewString():             {},
		"technician=bruno":                           {},
		"department=" + w.cold.String():              {"do Bruno"},
		"department=none":                            {"de ninguém"},
		"department=%27%27":                          {},
		"priority=high":                              {"da Célia"},
		"priority=Critica":                           {"do Bruno", "da Célia", "de ninguém"},
		"customer=" + w.hotel.String():               {"de ninguém"},
		"customer=1":                                 {},
		"from=2026-03-03":                            {"da Célia", "de ninguém"},
		"to=2026-03-02":                              {"do Bruno"},
		"from=2026-03-03&to=2026-03-03":              {"da Célia", "de ninguém"},
		"from=2026-03-04&to=2026-03-01":              {},
		"from=ontem&to=2026-02-31":                   {"do Bruno", "da Célia", "de ninguém"},
		"from=2026-03-03&priority=normal&tab=all":    {"de ninguém"},
		"technician=none&department=none&tab=closed": {},
	} {
		bruno.get("/tickets?" + query).shows(want...)
		for _, sort := range queries.GridSorts() {
			for _, order := range []string{"asc", "desc"} {
				got := bruno.get("/tickets/rows?" + query + "&sort=" + string(sort) + "&order=" + order).is(http.StatusOK).subjects()
				slices.Sort(got)
				sorted := slices.Sorted(slices.Values(want))
				if !slices.Equal(got, sorted) {
					t.Errorf("%s sorted by %s %s: %q, want %q", query, sort, order, got, sorted)
				}
			}
		}
	}
}

func TestFiltersInUseAreChipsThatCanBeRemoved(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{technician: &sample.Bruno.ID, department: &w.cold})
	day := locale.New(locale.PtBR, sample.Zone, time.Now()).Day(time.Date(2026, 3, 2, 12, 0, 0, 0, sample.Zone))
	ana := w.as(t, sample.Ana)
	a := ana.get("/tickets?tab=all&q=n%C3%BAmero&department=" + w.cold.String() + "&customer=" + w.padaria.String() + "&technician=" + uuid.NewString() + "&from=2026-03-02&sort=priority&order=asc")
	chips := a.doc.Find(".filters .chip")
	got := chips.Map(func(_ int, s *goquery.Selection) string {
		return strings.Join(strings.Fields(s.Find(".truncate").Text()), " ")
	})
	want := []string{"Busca número", "Departamento Refrigeração", "Técnico desconhecido", "Cliente Padaria Central", "Aberto desde " + day}
	if !slices.Equal(got, want) {
		t.Errorf("chips %q, want %q", got, want)
	}
	remove, _ := url.Parse(chips.Eq(1).Find("a").AttrOr("href", ""))
	if v := remove.Query(); v.Has("department") || v.Get("q") != "número" || v.Get("tab") != "all" || v.Get("order") != "asc" {
		t.Errorf("without the department: %s", remove)
	}
	if got := a.doc.Find(`.filters > a:contains("Limpar")`).AttrOr("href", ""); got != "/tickets?order=asc&sort=priority&tab=all" {
		t.Errorf("everything cleared leads to %s", got)
	}
	search := a.doc.Find(`.filters form[role="search"]`)
	if search.Find(`[name="q"]`).AttrOr("value", "") != "número" || search.Find(`[name="customer"]`).AttrOr("value", "") != w.padaria.String() {
		t.Error("the search forgets what else is filtered")
	}
	form := a.doc.Find(`#ticket-filters form[method="get"]`)
	for name, want := range map[string]string{"department": w.cold.String(), "customer": w.padaria.String(), "sort": "priority", "order": "asc"} {
		if got := form.Find(`select[name="`+name+`"] option[selected]`).AttrOr("value", ""); got != want {
			t.Errorf("the form's %s is %q, want %q", name, got, want)
		}
	}
	for name, want := range map[string]string{"from": "2026-03-02", "tab": "all", "q": "número"} {
		if got := form.Find(`input[name="`+name+`"]`).AttrOr("value", ""); got != want {
			t.Errorf("the form's %s is %q, want %q", name, got, want)
		}
	}
}

// D-88: nothing but the address says what is seen.
func TestD88NoTabIsRemembered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{subject: "aberto"})
	w.put(t, made{subject: "fechado", status: ticket.Closed})
	ana := w.as(t, sample.Ana)
	ana.get("/tickets?tab=closed").shows("fechado")
	ana.get("/tickets").shows("aberto")
}

func TestWhoMayNotReadTicketsSeesNone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{})
	nobody := sample.Ana
	_, err := w.db.Write.Exec(t.Context(), "UPDATE role SET permissions = $2 WHERE id = $1", nobody.Role.ID, []string{string(staff.CustomerRead)})
	must(t, err)
	c := w.as(t, nobody)
	for _, path := range []string{"/tickets", "/tickets/rows", "/tickets.csv"} {
		c.get(path).is(http.StatusForbidden)
	}
}
