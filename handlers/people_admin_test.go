package handlers

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/staff"
)

// addDepartment makes a department behind the pages' backs.
func (s *site) addDepartment(t *testing.T, name string) uuid.UUID {
	t.Helper()
	id, err := s.office.CreateDepartment(t.Context(), staff.System("test"), admin.NewDepartment{Name: name, Active: true})
	must(t, err)
	return id
}

func TestADepartmentIsMadeChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	if got := celia.get("/admin/departments").text(".empty h2"); got != "Nenhum departamento ainda" {
		t.Errorf("empty, the list says %q", got)
	}
	form := with(celia.get("/admin/departments/new").form("/admin/departments"), "name", "Refrigeração", "email", "frio@andrade.example", "description", "Câmaras e geladeiras")
	for range 2 {
		if to := celia.post("/admin/departments", form).leads(); to != "/admin/departments" {
			t.Errorf("made, it leads to %s", to)
		}
	}
	list := celia.get("/admin/departments").wantRows("Refrigeração")
	if n := celia.queries.Load(); n > 5 {
		t.Errorf("%d queries", n)
	}
	edit := list.doc.Find("[data-rows] a.cover").AttrOr("href", "")
	stored := celia.get(edit).is(http.StatusOK).form(edit)
	if stored.Get("name") != "Refrigeração" || stored.Get("active") != "1" {
		t.Errorf("the form holds %v", stored)
	}
	celia.post(edit, without(with(stored, "name", "Frio"), "active")).leads()
	if row := celia.get("/admin/departments").cells("[data-rows] tr"); row != "Frio Inativo | Câmaras e geladeiras | frio@andrade.example | 0" {
		t.Errorf("the row reads %q", row)
	}
	page := celia.get(edit)
	deletion := strings.TrimSuffix(edit, "edit") + "deletion"
	if page.doc.Find(`dialog form[action="`+deletion+`"] input[name="csrf_token"]`).Length() != 1 {
		t.Error("deleting is not asked about first")
	}
	celia.post(deletion, nil).leads()
	celia.get("/admin/departments").wantRows()
	celia.get(edit).is(http.StatusNotFound)
}

// D-80 and D-25: what is wrong is explained and kept; a name that is taken
// leads to who has it.
func TestD25ABadDepartmentIsExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	cold, power := s.addDepartment(t, "Refrigeração").String(), s.addDepartment(t, "Elétrica").String()
	celia := s.as(t, sample.Celia)
	edit := "/admin/departments/" + power + "/edit"
	for action, form := range map[string]url.Values{
		"/admin/departments": celia.get("/admin/departments/new").form("/admin/departments"), edit: celia.get(edit).form(edit),
	} {
		bad := with(form, "name", strings.Repeat("d", 81), "email", "frio", "description", strings.Repeat("d", 501))
		kept := celia.post(action, bad).refuses(http.StatusUnprocessableEntity, "name", "email", "description").form(action)
		if kept.Get("name") != bad.Get("name") || kept.Get("email") != "frio" || kept.Get("description") != bad.Get("description") {
			t.Errorf("%s: shown again with %v", action, kept)
		}
		celia.post(action, with(form, "name", "\x00")).refuses(http.StatusUnprocessableEntity, "name")
		a := celia.post(action, with(form, "name", " REFRIGERACAO ")).refuses(http.StatusUnprocessableEntity, "name")
		if got := a.text(`#name-d a[href="/admin/departments/` + cold + `/edit"]`); got != "Refrigeração" {
			t.Errorf("%s: the way to who has it reads %q", action, got)
		}
	}
}

