package helpdesk_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// What is taken back leaves the row; only the audit keeps it (D-20).
func TestTakingBackLeavesTheTextOnlyInTheAudit_D20(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	w := words("A senha do alarme é 4321.")
	b.must(b.Reply(t.Context(), sample.Bruno, on, w))
	left, err := b.traceOf(on.Protocol, func() error {
		p, err := b.Retract(t.Context(), sample.Bruno, w.Form)
		if p != on.Protocol {
			t.Errorf("of ticket %q", p)
		}
		return err
	})
	b.must(err)
	if diff := cmp.Diff(trace{Version: 3, Timeline: []string{}, Audit: []string{"entry.retracted"}, News: everyTopic, Changed: []string{}}, left); diff != "" {
		t.Error(diff)
	}
	if text := column[string](b, "SELECT body FROM entry WHERE id = $1 AND retracted_at IS NOT NULL", w.Form); len(text) != 1 || text[0] != "" {
		t.Errorf("the row still says %q", text)
	}
	var before struct{ Body string }
	b.must(json.Unmarshal(column[[]byte](b, "SELECT before FROM audit WHERE action = 'entry.retracted'")[0], &before))
	if before.Body != w.Body {
		t.Errorf("the audit keeps %q", before.Body)
	}
}

// Seen to fail without MayRetract in the command, as a direct post would.
func TestNothingElseCanBeTakenBack_D20(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	opened := column[uuid.UUID](b, "SELECT id FROM entry")[0]
	late, mine := words("Tarde demais."), words("De Ana.")
	b.must(b.At(time.Now().Add(-11*time.Minute)).Reply(t.Context(), sample.Bruno, on, late))
	b.must(b.Reply(t.Context(), sample.Ana, on, mine))
	shut := b.open()
	before := words("Antes de fechar.")
	b.must(b.Reply(t.Context(), sample.Bruno, shut, before))
	shut.Version = 2
	b.must(b.MoveTicket(t.Context(), sample.Celia, shut, ticket.Closed, helpdesk.Words{}))
	twice := words("Duas vezes.")
	b.must(b.Reply(t.Context(), sample.Bruno, on, twice))
	if _, err := b.Retract(t.Context(), sample.Bruno, twice.Form); err != nil {
		t.Fatal(err)
	}
	state := b.world()
	for name, c := range map[string]struct {
		entry uuid.UUID
		want  error
	}{
		"an event":              {opened, ticket.ErrRetractEvent},
		"after ten minutes":     {late.Form, ticket.ErrRetractLate},
		"somebody else's":       {mine.Form, ticket.ErrRetractAuthor},
		"of a closed ticket":    {before.Form, ticket.ErrClosed},
		"what was taken back":   {twice.Form, ticket.ErrRetractTwice},
		"what is not there":     {uuid.New(), fault.ErrMissing},
		"the zero id, as typed": {uuid.Nil, fault.ErrMissing},
	} {
		if _, err := b.Retract(t.Context(), sample.Bruno, c.entry); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	b.same(state, "a refused retraction")
}

func TestDeletingATicketLeavesOnlyTheAudit(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	b.must(b.Reply(t.Context(), sample.Bruno, on, words("Já vamos.")))
	id := b.now(on.Protocol).ID
	b.news()
	b.must(b.DeleteTicket(t.Context(), sample.Celia, on.Protocol))
	for _, table := range []string{"ticket", "entry", "ticket_change", "notification"} {
		if n := column[int](b, "SELECT count(*) FROM "+table); n[0] != 0 {
			t.Errorf("%d rows left in %s", n[0], table)
		}
	}
	var before struct {
		Subject, Description string
		Technician           ticket.Ref
	}
	b.must(json.Unmarshal(column[[]byte](b, "SELECT before FROM audit WHERE action = 'ticket.deleted'")[0], &before))
	if before.Subject != newTicket().Subject || before.Description != newTicket().Description || before.Technician != bruno {
		t.Errorf("the audit keeps %+v", before)
	}
	if diff := cmp.Diff([]string{"ticket-" + id.String(), "tickets"}, b.news()); diff != "" {
		t.Error(diff)
	}
	if err := b.DeleteTicket(t.Context(), sample.Celia, on.Protocol); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("deleted again: %v", err)
	}
}

// Bruno takes what he answers, also when two technicians answer at once; Ana
// and Célia never do; and nobody gets back what they escalate (D-09, D-18).
func TestSelfServiceAssignment_D09(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	b.must(b.Reply(t.Context(), sample.Ana, on, words("Recebido.")))
	b.must(b.Note(t.Context(), sample.Celia, on, words("Ver garantia.")))
	if row := b.now(on.Protocol); row.TechnicianID != nil {
		t.Errorf("%s has it", row.TechnicianName)
	}
	b.must(b.Note(t.Context(), sample.Bruno, on, words("É o compressor?")))
	if row := b.now(on.Protocol); row.TechnicianID != nil {
		t.Errorf("%s has it for a note", row.TechnicianName)
	}
	b.must(b.Reply(t.Context(), sample.Bruno, on, words("Vou.")))
	row := b.now(on.Protocol)
	if row.TechnicianID == nil || *row.TechnicianID != sample.Bruno.ID {
		t.Fatalf("%q has it", row.TechnicianName)
	}
	if diff := cmp.Diff([]string{"event:opened", "reply:Recebido.", "note:Ver garantia.", "note:É o compressor?", "reply:Vou.", "event:took"}, b.timeline(on.Protocol)); diff != "" {
		t.Error(diff)
	}
	on.Version = int(row.Version)
	b.must(b.EscalateTicket(t.Context(), sample.Bruno, on, helpdesk.Passing{Reason: "Compressor"}))
	if row := b.now(on.Protocol); row.TechnicianID != nil || row.Status != "escalated" || row.Level != 2 {
		t.Errorf("%+v", row)
	}
}

func TestClosedTicketsRefuseEveryCommandButReopening(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.closed()
	before := b.world()
	for _, a := range acts() {
		if err := a.do(t.Context(), b, on); !errors.Is(err, ticket.ErrClosed) {
			t.Errorf("%s: %v", a.name, err)
		}
	}
	b.same(before, "a command on a closed ticket")
	left, err := b.traceOf(on.Protocol, func() error {
		return b.MoveTicket(t.Context(), sample.Ana, on, ticket.Open, words("Voltou o problema?"))
	})
	b.must(err)
	want := trace{3, []string{"reply:Voltou o problema?", "event:moved"}, []string{"ticket.reopened"}, []string{"reopened"}, everyTopic, []string{"status"}}
	if diff := cmp.Diff(want, left); diff != "" {
		t.Error(diff)
	}
	if row := b.now(on.Protocol); row.Status != "open" || row.ClosedAt != nil {
		t.Errorf("%s, closed at %v", row.Status, row.ClosedAt)
	}
}

// Scheduled is reached by booking a visit and in no other way (D-03, D-14).
func TestNobodyGetsToScheduledByChoosingIt_D14(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	before := b.world()
	for _, status := range []string{"scheduled", "escalated"} {
		w := words("Marcado.")
		w.Status = status
		if err := b.Reply(t.Context(), sample.Ana, on, w); !errors.Is(err, ticket.ErrTransition) {
			t.Errorf("%s: %v", status, err)
		}
	}
	b.same(before, "a step off the map")
}
