package helpdesk_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/staff"
)

// A change that waited for another began before it, and another instance's
// clock may be ahead: the timeline still tells things in the order in which
// they happened. Seen to fail without Change.Follows.
func TestATicketsTimeNeverGoesBack(t *testing.T) {
	t.Parallel()
	s := openShopfront(t)
	by := staff.System("order")
	customer, _, err := s.EnsureCustomer(t.Context(), by, "order/1", "Padaria Central")
	if err != nil {
		t.Fatal(err)
	}
	ahead := s.At(time.Now().Add(time.Hour))
	protocol, err := ahead.OpenTicket(t.Context(), by, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria", Description: "Não gela.", Priority: "high", CustomerID: customer,
	})
	if err != nil {
		t.Fatal(err)
	}
	forms := []uuid.UUID{uuid.New(), uuid.New()}
	for _, form := range forms {
		if err := s.Reply(t.Context(), by, helpdesk.On{Protocol: protocol}, helpdesk.Words{Form: form, Body: "Vamos ver."}); err != nil {
			t.Fatal(err)
		}
	}
	var lastKnown, inOrder bool
	err = s.db.Read.QueryRow(t.Context(), `
		SELECT array_agg(e.id ORDER BY e.created_at) FILTER (WHERE e.kind = 'reply') = $2, max(t.last_activity_at) = max(e.created_at)
		FROM ticket AS t JOIN entry AS e ON e.ticket_id = t.id WHERE t.protocol = $1`, string(protocol), forms).Scan(&inOrder, &lastKnown)
	if err != nil {
		t.Fatal(err)
	}
	if !inOrder || !lastKnown {
		t.Errorf("replies in order %t, last activity is the last entry's %t", inOrder, lastKnown)
	}
	var first string
	err = s.db.Read.QueryRow(t.Context(), `SELECT kind FROM entry AS e JOIN ticket AS t ON t.id = e.ticket_id
		WHERE t.protocol = $1 ORDER BY e.created_at, e.id LIMIT 1`, string(protocol)).Scan(&first)
	if err != nil || first != "event" {
		t.Errorf("the timeline begins with %q, want the opening (%v)", first, err)
	}
}