// D-26: with tickets it is not deleted; the page offers to deactivate it, and
// that works.
func TestD26ADepartmentWithTicketsIsDeactivatedInstead(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addDepartment(t, "Refrigeração")
	_, err := s.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria", Description: "Não gela", Priority: "normal", CustomerID: s.addCustomer(t, padaria()), DepartmentID: id,
	})
	must(t, err)
	celia := s.as(t, sample.Celia)
	list := celia.get("/admin/departments")
	if n := list.text(`a[href="/tickets?department=` + id.String() + `"]`); n != "1" {
		t.Errorf("the list counts %q", n)
	}
	path := "/admin/departments/" + id.String()
	a := celia.post(path+"/deletion", nil).is(http.StatusConflict)
	if got := a.text(`[role="alert"]`); !strings.Contains(got, "tem chamados") {
		t.Errorf("it says %q", got)
	}
	offer := url.Values{}
	for _, field := range a.doc.Find(`.ending form input[name]`).EachIter() {
		offer.Add(field.AttrOr("name", ""), field.AttrOr("value", ""))
	}
	celia.post(path+"/edit", offer).leads()
	if row := celia.get("/admin/departments").text("[data-rows] th"); row != "Refrigeração Inativo" {
		t.Errorf("the row reads %q", row)
	}
	again := celia.post(path+"/deletion", nil).is(http.StatusConflict)
	if again.doc.Find(`.ending form[action="`+path+`/edit"]`).Length() != 0 {
		t.Error("it offers to deactivate what is inactive")
	}
}

func TestStaleDepartmentsAndAccountsAreExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	department := "/admin/departments/" + s.addDepartment(t, "Refrigeração").String() + "/edit"
	ana := "/admin/staff/" + sample.Ana.ID.String() + "/edit"
	here, there := s.as(t, sample.Celia), s.as(t, sample.Celia).on(s.another(t))
	for action, field := range map[string]string{department: "name", ana: "phone"} {
		first, second := here.get(action).form(action), there.get(action).form(action)
		here.post(action, with(first, field, "19 3234-0001", "email", "outra@andrade.example")).leads()
		a := there.post(action, with(second, field, "19 3234-0002")).is(http.StatusConflict)
		if told := a.text(`[role="alert"]`); !strings.Contains(told, "Célia Prado") || !strings.Contains(told, "0001") || !strings.Contains(told, "0002") {
			t.Errorf("%s: it says %q", action, told)
		}
		kept := a.form(action)
		if !strings.Contains(kept.Get(field), "0002") || kept.Get("email") != "outra@andrade.example" || kept.Get("version") != "2" {
			t.Errorf("%s: shown again with %v", action, kept)
		}
		there.post(action, kept).leads()
		there.post(action, without(kept, "version")).refuses(http.StatusUnprocessableEntity)
	}
}

// D-93: names where names belong, and tabs that hold what they say.
func TestD93TheTeamIsListedByNameUnderTrueTabs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	must(t, s.office.SetStaffActive(t.Context(), staff.System("test"), sample.Bruno.ID, false))
	for path, names := range map[string][]string{
		"/admin/staff": {"Ana Ribeiro", "Célia Prado"}, "/admin/staff?show=inactive": {"Bruno Teles"},
		"/admin/staff?show=all": {"Ana Ribeiro", "Bruno Teles", "Célia Prado"}, "/admin/staff?show=everybody": {"Ana Ribeiro", "Célia Prado"},
		"/admin/staff?q=CELIA": {"Célia Prado"}, "/admin/staff?q=ana@": {"Ana Ribeiro"}, "/admin/staff?q=%25": {}, "/admin/staff?q=bruno": {},
	} {
		celia.get(path).is(http.StatusOK).wantRows(names...)
		if n := celia.queries.Load(); n > 5 {
			t.Errorf("%s: %d queries", path, n)
		}
	}
	a := celia.get("/admin/staff?show=all")
	var tabs []string
	for _, tab := range a.doc.Find(".tabs a").EachIter() {
		tabs = append(tabs, strings.Join(strings.Fields(tab.Text()), " "))
	}
	if diff := cmp.Diff([]string{"Ativos 2", "Inativos 1", "Todos 3"}, tabs); diff != "" || a.text(".tabs [aria-current]") != "Todos 3" {
		t.Errorf("tabs:\n%s\ncurrent %q", diff, a.text(".tabs [aria-current]"))
	}
	row := a.cells("#staff-" + sample.Celia.ID.String())
	if !strings.HasPrefix(row, "CCélia Prado | celia | celia@andrade.example | Administrador | hoje ") {
		t.Errorf("the row reads %q", row)
	}
	if got := a.cells("#staff-" + sample.Bruno.ID.String()); got != "BBruno Teles Inativo | bruno | bruno@andrade.example | Técnico | –" {
		t.Errorf("the row reads %q", got)
	}
	if got := celia.get("/admin/staff?q=bruno").doc.Find(".empty a").AttrOr("href", ""); got != "/admin/staff?q=bruno&show=all" {
		t.Errorf("nothing found leads to %q", got)
	}
}

