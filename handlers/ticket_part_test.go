package handlers

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

func TestAPageOfTheListNeedsFourQueries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 60)
	ana := w.as(t, sample.Ana)
	ana.get("/tickets") // what is asked once a minute is asked now
	second := ana.get("/tickets").is(http.StatusOK).doc.Find(`.pager a[rel="next"]`).AttrOr("href", "")
	before := ana.get(second).doc.Find(`.pager a[rel="prev"]`).AttrOr("href", "")
	for _, path := range []string{
		"/tickets", second, before, "/tickets?tab=all&q=chamado+cliente", "/tickets?sort=department&department=none&technician=none&customer=" + w.hotel.String(),
		"/tickets/rows", "/tickets/rows?sort=customer",
	} {
		ana.get(path).is(http.StatusOK)
		if n := ana.queries.Load(); n > 4 { // the cookie, who it is, the rows, what is around them
			t.Errorf("%s needs %d queries", path, n)
		}
	}
}

// D-02: what people type into is never in what is redrawn.
func TestD02TheLivePartHoldsNoForm(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{})
	ana := w.as(t, sample.Ana)
	page, part := ana.get("/tickets?q=chamado"), ana.get("/tickets/rows?q=chamado").is(http.StatusOK)
	for name, found := range map[string]int{
		"the page": page.doc.Find("#ticket-list").Find("form, input, select, textarea").Length(), "the part": part.doc.Find("form, input, select, textarea").Length(),
	} {
		if found > 0 {
			t.Errorf("%s: %d fields in the live part", name, found)
		}
	}
	list := page.doc.Find("#ticket-list")
	if got := list.AttrOr("hx-get", ""); got != "/tickets/rows?q=chamado" || list.AttrOr("hx-swap", "") != "outerMorph" {
		t.Errorf("the list asks for %q", got)
	}
	for _, topic := range []string{"tickets", "presence", "customers"} {
		if !strings.Contains(list.AttrOr("hx-trigger", ""), topic+" from:#live") {
			t.Errorf("the list does not follow %s", topic)
		}
		if !strings.Contains(page.doc.Find("#live").AttrOr("hx-sse:connect", ""), "on="+topic) {
			t.Errorf("the page does not hear of %s", topic)
		}
	}
	if page.doc.Find("#ticket-list .strip, #ticket-list [data-density-toggle]").Length() > 0 {
		t.Error("what scripts hold a state of is in the live part")
	}
}

func TestThePartIsWhatAReloadWouldShow(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill(t, 60)
	ana := w.as(t, sample.Ana)
	second := ana.get("/tickets").is(http.StatusOK).doc.Find(`.pager a[rel="next"]`).AttrOr("href", "")
	for _, path := range []string{"/tickets", second, "/tickets?tab=closed", "/tickets?tab=all&q=0&sort=priority&order=asc", "/tickets?customer=" + w.hotel.String() + "&department=none"} {
		page, part := ana.get(path), ana.get(strings.Replace(path, "/tickets", "/tickets/rows", 1))
		for _, id := range []string{"#ticket-list", "#ticket-tabs"} {
			want, err := page.doc.Find(id).Html()
			must(t, err)
			got, err := part.doc.Find(id).Html()
			must(t, err)
			if got != want || got == "" {
				t.Errorf("%s: the part's %s is not the page's", path, id)
			}
			if a, b := page.doc.Find(id).AttrOr("hx-get", ""), part.doc.Find(id).AttrOr("hx-get", ""); a != b {
				t.Errorf("%s: the page asks for %s, the part for %s", path, a, b)
			}
		}
		if target := part.doc.Find("hx-partial").AttrOr("hx-target", ""); target != "#ticket-tabs" {
			t.Errorf("the tabs go to %q", target)
		}
	}
}

// D-01: who looks at a list that does not change costs one 304, drawn for all.
func TestD01AnUnchangedPartIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app.Hub.Doubt() // from here on the hub hears, and parts are kept
	p := w.put(t, made{subject: "Balcão"})
	ana := w.as(t, sample.Ana)
	tag := ana.get("/tickets/rows").is(http.StatusOK).Header.Get("ETag")
	again := w.as(t, sample.Ana)
	again.header.Set("If-None-Match", tag)
	again.get("/tickets/rows?order=desc").is(http.StatusNotModified)
	other := again.get("/tickets/rows").is(http.StatusNotModified)
	if n := again.queries.Load(); n > 2 || other.body != "" {
		t.Errorf("an unchanged part needs %d queries and %d bytes", n, len(other.body))
	}
	must(t, w.desk.AssignTicket(t.Context(), sample.Celia, helpdesk.On{Protocol: ticket.Protocol(p.Protocol), Version: 1}, sample.Bruno.ID))
	if got := again.get("/tickets/rows").is(http.StatusOK).text("td.c-who"); !strings.Contains(got, "Bruno") {
		t.Errorf("after the change the technician is %q", got)
	}
}

func TestTheListShowsWhoElseIsOnATicket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app.Hub.Doubt()
	p := w.put(t, made{subject: "Balcão"})
	w.app.Presence.Write(p.ID, sample.Bruno.ID)
	for want, actor := range map[string]staff.Actor{"BBruno Teles está escrevendo": sample.Ana, "": sample.Bruno} {
		c := w.as(t, actor)
		if got := c.get("/tickets").text("tr .present"); strings.Join(strings.Fields(got), " ") != want {
			t.Errorf("%s sees %q, want %q", actor.Name, got, want)
		}
		part := c.get("/tickets/rows")
		if got := part.doc.Find(`tr .present [data-staff="` + sample.Bruno.ID.String() + `"]`).Length(); got != 1 {
			t.Errorf("the part that all share shows Bruno %d times to %s, who hides themself", got, actor.Name)
		}
	}
}

// What "me" finds is never shown to somebody else. Seen to fail without the
// person in the key of the part.
func TestMineIsNotSharedWithOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app.Hub.Doubt()
	w.put(t, made{subject: "do Bruno", technician: &sample.Bruno.ID})
	w.put(t, made{subject: "da Célia", technician: &sample.Celia.ID})
	// The same role, so that nothing but the person tells the two apart.
	_, err := w.db.Write.Exec(t.Context(), "UPDATE staff SET role_id = $1", sample.Celia.Role.ID)
	must(t, err)
	bruno, celia := sample.Bruno, sample.Celia
	w.as(t, bruno).get("/tickets/rows?technician=me").shows("do Bruno")
	w.as(t, celia).get("/tickets/rows?technician=me").shows("da Célia")
	w.as(t, bruno).get("/tickets?technician=me").shows("do Bruno")
}

func TestTheRailMarksMineAndUnassigned(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{technician: &sample.Bruno.ID})
	w.put(t, made{})
	w.put(t, made{status: ticket.Closed, opened: w.now.Add(-time.Hour)})
	bruno := w.as(t, sample.Bruno)
	for path, want := range map[string]string{
		"/tickets": "Chamados 2", "/tickets?technician=me": "Meus chamados 1", "/tickets?technician=none": "Sem técnico 1", "/tickets?technician=none&tab=all": "Chamados 2",
	} {
		if got := bruno.get(path).text(`#rail [aria-current="page"]`); got != want {
			t.Errorf("%s: the rail marks %q, want %q", path, got, want)
		}
	}
}
