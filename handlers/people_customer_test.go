package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/queries"
)

// newPadaria is the form of a new customer, filled in.
func newPadaria(t *testing.T, c *client) url.Values {
	t.Helper()
	return with(c.get("/customers/new").is(http.StatusOK).form("/customers"),
		"legal_name", "Padaria e Confeitaria Central Ltda.", "trade_name", "Padaria Central", "tax_id", padariaCNPJ,
		"email", "compras@Padaria.example", "phone", "19 3234 5678", "postal_code", "13015001", "street", "Rua Barão de Jaguara",
		"number", "1210", "complement", "fundos", "district", "Centro", "city", "Campinas", "state", "SP", "notes", "Entrada pela rua de trás.\nFalar com Marta.")
}

func TestACustomerIsAddedShownAndChanged(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	form := newPadaria(t, ana)
	path := ana.post("/customers", form).leads()
	if to := ana.post("/customers", form).leads(); to != path {
		t.Errorf("sent twice it leads to %s and %s", path, to)
	}
	page := ana.get(path).is(http.StatusOK)
	if ana.queries.Load() > 5 {
		t.Errorf("the page took %d queries", ana.queries.Load())
	}
	text := page.text("main")
	for _, shown := range []string{
		"Padaria Central", "Padaria e Confeitaria Central Ltda.", "CNPJ 41.287.653/0001-80", "(19) 3234-5678", "compras@padaria.example",
		"Rua Barão de Jaguara, 1210, fundos", "Centro, Campinas\u00a0–\u00a0SP", "13015-001", "Entrada pela rua de trás. Falar com Marta.",
	} {
		if !strings.Contains(text, strings.Join(strings.Fields(shown), " ")) {
			t.Errorf("the page does not say %q: %s", shown, text)
		}
	}
	for _, href := range []string{"tel:+551932345678", "mailto:compras@padaria.example", "/tickets/new?customer=" + path[len("/customers/"):]} {
		if page.doc.Find(`main a[href="`+href+`"]`).Length() == 0 {
			t.Errorf("no link to %s", href)
		}
	}
	if got := page.text(".toast strong"); got != "Cliente cadastrado" {
		t.Errorf("said %q", got)
	}
	edit := ana.get(path + "/edit").is(http.StatusOK).form(path + "/edit")
	if edit.Get("tax_id") != padariaCNPJ || edit.Get("phone") != "(19) 3234-5678" || edit.Get("active") != "1" || edit.Get("version") != "1" {
		t.Errorf("the form holds %v", edit)
	}
	if to := ana.post(path+"/edit", with(edit, "city", "Valinhos")).leads(); to != path {
		t.Errorf("saved, it leads to %s", to)
	}
	if got := ana.get(path).text("address"); !strings.Contains(got, "Valinhos") {
		t.Errorf("the address is %q", got)
	}
}

// D-80 and D-24: every bad field says why, and everything typed is still there.
func TestD80ABadCustomerKeepsWhatWasTypedAndSaysWhy(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	id := s.addCustomer(t, padaria())
	edit := ana.get("/customers/" + id.String() + "/edit").form("/customers/" + id.String() + "/edit")
	for action, form := range map[string]url.Values{"/customers": newPadaria(t, ana), "/customers/" + id.String() + "/edit": edit} {
		bad := with(form, "legal_name", "P", "trade_name", strings.Repeat("á", 161), "tax_id", "41.287.653/0001-81", "email", "compras@",
			"phone", "3234", "postal_code", "123", "street", "Rua\x00", "number", strings.Repeat("9", 21), "city", "\xff\xfe", "state", "XX",
			"notes", strings.Repeat("n", 5001))
		a := ana.post(action, bad).refuses(http.StatusUnprocessableEntity,
			"legal_name", "trade_name", "tax_id", "email", "phone", "postal_code", "street", "number", "city", "state", "notes")
		kept := a.form(action)
		for _, name := range []string{"legal_name", "trade_name", "tax_id", "email", "phone", "postal_code", "number", "notes", "form_id", "version"} {
			if kept.Get(name) != bad.Get(name) {
				t.Errorf("%s: %s was %.40q and is %.40q", action, name, bad.Get(name), kept.Get(name))
			}
		}
		ana.post(action, with(form, "tax_id", " ")).refuses(http.StatusUnprocessableEntity, "tax_id")
		ana.post(action, with(form, "legal_name", "")).refuses(http.StatusUnprocessableEntity, "legal_name")
	}
	for _, spelled := range []string{joaoCPF, "52998224725", "529 982 247 25", hotelCNPJ, "12abc34501de35"} {
		ana.post("/customers/"+id.String()+"/edit", with(ana.get("/customers/"+id.String()+"/edit").form("/customers/"+id.String()+"/edit"), "tax_id", spelled)).leads()
	}
}