func TestAnAccountIsMadeAndLogsIn(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	page := celia.get("/admin/staff/new").is(http.StatusOK)
	var roles []string
	for _, option := range page.doc.Find("#role_id option").EachIter() {
		roles = append(roles, option.Text())
	}
	if diff := cmp.Diff([]string{"Escolha", "Administrador", "Atendente", "Técnico"}, roles); diff != "" {
		t.Error(diff)
	}
	form := with(page.form("/admin/staff"), "name", "Diego Nunes", "username", "Diego", "email", "diego@andrade.example", "phone", "12 99123 4567",
		"role_id", sample.Bruno.Role.ID.String(), "password", "garfo azul telhado")
	for range 2 {
		celia.post("/admin/staff", form).leads()
	}
	celia.get("/admin/staff").wantRows("Ana Ribeiro", "Bruno Teles", "Célia Prado", "Diego Nunes")
	if to := try(s.stranger(t), "diego", "garfo azul telhado").leads(); to != "/" {
		t.Errorf("Diego is led to %s", to)
	}
	a := celia.post("/admin/staff", with(form, "username", "bruno", "email", "ANA@andrade.example")).refuses(http.StatusUnprocessableEntity)
	if a.form("/admin/staff").Get("form_id") == form.Get("form_id") {
		t.Error("a form that is used up is offered again")
	}
}

// D-25 and D-80: what is wrong with an account is explained; no password comes
// back.
func TestD25ABadAccountIsExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	edit := "/admin/staff/" + sample.Bruno.ID.String() + "/edit"
	for action, form := range map[string]url.Values{"/admin/staff": celia.get("/admin/staff/new").form("/admin/staff"), edit: celia.get(edit).form(edit)} {
		bad := with(form, "name", "", "username", "-x", "email", "x@y", "phone", "123", "role_id", uuid.NewString(), "password", "segredo!")
		a := celia.post(action, bad).refuses(http.StatusUnprocessableEntity, "name", "username", "email", "phone", "role_id", "password")
		if strings.Contains(a.body, "segredo!") || a.form(action).Get("username") != "-x" {
			t.Errorf("%s: shown again with %v", action, a.form(action))
		}
		celia.post(action, with(form, "role_id", "", "name", "Diego", "username", "diego", "password", "garfo azul telhado")).refuses(http.StatusUnprocessableEntity, "role_id")
		good := with(form, "name", "Diego", "username", "diego", "email", "", "phone", "", "role_id", sample.Bruno.Role.ID.String(), "password", "garfo azul telhado")
		for field, value := range map[string]string{"username": "Ana", "email": "Ana@Andrade.example"} {
			a := celia.post(action, with(good, field, value)).refuses(http.StatusUnprocessableEntity, field)
			if got := a.text(`#` + field + `-d a[href="/admin/staff/` + sample.Ana.ID.String() + `/edit"]`); got != "Ana Ribeiro" {
				t.Errorf("%s: the way to who has it reads %q", field, got)
			}
		}
	}
}

// D-27: the only administrator stays one, by any way.
func TestD27TheOnlyAdministratorIsToldToNameAnotherFirst(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	path := "/admin/staff/" + sample.Celia.ID.String()
	form := celia.get(path + "/edit").form(path + "/edit")
	for name, a := range map[string]*answer{
		"demoted":           celia.post(path+"/edit", with(form, "role_id", sample.Ana.Role.ID.String())),
		"deactivated":       celia.post(path+"/edit", without(form, "active")),
		"deactivated apart": celia.post(path+"/deactivation", nil),
	} {
		if got := a.is(http.StatusConflict).text(`[role="alert"]`); !strings.Contains(got, "único administrador") {
			t.Errorf("%s: it says %q", name, got)
		}
	}
	if kept := celia.post(path+"/edit", with(form, "role_id", sample.Ana.Role.ID.String())).form(path + "/edit"); kept.Get("role_id") != sample.Ana.Role.ID.String() {
		t.Error("the choice was not kept")
	}
	if celia.get(path+"/edit").doc.Find(`form[action$="/deactivation"]`).Length() != 0 {
		t.Error("one is offered to deactivate oneself")
	}
}

