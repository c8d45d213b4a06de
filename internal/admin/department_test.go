package admin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/sample"
	"helphub/queries"
)

func cooling() admin.NewDepartment {
	return admin.NewDepartment{Form: uuid.New(), Name: "Refrigeração", Email: "frio@andrade.example", Active: true}
}

func TestADepartmentIsMadeOnceAndItsNameIsItsOwn(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	n := cooling()
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		form := n
		if i >= 4 { // half of them are another form, with the name in another case
			form.Form, form.Name = uuid.New(), "refrigeracao"
		}
		wg.Go(func() { _, errs[i] = h.CreateDepartment(t.Context(), sample.Celia, form) })
	}
	wg.Wait()
	if made := value[int](t, h, "SELECT count(*) FROM department"); made != 1 {
		t.Fatalf("%d departments", made)
	}
	id, name := value[uuid.UUID](t, h, "SELECT id FROM department"), value[string](t, h, "SELECT name FROM department")
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		fs := fault.Of(err)
		if !errors.Is(err, admin.ErrDepartmentTaken) || fs[0].Field != "name" || fs[0].Detail != (fault.Other{ID: id.String(), Name: name}) {
			t.Errorf("refused with %v %+v", err, fs)
		}
	}
	if won != 4 && won != 1 {
		t.Errorf("%d were told that it worked", won)
	}
	if diff := cmp.Diff([]string{"department.created"}, h.records(t, id)); diff != "" {
		t.Error(diff)
	}
}

func TestADepartmentThatDoesNotFitIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	_, err := h.CreateDepartment(t.Context(), sample.Celia, admin.NewDepartment{
		Name: " ", Email: "frio", Description: strings.Repeat("á", 501),
	})
	if diff := cmp.Diff([]string{"name: fault.required", "email: fault.email", "description: fault.too_long"}, refused(err)); diff != "" {
		t.Error(diff)
	}
	if _, err := h.CreateDepartment(t.Context(), sample.Bruno, cooling()); !errors.Is(err, fault.ErrDenied) {
		t.Errorf("made by a technician: %v", err)
	}
}

// D-26: a department with tickets is not deleted, and its tickets keep it.
func TestD26ADepartmentWithTicketsIsNotDeleted(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	id, err := h.CreateDepartment(t.Context(), sample.Celia, cooling())
	must(t, err)
	customer, ticket := uuid.New(), uuid.New()
	must(t, h.q.InsertCustomer(t.Context(), queries.InsertCustomerParams{ID: customer, LegalName: "Padaria Central", Active: true}))
	now := time.Now()
	must(t, h.q.InsertTicket(t.Context(), queries.InsertTicketParams{
		ID: ticket, Protocol: "20261123-7F3K9Q2M", Subject: "Câmara fria", Description: "Não gela", Status: "open", Priority: 2, Level: 1,
		CustomerID: customer, DepartmentID: &id, OpenedAt: now, LastActivityAt: now, LastWordAt: now,
	}))
	if err := h.DeleteDepartment(t.Context(), sample.Celia, id); !errors.Is(err, admin.ErrDepartmentUsed) {
		t.Fatalf("deleted with a ticket: %v", err)
	}
	renamed := cooling()
	renamed.Name, renamed.Version = "Frio", 1
	must(t, h.UpdateDepartment(t.Context(), sample.Celia, id, renamed))
	if !h.heard(live.Ticket(ticket)) {
		t.Error("the page of its ticket was not told of the new name")
	}
	if has := value[uuid.UUID](t, h, "SELECT department_id FROM ticket"); has != id {
		t.Errorf("the ticket has %s", has)
	}
	must(t, h.q.DeleteTicket(t.Context(), ticket))
	must(t, h.DeleteDepartment(t.Context(), sample.Celia, id))
	if diff := cmp.Diff([]string{"department.created", "department.updated", "department.deleted"}, h.records(t, id)); diff != "" {
		t.Error(diff)
	}
	if err := h.DeleteDepartment(t.Context(), sample.Celia, id); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("deleted twice: %v", err)
	}
}

func TestADepartmentsEditOnlyClashesOnTheSameField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	n := cooling()
	id, err := h.CreateDepartment(t.Context(), sample.Celia, n)
	must(t, err)
	first, second, third := n, n, n
	first.Version, second.Version, third.Version = 1, 1, 1
	first.Name, second.Active, third.Name = "Frio", false, "Câmaras"
	must(t, h.UpdateDepartment(t.Context(), sample.Celia, id, first))
	if !h.heard(live.Tickets) {
		t.Error("grids were not told of the name")
	}
	must(t, h.UpdateDepartment(t.Context(), sample.Celia, id, second))
	row, err := h.q.GetDepartment(t.Context(), id)
	must(t, err)
	if row.Name != "Frio" || row.Active || row.Version != 3 {
		t.Errorf("merged to %+v", row)
	}
	err = h.UpdateDepartment(t.Context(), sample.Celia, id, third)
	stale, ok := fault.Of(err)[0].Detail.(*ledger.Stale)
	if !errors.Is(err, admin.ErrStaleDepartment) || !ok || stale.Clashes["name"].Now != "Frio" || stale.Merged["active"] != "" {
		t.Errorf("the same field: %v %+v", err, stale)
	}
	first.Version = 0
	if err := h.UpdateDepartment(t.Context(), sample.Celia, id, first); !errors.Is(err, admin.ErrVersion) {
		t.Errorf("without a version: %v", err)
	}
	if err := h.UpdateDepartment(t.Context(), sample.Celia, uuid.New(), second); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("of nothing: %v", err)
	}
}