func TestATaxNumberThatIsTakenLeadsToWhoHasIt(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	first := s.addCustomer(t, padaria()).String()
	other := s.addCustomer(t, customer.Draft{LegalName: "Hotel Mirante", TaxID: hotelCNPJ, Active: true}).String()
	ana := s.as(t, sample.Ana)
	edit := "/customers/" + other + "/edit"
	for action, form := range map[string]url.Values{"/customers": newPadaria(t, ana), edit: ana.get(edit).form(edit)} {
		a := ana.post(action, with(form, "tax_id", "41287653000180")).refuses(http.StatusUnprocessableEntity, "tax_id")
		if link := a.doc.Find(`#tax_id-d a[href="/customers/` + first + `"]`); link.Text() != "Padaria Central" {
			t.Errorf("%s: the way to who has it reads %q", action, link.Text())
		}
	}
	// Who may not see customers is not told who it is.
	_, err := s.db.Write.Exec(t.Context(), "UPDATE role SET permissions = '{customer.write}' WHERE id = $1", sample.Ana.Role.ID)
	must(t, err)
	a := ana.post("/customers", newPadaria(t, ana)).refuses(http.StatusUnprocessableEntity, "tax_id")
	if strings.Contains(a.text("main"), "Padaria Central é") || a.doc.Find(`a[href^="/customers/`+first+`"]`).Length() != 0 {
		t.Error("the one who has it is named")
	}
}

// Seen to fail with helpdesk's second try taken out: one of the two is then a
// 500.
func TestTwoAtOnceWithOneTaxNumberAreOneMadeAndOneRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	for range 5 {
		must(t, exec(t, s, "DELETE FROM customer"))
		clients := []*client{s.as(t, sample.Ana), s.as(t, sample.Bruno).on(other)}
		forms := []url.Values{newPadaria(t, clients[0]), newPadaria(t, clients[1])}
		tokens := []string{clients[0].token(), clients[1].token()}
		status := make([]int, 2)
		var wg sync.WaitGroup
		for i, c := range clients {
			forms[i].Set("csrf_token", tokens[i])
			wg.Go(func() { status[i] = c.send(http.MethodPost, "/customers", forms[i]).StatusCode })
		}
		wg.Wait()
		if status[0]+status[1] != http.StatusSeeOther+http.StatusUnprocessableEntity {
			t.Fatalf("answered %v", status)
		}
	}
}

func exec(t *testing.T, s *site, sql string, args ...any) error {
	t.Helper()
	_, err := s.db.Write.Exec(t.Context(), sql, args...)
	return err
}

func TestACustomersFormUsedUpMakesAnotherWhenSentAgain(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	form := newPadaria(t, ana)
	first := ana.post("/customers", form).leads()
	// The way back in the browser shows the form as it was, with its id.
	again := with(form, "legal_name", "João Batista de Almeida", "trade_name", "", "tax_id", joaoCPF)
	a := ana.post("/customers", again).refuses(http.StatusUnprocessableEntity)
	kept := a.form("/customers")
	if kept.Get("form_id") == form.Get("form_id") || kept.Get("legal_name") != "João Batista de Almeida" {
		t.Fatalf("shown again with %v", kept)
	}
	if second := ana.post("/customers", kept).leads(); second == first {
		t.Error("the second customer is the first")
	}
	ana.post("/customers", with(form, "form_id", "nonsense")).is(http.StatusUnprocessableEntity)
}

// Contract: a stale change of the same field is 409 with who, what and when;
// what was typed is kept, and one more click saves it. Other fields never
// conflict.
func TestAStaleCustomerIsExplainedAndSentOnceMore(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria())
	action := "/customers/" + id.String() + "/edit"
	ana, bruno := s.as(t, sample.Ana), s.as(t, sample.Bruno)
	anas, brunos := ana.get(action).form(action), bruno.get(action).form(action)
	ana.post(action, with(anas, "phone", "(19) 99123-4567", "city", "Valinhos")).leads()
	a := bruno.post(action, with(brunos, "phone", "0800 123 4567", "notes", "Nova nota")).is(http.StatusConflict)
	told := a.text(`[role="alert"]`)
	for _, word := range []string{"Telefone", "Ana Ribeiro", "(19) 3234-5678", "(19) 99123-4567", "0800 123 4567", "hoje"} {
		if !strings.Contains(told, word) {
			t.Errorf("the notice does not say %q: %s", word, told)
		}
	}
	if strings.Contains(told, "Cidade") {
		t.Errorf("the notice speaks of a field Bruno left alone: %s", told)
	}
	kept := a.form(action)
	if kept.Get("phone") != "0800 123 4567" || kept.Get("notes") != "Nova nota" || kept.Get("city") != "Valinhos" || kept.Get("version") != "2" {
		t.Errorf("shown again with %v", kept)
	}
	bruno.post(action, kept).leads()
	row, err := queries.New(s.db.Read).GetCustomer(t.Context(), id)
	must(t, err)
	if row.Phone != "08001234567" || row.City != "Valinhos" || row.Notes != "Nova nota" {
		t.Errorf("ended as %+v", row)
	}
	bruno.post(action, without(kept, "version")).refuses(http.StatusUnprocessableEntity)
}

