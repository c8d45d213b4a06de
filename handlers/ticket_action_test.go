package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// Each form of an action is a page of its own, and inside a dialog the same
// form without the page.
func TestEveryActionIsAPageAndADialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	must(t, w.desk.MoveTicket(t.Context(), sample.Ana, on, ticket.Pending, helpdesk.Words{}))
	celia := w.as(t, sample.Celia)
	for _, what := range []string{"transfer", "escalation", "assignment", "closure", "reopening", "deletion"} {
		page := celia.get(path + "/" + what).is(http.StatusOK)
		if page.doc.Find("html main form h1").Length() != 1 || page.form(path + "/" + what)["csrf_token"] == nil {
			t.Errorf("%s is no page", what)
		}
		dialog := celia.htmx().get(path + "/" + what).is(http.StatusOK)
		if dialog.doc.Find("main").Length() != 0 || dialog.doc.Find("#sheet-title").Length() != 1 {
			t.Errorf("%s is no dialog", what)
		}
		if a, b := page.form(path+"/"+what), dialog.form(path+"/"+what); len(a) != len(b) || a.Get("version") != "2" || b.Get("version") != "2" {
			t.Errorf("%s: the page posts %v, the dialog %v", what, a, b)
		}
	}
	celia.get(path + "/pending").is(http.StatusConflict) // it is
	must(t, w.desk.MoveTicket(t.Context(), sample.Ana, helpdesk.On{Protocol: on.Protocol, Version: 2}, ticket.Closed, helpdesk.Words{}))
	for _, what := range []string{"transfer", "escalation", "assignment", "closure", "pending", "edit"} {
		a := celia.htmx().get(path + "/" + what).is(http.StatusConflict)
		if !strings.Contains(a.body, "Só aceita ser reaberto") || !strings.Contains(a.body, "#toasts") {
			t.Errorf("%s of a closed ticket: %s", what, a.body)
		}
	}
}

func TestActionsDoWhatTheyAreAsked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	for name, c := range map[string]struct {
		what string
		form url.Values
		want func(path string, on helpdesk.On) string
	}{
		"transfer to a department": {"transfer", url.Values{"department_id": {w.electric.String()}, "reason": {"Fase"}},
			func(_ string, on helpdesk.On) string { r := w.row(t, on); return r.DepartmentName + " " + r.Status }},
		"transfer to triage": {"transfer", url.Values{"department_id": {"none"}, "reason": {"Fase"}},
			func(_ string, on helpdesk.On) string { r := w.row(t, on); return "[" + r.DepartmentName + "]" }},
		"transfer to a technician": {"transfer", url.Values{"technician_id": {sample.Bruno.ID.String()}, "reason": {"Fase"}},
			func(_ string, on helpdesk.On) string {
				r := w.row(t, on)
				return r.TechnicianName + " " + r.DepartmentName
			}},
		"escalation": {"escalation", url.Values{"reason": {"Peça"}, "cancel_visits": {"1"}},
			func(_ string, on helpdesk.On) string {
				r := w.row(t, on)
				return r.Status + " " + string(rune('0'+r.Level))
			}},
		"escalation to a level": {"escalation", url.Values{"reason": {"Peça"}, "level": {"3"}, "technician_id": {sample.Celia.ID.String()}},
			func(_ string, on helpdesk.On) string {
				r := w.row(t, on)
				return r.TechnicianName + " " + string(rune('0'+r.Level))
			}},
		"assignment": {"assignment", url.Values{"technician_id": {sample.Celia.ID.String()}},
			func(_ string, on helpdesk.On) string { return w.row(t, on).TechnicianName }},
		"pending with words": {"pending", url.Values{"body": {"Qual o modelo?"}},
			func(_ string, on helpdesk.On) string { return w.row(t, on).Status + w.bodies(t, on, ticket.Reply)[0] }},
		"closure": {"closure", url.Values{"body": {""}},
			func(_ string, on helpdesk.On) string {
				return w.row(t, on).Status + strings.Join(w.bodies(t, on, ticket.Reply), "")
			}},
	} {
		want := map[string]string{
			"transfer to a department": "Elétrica open", "transfer to triage": "[]", "transfer to a technician": "Bruno Teles Refrigeração",
			"escalation": "escalated 2", "escalation to a level": "Célia Prado 3", "assignment": "Célia Prado",
			"pending with words": "pendingQual o modelo?", "closure": "closed",
		}[name]
		path, on := w.open(t)
		form := ana.get(path + "/" + c.what).form(path + "/" + c.what)
		for field, values := range c.form {
			form[field] = values
		}
		if to := ana.post(path+"/"+c.what, form).leads(); to != path {
			t.Errorf("%s leads to %s", name, to)
		}
		if got := c.want(path, on); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
		version := w.row(t, on).Version
		ana.post(path+"/"+c.what, form).leads() // the same form again
		if again := w.row(t, on).Version; again != version {
			t.Errorf("%s happened twice", name)
		}
	}
}

// What was said with a closing stands before it.
func TestLastWordsComeBeforeTheClosing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	for range 20 { // by chance they would every other time
		path, _ := w.open(t)
		form := ana.get(path + "/closure").form(path + "/closure")
		form.Set("body", "Até logo.")
		ana.post(path+"/closure", form).leads()
		a := ana.get(path)
		if last := a.doc.Find(".timeline > li").Last().Text(); !strings.Contains(last, "fechou o chamado") {
			t.Fatalf("the last line is %q", strings.Join(strings.Fields(last), " "))
		}
		if a.doc.Find("#entry-"+form.Get("form_id")+".entry").Length() != 1 {
			t.Fatal("the words do not carry the form's id")
		}
	}
}

