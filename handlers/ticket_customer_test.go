package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
)

// The customer's card counts their tickets, so it changes with other tickets
// than the page's own. Seen to stay old, by the checker of make faults, when it
// was part of what follows the ticket alone.
func TestTheCardOfTheCustomerFollowsTheirOtherTickets(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path, _ := w.open(t)
	ana := w.as(t, sample.Ana)
	page := ana.get(path).is(http.StatusOK)
	card := page.doc.Find("#ticket-customer")
	for _, topic := range []string{"tickets", "customers"} {
		if !strings.Contains(card.AttrOr("hx-trigger", ""), topic+" from:#live") {
			t.Errorf("the card does not follow %s", topic)
		}
		if !strings.Contains(page.doc.Find("#live").AttrOr("hx-sse:connect", ""), "on="+topic) {
			t.Errorf("the page does not hear of %s", topic)
		}
	}
	before := ana.htmx().get(card.AttrOr("hx-get", "")).is(http.StatusOK).body
	_, err := w.desk.OpenTicket(t.Context(), sample.Bruno, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Outro chamado", Description: "Do mesmo cliente.", Priority: "low",
		CustomerID: w.padaria,
	})
	must(t, err)
	after := ana.htmx().get(card.AttrOr("hx-get", "")).is(http.StatusOK)
	if after.body == before {
		t.Errorf("the card stays %q", after.text("#ticket-customer"))
	}
	got, err := after.doc.Find("#ticket-customer").Html()
	must(t, err)
	want, err := ana.get(path).doc.Find("#ticket-customer").Html()
	must(t, err)
	if got != want {
		t.Errorf("the card is another after a reload:\n%s\n%s", got, want)
	}
}