func TestAnImportedCustomerMayStayWithoutADocument(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	d := padaria()
	d.TaxID = ""
	path := "/customers/" + s.addCustomer(t, d).String()
	ana := s.as(t, sample.Ana)
	if !strings.Contains(ana.get(path).text("header"), "Padaria") || ana.get(path).text("main .sign.warn") != "Documento pendente" {
		t.Errorf("the page says %q", ana.get(path).text("main .sign"))
	}
	page := ana.get(path + "/edit")
	if _, required := page.doc.Find("#tax_id").Attr("required"); required {
		t.Error("the browser asks for the number")
	}
	ana.post(path+"/edit", with(page.form(path+"/edit"), "city", "Valinhos")).leads()
	must(t, exec(t, s, "UPDATE company SET require_tax_id = false"))
	form := without(newPadaria(t, ana), "tax_id")
	ana.post("/customers", form).leads()
}

// D-95: the customer's tickets are theirs by id, all of them, and the newest
// are on the page; a closed one is among them.
func TestD95ACustomersPageHasTheirTicketsAndCounts(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria())
	namesake := padaria()
	namesake.TaxID = hotelCNPJ
	other := s.addCustomer(t, namesake)
	for i := range 17 {
		_, err := s.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
			Form: uuid.New(), Subject: "Câmara fria " + strings.Repeat("i", i), Description: "Não gela", Priority: "normal", CustomerID: id,
		})
		must(t, err)
	}
	_, err := s.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Do outro", Description: "Não gela", Priority: "normal", CustomerID: other,
	})
	must(t, err)
	must(t, exec(t, s, "UPDATE ticket SET status = 'closed', closed_at = now() WHERE subject LIKE 'Câmara fria iiiii%'"))
	ana := s.as(t, sample.Ana)
	page := ana.get("/customers/" + id.String())
	if n := ana.queries.Load(); n > 5 {
		t.Errorf("%d queries", n)
	}
	all := `a[href="/tickets?customer=` + id.String() + `&tab=all"]`
	if got := page.text(`.counter` + all[1:]); got != "17 Chamados" {
		t.Errorf("total reads %q", got)
	}
	if got := page.text(`.counter[href$="tab=active"]`); got != "5 Ativos" {
		t.Errorf("active reads %q", got)
	}
	if n := page.doc.Find(".lines-history > li").Length(); n != latestTickets || page.doc.Find("section "+all).Length() != 1 {
		t.Errorf("%d tickets, and the way to all is there %d times", n, page.doc.Find("section "+all).Length())
	}
	if strings.Contains(page.text("main"), "Do outro") {
		t.Error("a namesake's ticket is among them")
	}
	live := ana.get("/customers/" + id.String() + "/live").is(http.StatusOK)
	if live.doc.Find("#customer form, #customer input").Length() != 0 {
		t.Error("the live part holds a form")
	}
	whole, _ := page.doc.Find("#customer").Html()
	part, _ := live.doc.Find("#customer").Html()
	if whole != part {
		t.Error("the live part is not what the page shows")
	}
	again := ana.send(http.MethodGet, "/customers/"+id.String()+"/live", nil)
	ana.header.Set("If-None-Match", again.Header.Get("ETag"))
	ana.get("/customers/" + id.String() + "/live").is(http.StatusNotModified)
}

func TestADeactivatedCustomerIsNotOffered(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria()).String()
	ana := s.as(t, sample.Ana)
	edit := "/customers/" + id + "/edit"
	ana.post(edit, without(ana.get(edit).form(edit), "active")).leads()
	page := ana.get("/customers/" + id)
	if page.doc.Find(`a[href^="/tickets/new?customer"]`).Length() != 0 || !strings.Contains(page.text("main header"), "Inativo") {
		t.Errorf("the page says %q", page.text("main header"))
	}
	if n := ana.get("/customers/options?q=padaria").doc.Find("option").Length(); n != 0 {
		t.Errorf("a picker offers %d", n)
	}
	s.addCustomer(t, customer.Draft{LegalName: "Hotel Mirante", TaxID: hotelCNPJ, Active: true})
	ana.get("/customers").wantRows("Hotel Mirante")
	ana.get("/customers?show=inactive").wantRows("Padaria Central")
	ana.get("/customers?show=all").wantRows("Hotel Mirante", "Padaria Central")
}
