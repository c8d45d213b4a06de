package handlers

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"helphub/internal/helpdesk"
	"helphub/internal/locale"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

func TestTheTimelineByVoice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	must(t, w.desk.Reply(t.Context(), sample.Ana, on, said("Da equipe.")))
	must(t, w.desk.Note(t.Context(), sample.Ana, on, said("Interna.")))
	must(t, w.desk.Hear(t.Context(), staff.System("Marta Oliveira"), on, said("Do cliente.")))
	ana := w.as(t, sample.Ana)
	for voice, want := range map[string]string{
		"":           "customer event reply note customer",
		"team":       "reply note",
		"customer":   "customer customer",
		"events":     "event",
		"everything": "customer event reply note customer",
	} {
		a := ana.get(path + "?voice=" + voice).is(http.StatusOK)
		kinds := a.doc.Find(".timeline > li").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("data-kind", "event") })
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("%q: %s, want %s", voice, got, want)
		}
	}
}

// Three events in a row fold into one line that keeps its id while it grows.
func TestRunsOfEventsFold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	transfer := func(level int) {
		on.Version = int(w.row(t, on).Version)
		must(t, w.desk.TransferTicket(t.Context(), sample.Ana, on, helpdesk.Passing{Level: level, Reason: "Motivo"}))
	}
	transfer(2)
	if a := ana.get(path); a.doc.Find(".folded").Length() != 0 || a.doc.Find(".timeline > .event").Length() != 2 {
		t.Error("two events fold")
	}
	transfer(3)
	a := ana.get(path)
	folded := a.doc.Find(".folded")
	id := folded.AttrOr("id", "")
	if folded.Length() != 1 || id == "" || a.doc.Find(".timeline > .event").Length() != 0 {
		t.Fatalf("%d folded runs, id %q", folded.Length(), id)
	}
	if text := a.text(".folded summary"); !strings.HasPrefix(text, "3 eventos, o último: Ana Ribeiro transferiu de N2 para N3: “Motivo”") {
		t.Errorf("it reads %q", text)
	}
	transfer(1)
	for _, order := range []string{"asc", "desc"} {
		a := ana.get(path + "?order=" + order)
		if got := a.doc.Find(".folded").AttrOr("id", ""); got != id || a.doc.Find(".folded .event").Length() != 5 {
			t.Errorf("%s: grown, its id is %q; it was %q", order, got, id)
		}
	}
}

func TestOlderEntriesAreOnePageAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	began := time.Now().Add(-time.Hour)
	for i := range 230 {
		must(t, w.desk.At(began.Add(time.Duration(i)*time.Second)).Note(t.Context(), sample.Ana, on, said(fmt.Sprintf("nota %03d", i))))
	}
	ana := w.as(t, sample.Ana)
	seen := map[string]bool{}
	page := path
	var sizes []int
	for page != "" {
		a := ana.get(page).is(http.StatusOK)
		notes := a.doc.Find(`[data-kind="note"] .entry-text`).Map(func(_ int, s *goquery.Selection) string { return s.Text() })
		for _, text := range notes {
			if seen[text] {
				t.Fatalf("%s is on two pages", text)
			}
			seen[text] = true
		}
		sizes = append(sizes, len(notes))
		last := a.doc.Find("#opening").Length() == 1
		page = a.doc.Find("#older a").AttrOr("href", "")
		if last != (page == "") {
			t.Errorf("page %d: the beginning is shown %t, older %q", len(sizes), last, page)
		}
		if way := a.doc.Find("#latest a").AttrOr("href", ""); (way == path) != (len(sizes) > 1) {
			t.Errorf("page %d: the way back is %q", len(sizes), way)
		}
	}
	// The event of the opening happened now, after the notes of the past hour.
	if diff := cmp.Diff([]int{99, 100, 31}, sizes); diff != "" {
		t.Error(diff)
	}
	for _, forged := range []string{"x", "e30", strings.Repeat("A", 3000)} {
		ana.get(path + "?before=" + forged).is(http.StatusOK)
	}
}

// Only the author sees the way to take something back, for ten minutes; what was
// taken back is an outline without its text.
func TestTakingBack_D20(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	mine, old, theirs := said("De Ana agora."), said("De Ana antes."), said("De Bruno.")
	must(t, w.desk.Reply(t.Context(), sample.Ana, on, mine))
	must(t, w.desk.At(time.Now().Add(-11*time.Minute)).Note(t.Context(), sample.Ana, on, old))
	must(t, w.desk.Reply(t.Context(), sample.Bruno, on, theirs))
	ana, bruno := w.as(t, sample.Ana), w.as(t, sample.Bruno)
	a := ana.get(path)
	links := a.doc.Find(`a[href$="/retraction"]`)
	if got := links.AttrOr("href", ""); links.Length() != 1 || got != "/entries/"+mine.Form.String()+"/retraction" {
		t.Errorf("%d ways to take back, the first %q", links.Length(), got)
	}
	retraction := "/entries/" + mine.Form.String() + "/retraction"
	bruno.get(retraction).is(http.StatusForbidden)
	bruno.post(retraction, nil).is(http.StatusForbidden)
	ana.get("/entries/" + old.Form.String() + "/retraction").is(http.StatusConflict)
	ana.post("/entries/"+old.Form.String()+"/retraction", nil).is(http.StatusConflict)
	form := ana.get(retraction).is(http.StatusOK).form(retraction)
	if to := ana.post(retraction, form).leads(); to != path {
		t.Errorf("led to %s", to)
	}
	ana.post(retraction, form).is(http.StatusConflict)
	a = bruno.get(path)
	if strings.Contains(a.body, mine.Body) {
		t.Error("the text is still in the page")
	}
	if text := a.text(`[data-kind="retracted"]`); !strings.Contains(text, "Ana Ribeiro retirou esta resposta") {
		t.Errorf("it reads %q", text)
	}
	on.Version = int(w.row(t, on).Version)
	must(t, w.desk.MoveTicket(t.Context(), sample.Ana, on, ticket.Closed, helpdesk.Words{}))
	bruno.post("/entries/"+theirs.Form.String()+"/retraction", nil).is(http.StatusConflict)
	if n := bruno.get(path).doc.Find(`a[href$="/retraction"]`).Length(); n != 0 {
		t.Error("a closed ticket offers to take back")
	}
}

