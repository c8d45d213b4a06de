package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/queries"
)

func TestANewTicketIsOpenedAndShown(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	form := ana.get("/tickets/new?customer=" + w.hotel.String()).is(http.StatusOK).form("/tickets")
	if form.Get("customer_id") != w.hotel.String() || form.Get("priority") != "normal" || form.Get("department_id") != "" {
		t.Errorf("the form begins as %v", form)
	}
	form.Set("subject", "  Ar-condicionado   pinga ")
	form.Set("description", "Linha 1\r\nLinha 2")
	form.Set("department_id", w.cold.String())
	to := ana.post("/tickets", form).leads()
	a := ana.get(to).is(http.StatusOK)
	if a.text("h1") != "Ar-condicionado pinga" || a.text("#opening strong") != "Hotel Mirante" || a.text("#toasts") != "Chamado aberto" {
		t.Errorf("%q, %q, %q", a.text("h1"), a.text("#opening strong"), a.text("#toasts"))
	}
	if again := ana.post("/tickets", form).leads(); again != to {
		t.Errorf("sent twice: %s and %s", to, again)
	}
	htmx := ana.htmx().post("/tickets", form).is(http.StatusNoContent)
	if htmx.Header.Get("HX-Redirect") != to {
		t.Errorf("a script is led to %q", htmx.Header.Get("HX-Redirect"))
	}
	var n int
	must(t, w.db.Read.QueryRow(t.Context(), "SELECT count(*) FROM ticket").Scan(&n))
	if n != 1 {
		t.Errorf("%d tickets", n)
	}
}

// Every field is kept, marked and explained (D-80); ids that are malformed,
// unknown or inactive are refused at their field (D-23).
func TestARefusedTicketKeepsEverything_D80_D23(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gone := uuid.New()
	must(t, queries.New(w.db.Write).InsertCustomer(t.Context(), queries.InsertCustomerParams{ID: gone, LegalName: "Fechou", Active: false}))
	ana := w.as(t, sample.Ana)
	good := url.Values{
		"customer_id": {w.padaria.String()}, "department_id": {w.cold.String()}, "priority": {"high"},
		"subject": {"Câmara fria"}, "description": {"Não gela."}, "form_id": {uuid.NewString()},
	}
	for name, c := range map[string]struct{ field, value string }{
		"no customer":          {"customer_id", ""},
		"malformed customer":   {"customer_id", "1"},
		"unknown customer":     {"customer_id", uuid.NewString()},
		"inactive customer":    {"customer_id", gone.String()},
		"malformed department": {"department_id", "Refrigeração"},
		"unknown department":   {"department_id", uuid.NewString()},
		"unknown priority":     {"priority", "urgente"},
		"short subject":        {"subject", "ab"},
		"long subject":         {"subject", strings.Repeat("ç", 151)},
		"no description":       {"description", " "},
		"long description":     {"description", strings.Repeat("ç", 10_001)},
	} {
		form := url.Values{}
		for field, values := range good {
			form[field] = values
		}
		form.Set(c.field, c.value)
		for _, who := range []*client{ana, ana.htmx()} {
			a := who.post("/tickets", form).is(http.StatusUnprocessableEntity)
			bad := a.doc.Find(`select[aria-invalid="true"], input[name][aria-invalid="true"], textarea[aria-invalid="true"]`)
			if bad.Length() != 1 || bad.AttrOr("name", "") != c.field {
				t.Errorf("%s: %d fields are marked, the first %q", name, bad.Length(), bad.AttrOr("name", ""))
			}
			if alerts := a.doc.Find(`form [role="alert"]`).Length(); alerts != 1 {
				t.Errorf("%s: %d alerts", name, alerts)
			}
			kept := a.form("/tickets")
			for field, values := range form {
				unknown := field == c.field && a.doc.Find(`select[name="`+field+`"]`).Length() == 1
				if field == "csrf_token" || unknown {
					continue
				}
				if strings.TrimSpace(kept.Get(field)) != strings.TrimSpace(values[0]) {
					t.Errorf("%s: %s came back as %.40q", name, field, kept.Get(field))
				}
			}
		}
	}
	var n int
	must(t, w.db.Read.QueryRow(t.Context(), "SELECT count(*) FROM ticket").Scan(&n))
	if n != 0 {
		t.Errorf("%d tickets were opened", n)
	}
}

