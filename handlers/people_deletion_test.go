package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
)

// D-26: of a customer with tickets nothing is lost, and the answer says what to
// do instead. Seen to fail with the constraint's fault left out: the page broke.
func TestD26ACustomerWithTicketsIsNotDeleted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria())
	_, err := s.desk.OpenTicket(t.Context(), sample.Ana, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria", Description: "Não gela", Priority: "normal", CustomerID: id,
	})
	must(t, err)
	path := "/customers/" + id.String()
	celia := s.as(t, sample.Celia)
	a := celia.post(path+"/deletion", nil).is(http.StatusConflict)
	if got := a.text(`[role="alert"]`); !strings.Contains(got, "tem chamados") || !strings.Contains(got, "Cliente ativo") {
		t.Errorf("it says %q", got)
	}
	edit := a.form(path + "/edit")
	edit.Del("active")
	celia.post(path+"/edit", edit).leads()
	if got := celia.get(path).is(http.StatusOK).text("main header"); !strings.Contains(got, "Inativo") {
		t.Errorf("the page says %q", got)
	}
}

func TestACustomerWithoutTicketsIsDeletedByWhoMay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	id := s.addCustomer(t, padaria())
	path := "/customers/" + id.String()
	ana := s.as(t, sample.Ana)
	if ana.get(path+"/edit").doc.Find(`form[action="`+path+`/deletion"]`).Length() != 0 {
		t.Error("an attendant is offered the deletion")
	}
	ana.post(path+"/deletion", nil).is(http.StatusForbidden)
	celia := s.as(t, sample.Celia)
	if celia.get(path+"/edit").doc.Find(`dialog form[action="`+path+`/deletion"]`).Length() != 1 {
		t.Error("an administrator is not asked before the deletion")
	}
	if to := celia.post(path+"/deletion", nil).leads(); to != "/customers" {
		t.Errorf("it leads to %s", to)
	}
	if got := celia.get("/customers").text(".toast strong"); got != "Cliente excluído" {
		t.Errorf("said %q", got)
	}
	celia.get(path).is(http.StatusNotFound)
	celia.post(path+"/deletion", nil).is(http.StatusNotFound)
	celia.post("/customers/nobody/deletion", nil).is(http.StatusNotFound)
}