// Every event there is has a sentence in both languages.
func TestEveryEventIsASentence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ctx := t.Context()
	step := func(do func(context.Context, staff.Actor, helpdesk.On) error) {
		on.Version = int(w.row(t, on).Version)
		must(t, do(ctx, sample.Bruno, on))
	}
	assign := func(to staff.Actor) func(context.Context, staff.Actor, helpdesk.On) error {
		return func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
			return w.desk.AssignTicket(ctx, by, on, to.ID)
		}
	}
	move := func(to ticket.Status) func(context.Context, staff.Actor, helpdesk.On) error {
		return func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
			return w.desk.MoveTicket(ctx, by, on, to, helpdesk.Words{})
		}
	}
	step(func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
		return w.desk.Reply(ctx, by, on, said("Vou."))
	})
	step(assign(sample.Celia))
	step(assign(staff.Actor{}))
	step(assign(sample.Bruno))
	step(assign(staff.Actor{}))
	step(assign(sample.Celia))
	step(func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
		return w.desk.EditTicket(ctx, by, on, helpdesk.NewTicket{Subject: "Balcão", Description: "Pinga.", Priority: "low", CustomerID: w.hotel})
	})
	step(func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
		return w.desk.TransferTicket(ctx, by, on, helpdesk.Passing{Department: &w.electric, Level: 3, Reason: "Falta fase"})
	})
	step(func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
		return w.desk.EscalateTicket(ctx, by, on, helpdesk.Passing{Reason: "Sem peça"})
	})
	step(func(ctx context.Context, by staff.Actor, on helpdesk.On) error {
		return w.desk.EscalateTicket(ctx, by, on, helpdesk.Passing{Reason: "De novo"})
	})
	step(move(ticket.Pending))
	step(move(ticket.Closed))
	step(move(ticket.Open))
	want := map[locale.Lang][]string{
		locale.PtBR: {
			"Ana Ribeiro abriu o chamado", "Bruno Teles assumiu o chamado", "Bruno Teles passou o chamado de Bruno Teles para Célia Prado",
			"Bruno Teles tirou o chamado de Célia Prado", "Bruno Teles passou o chamado para Célia Prado",
			"Bruno Teles mudou o assunto de “Câmara fria não atinge temperatura” para “Balcão”", "Bruno Teles mudou a descrição",
			"Bruno Teles mudou a prioridade de Crítica para Baixa", "Bruno Teles mudou o cliente de Padaria Central para Hotel Mirante",
			"Bruno Teles mudou o departamento de Refrigeração para Triagem", "Bruno Teles transferiu de Triagem, N1 para Elétrica, N3: “Falta fase”",
			"Bruno Teles escalonou de Célia Prado para Ninguém: “Sem peça”", "Bruno Teles escalonou de novo: “De novo”",
			"Bruno Teles mudou o status de Escalonado para Pendente", "Bruno Teles fechou o chamado", "Bruno Teles reabriu o chamado",
		},
		locale.En: {
			"Ana Ribeiro opened the ticket", "Bruno Teles took the ticket", "Bruno Teles changed the priority from Critical to Low",
			"Bruno Teles transferred from Triage, N1 to Elétrica, N3: “Falta fase”", "Bruno Teles escalated again: “De novo”", "Bruno Teles reopened the ticket",
		},
	}
	ana := w.as(t, sample.Ana)
	for _, lang := range locale.Langs() {
		_, err := w.db.Write.Exec(ctx, "UPDATE staff SET language = $1 WHERE id = $2", string(lang), sample.Ana.ID)
		must(t, err)
		a := ana.get(path + "?voice=events")
		if old := a.text("li.event details .entry-text"); !strings.HasPrefix(old, "Não passa de 9 °C.") {
			t.Errorf("the old description is %q", old)
		}
		var all []string
		for _, line := range a.doc.Find("li.event > span:first-of-type").EachIter() {
			line.Find("details").Remove()
			all = append(all, strings.Join(strings.Fields(line.Text()), " "))
		}
		text := strings.Join(all, "\n")
		for _, sentence := range want[lang] {
			if !strings.Contains(text+"\n", sentence+"\n") {
				t.Errorf("%s lacks %q in\n%s", lang, sentence, text)
			}
		}
		if strings.Contains(text, "event.") || strings.Contains(text, "{") {
			t.Errorf("%s has a bare key or placeholder:\n%s", lang, text)
		}
	}
}