// Two administrators demote each other on two instances at once: one stays.
func TestD27TwoAdministratorsOnTwoInstancesCannotLeaveAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	other := s.another(t)
	administrator, attendant := sample.Celia.Role.ID.String(), sample.Ana.Role.ID.String()
	for range 4 {
		must(t, exec(t, s, "UPDATE staff SET role_id = $1 WHERE username IN ('bruno', 'celia')", administrator))
		celia, bruno := s.as(t, sample.Celia), s.as(t, sample.Bruno).on(other)
		atBruno, atCelia := "/admin/staff/"+sample.Bruno.ID.String()+"/edit", "/admin/staff/"+sample.Celia.ID.String()+"/edit"
		celias := with(celia.get(atBruno).form(atBruno), "role_id", attendant)
		brunos := with(bruno.get(atCelia).form(atCelia), "role_id", attendant)
		var wg sync.WaitGroup
		var first, second int
		wg.Go(func() { first = celia.send(http.MethodPost, atBruno, celias).StatusCode })
		wg.Go(func() { second = bruno.send(http.MethodPost, atCelia, brunos).StatusCode })
		wg.Wait()
		// The slower one is refused: as the last one's demotion, or because the
		// faster one took their session and rights first.
		won := 0
		for _, status := range []int{first, second} {
			switch status {
			case http.StatusSeeOther:
				won++
			case http.StatusConflict, http.StatusUnauthorized, http.StatusForbidden:
			default:
				t.Errorf("answered %d", status)
			}
		}
		if won != 1 {
			t.Errorf("answered %d and %d", first, second)
		}
	}
}

// D-36: a deactivation puts somebody out at once, on every instance, and an
// activation does not bring the session back.
func TestD36ADeactivationEndsSessionsOnEveryInstance(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia, ana := s.as(t, sample.Celia), s.as(t, sample.Ana)
	elsewhere := ana.on(s.another(t))
	elsewhere.get("/customers").is(http.StatusOK)
	path := "/admin/staff/" + sample.Ana.ID.String()
	if celia.get(path+"/edit").doc.Find(`dialog form[action="`+path+`/deactivation"]`).Length() != 1 {
		t.Error("it is not asked about first")
	}
	if to := celia.post(path+"/deactivation", nil).leads(); to != "/admin/staff" {
		t.Errorf("it leads to %s", to)
	}
	elsewhere.get("/customers").is(http.StatusSeeOther)
	ana.get("/customers").is(http.StatusSeeOther)
	celia.post(path+"/activation", nil).leads()
	ana.get("/customers").is(http.StatusSeeOther)
	s.as(t, sample.Ana).get("/customers").is(http.StatusOK)
}

// A new role holds at once: the old session is over, also on another instance.
func TestANewRoleHoldsAtOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	celia := s.as(t, sample.Celia)
	bruno := s.as(t, sample.Bruno).on(s.another(t))
	edit := "/admin/staff/" + sample.Bruno.ID.String() + "/edit"
	celia.post(edit, with(celia.get(edit).form(edit), "role_id", sample.Celia.Role.ID.String())).leads()
	bruno.get("/admin/staff").is(http.StatusSeeOther)
	s.as(t, sample.Bruno).get("/admin/staff").is(http.StatusOK)
	// Who gives up the right to be here is not led back here.
	own := "/admin/staff/" + sample.Celia.ID.String() + "/edit"
	if to := celia.post(own, with(celia.get(own).form(own), "role_id", sample.Ana.Role.ID.String())).leads(); to != "/" {
		t.Errorf("Célia is led to %s", to)
	}
	celia.get("/customers").is(http.StatusOK)
	celia.get("/admin/staff").is(http.StatusForbidden)
}