func TestEditsOfDifferentFieldsMerge(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana, celia := w.as(t, sample.Ana), w.as(t, sample.Celia)
	mine, hers := ana.get(path+"/edit").form(path+"/edit"), celia.get(path+"/edit").form(path+"/edit")
	hers.Set("priority", "low")
	hers.Set("description", "De Célia.\r\nDuas linhas.")
	mine.Set("subject", "De Ana")
	celia.post(path+"/edit", hers).leads()
	if to := ana.post(path+"/edit", mine).leads(); to != path {
		t.Errorf("led to %s", to)
	}
	if row := w.row(t, on); row.Subject != "De Ana" || row.Priority != 1 || row.Description != "De Célia.\nDuas linhas." {
		t.Errorf("%+v", row)
	}
}

// The same field: what was typed stays, what the person left alone catches up,
// and one more click overwrites only what they were told of. Seen to fail
// without catchUp: the priority went back.
func TestAStaleEditTellsAndCatchesUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana, celia := w.as(t, sample.Ana), w.as(t, sample.Celia)
	mine, hers := ana.get(path+"/edit").form(path+"/edit"), celia.get(path+"/edit").form(path+"/edit")
	hers.Set("subject", "De Célia")
	hers.Set("priority", "low")
	hers.Set("customer_id", w.hotel.String())
	hers.Set("department_id", "")
	celia.post(path+"/edit", hers).leads()
	mine.Set("subject", "De Ana")
	mine.Set("description", "Também de Ana.")
	a := ana.post(path+"/edit", mine).is(http.StatusConflict)
	notice := a.text(`main [role="alert"]`)
	for _, want := range []string{"Célia Prado mudou o assunto hoje", "AgoraDe Célia", "Você pediuDe Ana"} {
		if !strings.Contains(notice, want) {
			t.Errorf("the notice lacks %q: %s", want, notice)
		}
	}
	second := a.form(path + "/edit")
	for field, want := range map[string]string{
		"subject": "De Ana", "description": "Também de Ana.", "priority": "low", "customer_id": w.hotel.String(), "department_id": "", "version": "2",
	} {
		if got := second.Get(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	ana.post(path+"/edit", second).leads()
	if row := w.row(t, on); row.Subject != "De Ana" || row.Description != "Também de Ana." || row.Priority != 1 || row.CustomerID != w.hotel || row.DepartmentID != nil {
		t.Errorf("%+v", row)
	}
}

func TestARefusedEditKeepsTheVersionItWasMadeFrom(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path + "/edit").form(path + "/edit")
	must(t, w.desk.EditTicket(t.Context(), sample.Celia, on, helpdesk.NewTicket{
		Subject: "De Célia", Description: "x", Priority: "high", CustomerID: w.padaria, DepartmentID: w.cold,
	}))
	form.Set("subject", "ab")
	second := ana.post(path+"/edit", form).is(http.StatusUnprocessableEntity).form(path + "/edit")
	if second.Get("version") != "1" {
		t.Errorf("version %s: the next sending would overwrite unseen", second.Get("version"))
	}
	second.Set("subject", "De Ana")
	ana.post(path+"/edit", second).is(http.StatusConflict)
}

func TestAnEditOfAClosedTicketIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	ana := w.as(t, sample.Ana)
	form := ana.get(path + "/edit").form(path + "/edit")
	must(t, w.desk.MoveTicket(t.Context(), sample.Celia, on, "closed", helpdesk.Words{}))
	form.Set("subject", "Tarde")
	a := ana.post(path+"/edit", form).is(http.StatusConflict)
	if got := a.form(path + "/edit").Get("subject"); got != "Tarde" || !strings.Contains(a.text(`main [role="alert"]`), "reaberto") {
		t.Errorf("%q, %q", got, a.text(`main [role="alert"]`))
	}
}

func TestTheTicketsOwnDepartmentIsOfferedAlsoWhenInactive(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, on := w.open(t)
	_, err := w.db.Write.Exec(t.Context(), "WITH d AS (UPDATE department SET active = false) UPDATE customer SET active = false")
	must(t, err)
	ana := w.as(t, sample.Ana)
	form := ana.get(path + "/edit").form(path + "/edit")
	if form.Get("department_id") != w.cold.String() || form.Get("customer_id") != w.padaria.String() {
		t.Fatalf("%v", form)
	}
	form.Set("subject", "Ainda salva")
	ana.post(path+"/edit", form).leads()
	if row := w.row(t, on); row.Subject != "Ainda salva" || *row.DepartmentID != w.cold {
		t.Errorf("%+v", row)
	}
}
