package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// htmx is the same browser asking for fragments.
func (c *client) htmx() *client {
	same := *c
	same.header = http.Header{"Hx-Request": {"true"}}
	return &same
}

func (w *world) bodies(t *testing.T, on helpdesk.On, kind ticket.Kind) []string {
	t.Helper()
	rows, err := w.db.Read.Query(t.Context(), "SELECT body FROM entry WHERE ticket_id = $1 AND kind = $2 ORDER BY created_at, id", w.row(t, on).ID, kind)
	must(t, err)
	defer rows.Close()
	all := []string{}
	for rows.Next() {
		var body string
		must(t, rows.Scan(&body))
		all = append(all, body)
	}
	return all
}

func TestABrowserIsLedToWhatItWrote(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path).form(path + "/replies")
	form.Set("body", "Linha 1\r\nLinha 2")
	to := ana.post(path+"/replies", form).leads()
	if want := path + "#entry-" + form.Get("form_id"); to != want {
		t.Errorf("led to %s, want %s", to, want)
	}
	a := ana.get(path)
	if a.doc.Find("#entry-"+form.Get("form_id")).Length() != 1 || a.text("#toasts") != "Resposta registrada" {
		t.Errorf("the entry is there %d times, the toast says %q", a.doc.Find("#entry-"+form.Get("form_id")).Length(), a.text("#toasts"))
	}
	// F5, or a doubled click: the same answer and nothing more (D-06 in spirit).
	if again := ana.post(path+"/replies", form).leads(); again != to {
		t.Errorf("again led to %s", again)
	}
	note := ana.get(path).form(path + "/replies")
	note.Set("body", "Só nós.")
	ana.post(path+"/notes", note).leads()
	if diff := cmp.Diff([]string{"Linha 1\nLinha 2"}, w.bodies(t, on, ticket.Reply)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"Só nós."}, w.bodies(t, on, ticket.Note)); diff != "" {
		t.Error(diff)
	}
}

func TestAScriptGetsABlankComposerAndANudge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path).form(path + "/replies")
	form.Set("body", "Já vamos.")
	form.Set("kind", "note")
	a := ana.htmx().post(path+"/notes", form).is(http.StatusOK)
	if n := a.doc.Find("form#composer").Length(); n != 1 || a.doc.Find("html main").Length() != 0 {
		t.Fatalf("%d composers: %s", n, a.body)
	}
	if a.doc.Find("#body").Text() != "" || a.doc.Find(`[name="form_id"]`).AttrOr("value", "") == form.Get("form_id") {
		t.Error("the composer is not blank")
	}
	if _, note := a.doc.Find(`[name="kind"][value="note"]`).Attr("checked"); !note {
		t.Error("the other tab is open")
	}
	if version := a.doc.Find(`#composer-state [name="version"]`).AttrOr("value", ""); version != "2" {
		t.Errorf("version %s", version)
	}
	if !strings.Contains(a.Header.Get("HX-Trigger"), "#timeline") || !strings.Contains(a.body, "Nota guardada") {
		t.Errorf("nudge %q, %s", a.Header.Get("HX-Trigger"), a.body)
	}
}

// What does not fit comes back with the text, the reason at the field and one
// alert (D-80), for a browser and for a script.
func TestARefusedReplyKeepsTheText_D80(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	for name, c := range map[string]struct{ body, status, says string }{
		"empty":          {" \n ", "", "Falta preencher."},
		"too long":       {strings.Repeat("é", 10_001), "", "Passa do limite de 10.000 caracteres: tem 10.001."},
		"no text":        {"a\x07b", "", "Há caracteres que não são texto."},
		"unknown status": {"Pronto.", "gone", "Esta escolha não existe mais."},
	} {
		form := ana.get(path).form(path + "/replies")
		form.Set("body", c.body)
		form.Set("status", c.status)
		for _, who := range []*client{ana, ana.htmx()} {
			a := who.post(path+"/replies", form).is(http.StatusUnprocessableEntity)
			if got := a.doc.Find("#body").Text(); strings.TrimSpace(got) != strings.TrimSpace(c.body) && name != "no text" {
				t.Errorf("%s: the text came back as %.60q", name, got)
			}
			alerts := a.doc.Find(`#composer [role="alert"]`)
			if alerts.Length() != 1 || !strings.Contains(alerts.Text(), c.says) {
				t.Errorf("%s: %d alerts: %q", name, alerts.Length(), alerts.Text())
			}
			if got := a.doc.Find(`[name="form_id"]`).AttrOr("value", ""); got != form.Get("form_id") {
				t.Errorf("%s: the form has another id", name)
			}
			field := a.doc.Find(`#body[aria-invalid="true"]`)
			if bad := field.Length() == 1; bad != (name != "unknown status") {
				t.Errorf("%s: the field is marked %t", name, bad)
			} else if bad && a.doc.Find("#"+field.AttrOr("aria-describedby", "?")).Length() != 1 {
				t.Errorf("%s: no reason is tied to the field", name)
			}
		}
	}
	if got := w.bodies(t, on, ticket.Reply); len(got) != 0 {
		t.Errorf("written all the same: %q", got)
	}
}

