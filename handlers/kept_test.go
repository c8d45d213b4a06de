package handlers

import (
	"net/http"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/helpdesk"
	"helphub/internal/sample"
)

// The numbers around a page are read again when something has changed, and not
// before. Seen to fail, staying at the old numbers, with the topics taken away.
func TestTheNumbersAroundAPageAreReadOncePerChange(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.app.Hub.Doubt() // the listener hears
	path, _ := w.open(t)
	ana := w.as(t, sample.Ana)
	const cookie = 1 // read without the request's context, and so not counted
	for n, page := range []string{"/tickets", "/tickets?tab=all&sort=priority", path} {
		ana.get(page).is(http.StatusOK)
		first := ana.queries.Load() + cookie
		ana.get(page).is(http.StatusOK)
		again := ana.queries.Load() + cookie
		if again > 4 || n != 1 && again != first-1 || n == 1 && again != first {
			t.Errorf("%s: %d queries at first, %d again", page, first, again)
		}
	}
	number := func() string {
		return ana.get("/tickets").text(`.rail a[href="/tickets"] .count, .rail a[href="/tickets"] .num`)
	}
	before := number()
	_, err := w.desk.OpenTicket(t.Context(), sample.Bruno, helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Outro chamado", Description: "De agora.", Priority: "low", CustomerID: w.padaria,
	})
	must(t, err)
	if after := number(); before == "" || after == before {
		t.Errorf("the rail said %q and says %q", before, after)
	}
}