func TestAnActionTellsAScriptInPlace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	celia := w.as(t, sample.Celia).htmx()
	form := celia.get(path + "/assignment").form(path + "/assignment")
	form.Set("technician_id", sample.Bruno.ID.String())
	a := celia.post(path+"/assignment", form).is(http.StatusOK)
	if a.doc.Find("form").Length() != 0 || !strings.Contains(a.body, "Técnico definido") || a.Header.Get("HX-Trigger") == "" {
		t.Errorf("%q, %s", a.Header.Get("HX-Trigger"), a.body)
	}
	a = celia.post(path+"/deletion", nil).is(http.StatusNoContent)
	if to := a.Header.Get("HX-Redirect"); to != "/tickets" {
		t.Errorf("deleted, and led to %q", to)
	}
}

// A refused action comes back with what was typed; values are names, not ids;
// and the same form once more goes through.
func TestAStaleActionTellsNamesAndGoesThroughOnceMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	for _, who := range []*client{ana, ana.htmx()} {
		path, on := w.open(t)
		form := who.get(path + "/transfer").form(path + "/transfer")
		form.Set("department_id", w.electric.String())
		form.Set("technician_id", sample.Bruno.ID.String())
		form.Set("reason", "Falta fase")
		nowhere := uuid.Nil
		must(t, w.desk.TransferTicket(t.Context(), sample.Celia, on, helpdesk.Passing{Department: &nowhere, Technician: &sample.Celia.ID, Level: 2, Reason: "Eu"}))
		a := who.post(path+"/transfer", form).is(http.StatusConflict)
		notice := a.text(`[role="alert"]`)
		for _, want := range []string{
			"Célia Prado mudou o departamento hoje", "Departamento antesRefrigeração", "AgoraTriagem", "Você pediuElétrica",
			"Célia Prado mudou o técnico hoje", "Técnico antesNinguém", "AgoraCélia Prado", "Você pediuBruno Teles",
		} {
			if !strings.Contains(notice, want) {
				t.Errorf("the notice lacks %q: %s", want, notice)
			}
		}
		second := a.form(path + "/transfer")
		if second.Get("reason") != "Falta fase" || second.Get("department_id") != w.electric.String() || second.Get("technician_id") != sample.Bruno.ID.String() {
			t.Errorf("the second form is %v", second)
		}
		if text := a.text(`button[type="submit"].button-primary`); !strings.Contains(a.body, "Enviar assim mesmo") {
			t.Errorf("the button says %q", text)
		}
		if answer := who.post(path+"/transfer", second); answer.StatusCode >= 400 {
			t.Errorf("once more: %d", answer.StatusCode)
		}
		if row := w.row(t, on); row.DepartmentName != "Elétrica" || row.TechnicianName != "Bruno Teles" || row.Level != 2 {
			t.Errorf("%+v", row)
		}
	}
}

func TestARefusedActionKeepsWhatWasTyped_D80(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	nobody := uuid.NewString()
	for name, c := range map[string]struct {
		what  string
		form  url.Values
		field string
	}{
		"no reason":           {"transfer", url.Values{"level": {"2"}}, "reason"},
		"nothing changes":     {"transfer", url.Values{"reason": {"Motivo"}}, ""},
		"a level 4":           {"transfer", url.Values{"level": {"4"}, "reason": {"Motivo"}}, "level"},
		"a level 0":           {"escalation", url.Values{"level": {"0"}, "reason": {"Motivo"}}, "level"},
		"a level of letters":  {"escalation", url.Values{"level": {"x"}, "reason": {"Motivo"}}, "level"},
		"unknown department":  {"transfer", url.Values{"department_id": {nobody}, "reason": {"Motivo"}}, "department_id"},
		"malformed id":        {"transfer", url.Values{"department_id": {"1 OR 1=1"}, "reason": {"Motivo"}}, "department_id"},
		"unknown technician":  {"assignment", url.Values{"technician_id": {nobody}}, "technician_id"},
		"malformed":           {"assignment", url.Values{"technician_id": {"x"}}, "technician_id"},
		"the zero id":         {"assignment", url.Values{"technician_id": {uuid.Nil.String()}}, "technician_id"},
		"an attendant":        {"escalation", url.Values{"technician_id": {sample.Ana.ID.String()}, "reason": {"Motivo"}}, "technician_id"},
		"words without limit": {"closure", url.Values{"body": {strings.Repeat("é", 10_001)}}, "body"},
	} {
		form := ana.get(path + "/" + c.what).form(path + "/" + c.what)
		for field, values := range c.form {
			form[field] = values
		}
		a := ana.post(path+"/"+c.what, form).is(http.StatusUnprocessableEntity)
		if alerts := a.doc.Find(`main [role="alert"]`).Length(); alerts != 1 {
			t.Errorf("%s: %d alerts", name, alerts)
		}
		bad := a.doc.Find(`main [aria-invalid="true"]`)
		if got := bad.AttrOr("name", ""); got != c.field {
			t.Errorf("%s: %q is marked, want %q", name, got, c.field)
		}
		if c.field != "" && a.doc.Find("#"+strings.Fields(bad.AttrOr("aria-describedby", "?"))[0]).Length() != 1 {
			t.Errorf("%s: no reason is tied to %s", name, c.field)
		}
		second := a.form(path + "/" + c.what)
		if reason := c.form.Get("reason"); second.Get("reason") != reason || second.Get("body") != c.form.Get("body") {
			t.Errorf("%s: typed text is gone", name)
		}
	}
	if row := w.row(t, on); row.Version != 1 {
		t.Errorf("something happened: version %d", row.Version)
	}
}
