package helpdesk_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// The predecessor's reply form carried the status it was drawn with and opened
// what a colleague had closed meanwhile (D-04).
func TestAReplyDoesNotReopenWhatAColleagueClosed_D04(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	b.must(b.MoveTicket(t.Context(), sample.Celia, on, ticket.Closed, helpdesk.Words{}))
	before := b.world()
	for _, status := range []string{"", "open", "pending", "closed"} {
		w := words("Ainda não esfriou?")
		w.Status = status
		if err := b.Reply(t.Context(), sample.Ana, on, w); !errors.Is(err, ticket.ErrClosed) {
			t.Errorf("with status %q: %v", status, err)
		}
	}
	b.same(before, "a refused reply")
}

func TestAStaleStatusIsRefusedAndOneMoreClickSendsIt_D04(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	b.must(b.EscalateTicket(t.Context(), sample.Celia, on, helpdesk.Passing{Reason: "Curto-ciclo"}))
	w := words("Volto hoje às 15h30.")
	w.Status = "pending"
	err := b.Reply(t.Context(), sample.Ana, on, w)
	fs := fault.Of(err)
	if len(fs) != 1 || !errors.Is(err, ticket.ErrStale) {
		t.Fatalf("%v", err)
	}
	c, ok := fs[0].Detail.(ticket.Conflict)
	if !ok || c.Field != ticket.FieldStatus || c.By != sample.Celia.Name || c.Was != "open" || c.Is != "escalated" || c.AskedTo != "pending" {
		t.Errorf("%+v", fs[0].Detail)
	}
	if row := b.now(on.Protocol); row.Status != "escalated" || row.Version != 2 {
		t.Errorf("%s at version %d", row.Status, row.Version)
	}
	on.Version = 2
	b.must(b.Reply(t.Context(), sample.Ana, on, w)) // the same form, from the version it was told of
	if row := b.now(on.Protocol); row.Status != "pending" {
		t.Errorf("%s", row.Status)
	}
}

func TestTwoEditsOfDifferentFieldsBothStay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	mine, hers := newTicket(), newTicket()
	mine.Subject, hers.Priority, hers.DepartmentID = "De Ana", "critical", cooling.ID
	b.must(b.EditTicket(t.Context(), sample.Celia, on, hers))
	b.must(b.EditTicket(t.Context(), sample.Ana, on, mine))
	row := b.now(on.Protocol)
	if row.Subject != "De Ana" || row.Priority != 4 || row.DepartmentName != cooling.Name || row.Version != 3 {
		t.Errorf("%+v", row)
	}
}

func TestTwoEditsOfTheSameFieldConflict(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	hers, mine := newTicket(), newTicket()
	hers.Subject, hers.CustomerID = "De Célia", hotel.ID
	mine.Subject, mine.CustomerID, mine.Description = "De Ana", hotel.ID, "De Ana."
	b.must(b.EditTicket(t.Context(), sample.Celia, on, hers))
	before := b.world()
	err := b.EditTicket(t.Context(), sample.Ana, on, mine)
	var got []ticket.Field
	for _, f := range fault.Of(err) {
		if c, ok := f.Detail.(ticket.Conflict); ok {
			got = append(got, c.Field)
		}
	}
	// Both chose the same customer: nothing is lost there.
	if diff := cmp.Diff([]ticket.Field{ticket.FieldSubject}, got); diff != "" {
		t.Errorf("%v:\n%s", err, diff)
	}
	b.same(before, "a refused edit")
}

func TestAFormWithoutAVersionIsRefusedWhereItCouldOverwrite(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	on.Version = 0
	withStatus := words("Pronto.")
	withStatus.Status = "closed"
	for name, err := range map[string]error{
		"edit":              b.EditTicket(t.Context(), sample.Ana, on, newTicket()),
		"assignment":        b.AssignTicket(t.Context(), sample.Ana, on, bruno.ID),
		"transfer":          b.TransferTicket(t.Context(), sample.Ana, on, helpdesk.Passing{Level: 2, Reason: "Motivo"}),
		"escalation":        b.EscalateTicket(t.Context(), sample.Ana, on, helpdesk.Passing{Reason: "Motivo"}),
		"closing":           b.MoveTicket(t.Context(), sample.Ana, on, ticket.Closed, helpdesk.Words{}),
		"reply with status": b.Reply(t.Context(), sample.Ana, on, withStatus),
	} {
		if !errors.Is(err, helpdesk.ErrVersion) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.must(b.Reply(t.Context(), sample.Ana, on, words("Uma resposta não sobrescreve nada.")))
}

// Many people do the same thing at once: exactly one does it, every other one is
// told, and nobody meets a deadlock. Seen to fail without the lock in LockTicket.
func TestOfManyAtOnceExactlyOneWins(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	const people = 12
	errs := make([]error, people)
	var wg sync.WaitGroup
	for i := range people {
		wg.Go(func() {
			to := []uuid.UUID{bruno.ID, celia.ID}[i%2]
			errs[i] = b.TransferTicket(t.Context(), sample.Celia, on, helpdesk.Passing{Technician: &to, Level: 2 + i%2, Reason: "Eu"})
		})
	}
	wg.Wait()
	won := 0
	for i, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, ticket.ErrStale) && !errors.Is(err, ticket.ErrNothing):
			t.Errorf("%d: %v", i, err)
		}
	}
	if won != 1 || len(b.timeline(on.Protocol)) != 2 || b.now(on.Protocol).Version != 2 {
		t.Errorf("%d won; %v", won, b.timeline(on.Protocol))
	}
}

// Replies and a closing at once: what was acknowledged is there, what came after
// the closing was refused, and the ticket stays closed.
func TestRepliesRacingAClosingAreInOrRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	const replies = 10
	errs := make([]error, replies)
	var wg sync.WaitGroup
	for i := range replies {
		wg.Go(func() { errs[i] = b.Reply(t.Context(), sample.Ana, on, words("Resposta")) })
	}
	var closing error
	wg.Go(func() { closing = b.MoveTicket(t.Context(), sample.Celia, on, ticket.Closed, helpdesk.Words{}) })
	wg.Wait()
	b.must(closing)
	in := 0
	for i, err := range errs {
		switch {
		case err == nil:
			in++
		case !errors.Is(err, ticket.ErrClosed):
			t.Errorf("%d: %v", i, err)
		}
	}
	// opened, the replies that are in, moved
	if lines := b.timeline(on.Protocol); len(lines) != in+2 || b.now(on.Protocol).Status != "closed" {
		t.Errorf("%d replies acknowledged, %v", in, lines)
	}
}