// Somebody closed the ticket meanwhile: the text stays, and the way to go on is
// reopening (D-02, D-04).
func TestAReplyToAClosedTicketKeepsTheText_D04(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path).form(path + "/replies")
	form.Set("body", "Ainda não esfriou?")
	must(t, w.desk.MoveTicket(t.Context(), sample.Celia, on, ticket.Closed, helpdesk.Words{}))
	for _, who := range []*client{ana, ana.htmx()} {
		a := who.post(path+"/replies", form).is(http.StatusConflict)
		if got := a.doc.Find("#body").Text(); got != "Ainda não esfriou?" {
			t.Errorf("the text is %q", got)
		}
		if alert := a.doc.Find(`#composer [role="alert"]`); alert.Length() != 1 || !strings.Contains(alert.Text(), "só aceita ser reaberto") {
			t.Errorf("%d alerts: %q", alert.Length(), alert.Text())
		}
		if a.doc.Find(`#composer-state[data-closed] a[href="`+path+`/reopening"]`).Length() != 1 {
			t.Error("no way to reopen")
		}
	}
	if row := w.row(t, on); row.Status != "closed" {
		t.Errorf("the ticket is %s", row.Status)
	}
}

func TestAConflictOffersBothWaysAndOneMoreClickSends_D04(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, keep := range []bool{true, false} {
		path, on := w.open(t)
		ana := w.as(t, sample.Ana)
		form := ana.get(path).form(path + "/replies")
		form.Set("body", "Volto às 15h30.")
		form.Set("status", "pending")
		must(t, w.desk.EscalateTicket(t.Context(), sample.Celia, on, helpdesk.Passing{Reason: "Curto-ciclo"}))
		a := ana.htmx().post(path+"/replies", form).is(http.StatusConflict)
		notice := a.text(`#composer [role="alert"]`)
		for _, want := range []string{"Célia Prado mudou o status hoje", "Status antesAberto", "AgoraEscalonado", "Você pediuPendente", "Enviar e manter Escalonado", "Enviar e mudar para Pendente"} {
			if !strings.Contains(notice, want) {
				t.Errorf("the notice lacks %q: %s", want, notice)
			}
		}
		second := a.form(path + "/replies")
		if second.Get("body") != "Volto às 15h30." || second.Get("status") != "pending" || second.Get("version") != "2" || second.Get("form_id") != form.Get("form_id") {
			t.Errorf("the second form is %v", second)
		}
		if keep {
			second.Set("keep", "1")
		}
		ana.post(path+"/replies", second).leads()
		want := map[bool]string{true: "escalated", false: "pending"}[keep]
		if row := w.row(t, on); row.Status != want || len(w.bodies(t, on, ticket.Reply)) != 1 {
			t.Errorf("keep %t: %s, %q", keep, row.Status, w.bodies(t, on, ticket.Reply))
		}
	}
}

// After a conflict the version the person was told of counts, not a newer one
// that the live part has put beside it. Seen to fail with the newer one.
func TestTheVersionOfTheNoticeCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path).form(path + "/replies")
	form.Set("body", "Volto.")
	form.Set("status", "pending")
	must(t, w.desk.EscalateTicket(t.Context(), sample.Celia, on, helpdesk.Passing{Reason: "Um"}))
	second := ana.htmx().post(path+"/replies", form).is(http.StatusConflict).form(path + "/replies")
	on.Version = 2
	must(t, w.desk.MoveTicket(t.Context(), sample.Celia, on, ticket.Open, helpdesk.Words{}))
	second["version"] = []string{second.Get("version"), "3"} // the notice's, then the live one
	ana.htmx().post(path+"/replies", second).is(http.StatusConflict)
	if row := w.row(t, on); row.Status != "open" {
		t.Errorf("%s", row.Status)
	}
}

func TestTheSameReplyFromTwoClicksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path).form(path + "/replies")
	form.Set("body", "Uma vez.")
	form.Set("csrf_token", ana.token())
	var wg sync.WaitGroup
	answers := make([]int, 6)
	for i := range answers {
		click := *ana
		click.cookies = map[string]string{}
		for name, value := range ana.cookies {
			click.cookies[name] = value
		}
		wg.Go(func() { answers[i] = click.send(http.MethodPost, path+"/replies", form).StatusCode })
	}
	wg.Wait()
	for _, status := range answers {
		if status != http.StatusSeeOther {
			t.Errorf("answered %v", answers)
			break
		}
	}
	if got := w.bodies(t, on, ticket.Reply); len(got) != 1 {
		t.Errorf("written %d times", len(got))
	}
}

func TestABrokenFormIDIsRefusedAndAMissingOneIsNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	for _, broken := range []string{"x", uuid.Nil.String(), "'; --"} {
		ana.post(path+"/replies", url.Values{"body": {"x"}, "form_id": {broken}}).is(http.StatusUnprocessableEntity)
	}
	for range 2 {
		ana.post(path+"/replies", url.Values{"body": {"De um programa."}}).leads()
	}
	if got := w.bodies(t, on, ticket.Reply); len(got) != 2 {
		t.Errorf("%q", got)
	}
}
