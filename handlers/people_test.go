package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
)

// What the tests of customers, departments, staff and profiles share.

const (
	padariaCNPJ = "41.287.653/0001-80"
	hotelCNPJ   = "12.ABC.345/01DE-35" // letters, as of July 2026
	joaoCPF     = "529.982.247-25"
)

func padaria() customer.Draft {
	return customer.Draft{
		LegalName: "Padaria e Confeitaria Central Ltda.", TradeName: "Padaria Central", TaxID: padariaCNPJ,
		Phone: "(19) 3234-5678", Email: "compras@padaria.example", City: "Campinas", State: "SP", Active: true,
	}
}

// addCustomer makes a customer behind the pages' backs.
func (s *site) addCustomer(t *testing.T, d customer.Draft) uuid.UUID {
	t.Helper()
	n := helpdesk.NewCustomer{Draft: d}
	if d.TaxID == "" {
		n.Origin = "test:" + d.LegalName
	}
	id, err := s.desk.CreateCustomer(t.Context(), staff.System("test"), n)
	must(t, err)
	return id
}

// rows are the names in a list, in order.
func (a *answer) rows() []string {
	names := []string{}
	for _, row := range a.doc.Find("[data-rows] > tr[id]").EachIter() {
		names = append(names, strings.Join(strings.Fields(row.Find("a.cover").First().Text()), " "))
	}
	return names
}

// cells are what a row of a list says, cell by cell.
func (a *answer) cells(row string) string {
	var cells []string
	for _, cell := range a.doc.Find(row).Children().EachIter() {
		cells = append(cells, strings.Join(strings.Fields(cell.Text()), " "))
	}
	return strings.Join(cells, " | ")
}

// wantRows fails the test unless the list has these names in this order.
func (a *answer) wantRows(names ...string) *answer {
	a.t.Helper()
	if diff := cmp.Diff(append([]string{}, names...), a.rows()); diff != "" {
		a.t.Errorf("rows:\n%s", diff)
	}
	return a
}

// refuses fails the test unless the answer is a form with these bad fields:
// each marked, explained by what aria-describedby names, and in the one summary
// (D-80).
func (a *answer) refuses(status int, fields ...string) *answer {
	a.t.Helper()
	a.is(status)
	if n := a.doc.Find(`main [role="alert"]`).Length(); n != 1 {
		a.t.Errorf("%d alerts, want one summary", n)
	}
	bad := []string{}
	for _, field := range a.doc.Find(`main [aria-invalid="true"]`).EachIter() {
		name := field.AttrOr("name", field.AttrOr("id", ""))
		bad = append(bad, name)
		why := a.doc.Find("#" + field.AttrOr("aria-describedby", "none"))
		if strings.TrimSpace(why.Text()) == "" {
			a.t.Errorf("%s is bad and nothing says why", name)
		}
		if a.doc.Find(`[role="alert"] a[href="#`+field.AttrOr("id", "")+`"]`).Length() != 1 {
			a.t.Errorf("%s is bad and the summary does not lead there", name)
		}
	}
	if diff := cmp.Diff(append([]string{}, fields...), bad); diff != "" {
		a.t.Errorf("bad fields:\n%s\n%s", diff, a.text(`[role="alert"]`))
	}
	return a
}

// with returns a copy of a form with some fields set, or taken out when empty.
func with(form url.Values, pairs ...string) url.Values {
	changed := url.Values{}
	for name, values := range form {
		changed[name] = values
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		changed.Set(pairs[i], pairs[i+1])
	}
	return changed
}

func without(form url.Values, names ...string) url.Values {
	changed := with(form)
	for _, name := range names {
		changed.Del(name)
	}
	return changed
}

