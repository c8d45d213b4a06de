package helpdesk_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/customer"
	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/staff"
)

// Somebody opens a ticket while somebody else deletes its customer: one of them
// is told, and no ticket is without a customer. The foreign key decides; seen to
// fail with its name not turned into a fault.
func TestATicketOpenedMeanwhileKeepsItsCustomer_D26(t *testing.T) {
	t.Parallel()
	s := openShopfront(t)
	for range 20 {
		id, err := s.CreateCustomer(t.Context(), staff.System("test"), helpdesk.NewCustomer{
			Origin: uuid.NewString(), Draft: customer.Draft{LegalName: "Oficina Boa Vista", Active: true},
		})
		if err != nil {
			t.Fatal(err)
		}
		var opened, deleted error
		var both sync.WaitGroup
		both.Go(func() {
			_, opened = s.OpenTicket(t.Context(), staff.System("test"), helpdesk.NewTicket{
				Form: uuid.New(), Subject: "Elevador parado", Description: "Não sobe", Priority: "normal", CustomerID: id,
			})
		})
		both.Go(func() { deleted = s.DeleteCustomer(t.Context(), staff.System("test"), id) })
		both.Wait()
		if (opened == nil) == (deleted == nil) {
			t.Fatalf("opening said %v, deleting said %v", opened, deleted)
		}
		switch {
		case opened == nil && !errors.Is(deleted, helpdesk.ErrCustomerUsed):
			t.Fatalf("the deletion was refused with %v", deleted)
		case deleted == nil && fault.KindOf(opened) != fault.Invalid:
			t.Fatalf("the ticket was refused with %v", opened)
		}
	}
	if err := s.DeleteCustomer(t.Context(), staff.System("test"), uuid.New()); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("deleting nobody says %v", err)
	}
}