// The matrix of who may open what of these pages, and change it: everything
// else is 403, also before anybody looks whether it exists.
func TestWhoMayDoWhatAboutPeople(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria()).String()
	reader := sample.Ana
	reader.ID, reader.Role = uuid.New(), staff.Role{ID: uuid.New(), Permissions: []staff.Permission{staff.CustomerRead}}
	_, err := s.db.Write.Exec(t.Context(), `WITH r AS (INSERT INTO role (id, name, permissions) VALUES ($1, 'Leitura', '{customer.read}') RETURNING id)
		INSERT INTO staff (id, name, username, password_hash, role_id) SELECT $2, 'Rui', 'rui', 'x', id FROM r`, reader.Role.ID, reader.ID)
	must(t, err)
	everybody := map[string]*client{
		"attendant": s.as(t, sample.Ana), "technician": s.as(t, sample.Bruno), "admin": s.as(t, sample.Celia), "reader": s.as(t, reader),
	}
	const ok, no = http.StatusOK, http.StatusForbidden
	for path, want := range map[string][4]int{ // attendant, technician, admin, reader
		"/customers":                 {ok, ok, ok, ok},
		"/customers/rows":            {ok, ok, ok, ok},
		"/customers/options?q=pad":   {ok, ok, ok, ok},
		"/customers/new":             {ok, ok, ok, no},
		"/customers/" + id:           {ok, ok, ok, ok},
		"/customers/" + id + "/live": {ok, ok, ok, ok},
		"/customers/" + id + "/edit": {ok, ok, ok, no},
		"/admin/departments":         {no, no, ok, no},
		"/admin/departments/rows":    {no, no, ok, no},
		"/admin/departments/new":     {no, no, ok, no},
		"/admin/staff":               {no, no, ok, no},
		"/admin/staff/rows":          {no, no, ok, no},
		"/admin/staff/new":           {no, no, ok, no},
		"/admin/staff/" + sample.Bruno.ID.String() + "/edit": {no, no, ok, no},
		"/profile":            {ok, ok, ok, ok},
		"/profile/sessions":   {ok, ok, ok, ok},
		"/notifications":      {ok, ok, ok, ok},
		"/notifications/bell": {ok, ok, ok, ok},
		"/notifications/list": {ok, ok, ok, ok},
	} {
		for i, who := range []string{"attendant", "technician", "admin", "reader"} {
			if got := everybody[who].get(path).StatusCode; got != want[i] {
				t.Errorf("%s: %s got %d, want %d", path, who, got, want[i])
			}
		}
		if got := s.stranger(t).get(path); got.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: a stranger got %d", path, got.StatusCode)
		}
	}
	for path, may := range map[string][]string{
		"/customers":                 {"attendant", "technician", "admin"},
		"/customers/" + id + "/edit": {"attendant", "technician", "admin"},
		"/admin/departments":         {"admin"},
		"/admin/departments/new":     {"admin"},
		"/admin/staff":               {"admin"},
		"/admin/staff/new":           {"admin"},
		"/admin/departments/" + uuid.NewString() + "/deletion": {"admin"},
		"/admin/staff/" + sample.Bruno.ID.String() + "/edit":   {"admin"},
		"/admin/staff/" + uuid.NewString() + "/deactivation":   {"admin"},
		"/admin/staff/" + uuid.NewString() + "/activation":     {"admin"},
	} {
		for who, c := range everybody {
			got := c.post(path, nil).StatusCode
			allowed := got == http.StatusUnprocessableEntity || got == http.StatusNotFound
			if strings.Contains(" "+strings.Join(may, " ")+" ", " "+who+" ") != allowed || !allowed && got != no {
				t.Errorf("POST %s: %s got %d", path, who, got)
			}
		}
	}
}

// Nobody is shown a way that is closed to them.
func TestAReaderIsOfferedNothingToChange(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria()).String()
	_, err := s.db.Write.Exec(t.Context(), "UPDATE role SET permissions = '{customer.read}' WHERE id = $1", sample.Ana.Role.ID)
	must(t, err)
	ana := s.as(t, sample.Ana)
	for _, path := range []string{"/customers", "/customers/" + id, "/customers?q=nobody"} {
		a := ana.get(path).is(http.StatusOK)
		for _, href := range a.doc.Find("a[href]").EachIter() {
			to := href.AttrOr("href", "")
			if strings.HasPrefix(to, "/customers/new") || strings.HasPrefix(to, "/tickets") || strings.HasSuffix(to, "/edit") || strings.HasPrefix(to, "/admin") {
				t.Errorf("%s offers %s", path, to)
			}
		}
	}
}

// An id that is none, is nobody's, or is written another way is the same 404.
func TestIdsThatLeadNowhereAreNotFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria()).String()
	celia := s.as(t, sample.Celia)
	for _, bad := range []string{uuid.NewString(), "1", "new2", strings.ToUpper(id), "{" + id + "}", strings.ReplaceAll(id, "-", ""), "%00", "..%2f"} {
		for _, path := range []string{
			"/customers/" + bad, "/customers/" + bad + "/live", "/customers/" + bad + "/edit",
			"/admin/departments/" + bad + "/edit", "/admin/staff/" + bad + "/edit",
		} {
			if got := celia.get(path).StatusCode; got != http.StatusNotFound && !(bad == "%00" && got == http.StatusUnprocessableEntity) {
				t.Errorf("GET %s: %d", path, got)
			}
		}
		for _, path := range []string{
			"/customers/" + bad + "/edit", "/admin/departments/" + bad + "/edit", "/admin/departments/" + bad + "/deletion",
			"/admin/staff/" + bad + "/edit", "/admin/staff/" + bad + "/deactivation", "/profile/sessions/" + bad + "/revocation",
		} {
			form := url.Values{"version": {"1"}, "name": {"X"}, "username": {"xavier"}, "legal_name": {"Xavier"}, "tax_id": {joaoCPF}, "role_id": {sample.Ana.Role.ID.String()}}
			if got := celia.post(path, form).StatusCode; got != http.StatusNotFound && !(bad == "%00" && got == http.StatusUnprocessableEntity) {
				t.Errorf("POST %s: %d", path, got)
			}
		}
	}
}

// D-38: nothing of these pages changes by a GET.
func TestD38NothingChangesByAGet(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	bruno := "/admin/staff/" + sample.Bruno.ID.String()
	for _, path := range []string{
		bruno + "/deactivation", bruno + "/activation", "/admin/departments/" + uuid.NewString() + "/deletion",
		"/profile/sessions/" + celia.who.Session.String() + "/revocation", "/notifications/reading", "/logout", "/profile/password",
	} {
		celia.get(path).is(http.StatusMethodNotAllowed)
	}
	celia.get("/profile").is(http.StatusOK)
}
