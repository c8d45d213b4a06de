package helpdesk_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"helphub/internal/fault"
	"helphub/internal/helpdesk"
	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// A command that waits for another sees the ticket as that one left it, names
// and all: a row that is locked in a join is looked at again with the partners
// it had before the wait, so that the ticket of another customer was "not
// there" and a new technician had no name. Seen to fail with the names joined
// to the statement that waits.
func TestWhoWaitedSeesTheTicketAsTheOtherLeftIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	on := b.open()
	before := b.now(on.Protocol)
	first, err := b.db.Write.Begin(t.Context())
	b.must(err)
	defer func() { _ = first.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = first.Exec(t.Context(), "UPDATE ticket SET customer_id = $2, technician_id = $3, department_id = $4, version = 2 WHERE id = $1",
		before.ID, hotel.ID, bruno.ID, power.ID)
	b.must(err)

	answered := make(chan error, 1)
	go func() {
		on.Version = 2
		answered <- b.TransferTicket(t.Context(), sample.Ana, on, helpdesk.Passing{
			Department: &cooling.ID, Technician: &celia.ID, Reason: "Balcão refrigerado",
		})
	}()
	b.waits()
	b.must(first.Commit(t.Context()))
	if err := <-answered; err != nil {
		t.Fatalf("transferring what another had just given to somebody: %v", err)
	}
	event := column[ticket.Event](b, "SELECT data FROM entry WHERE ticket_id = $1 AND event = 'transferred'", before.ID)[0]
	if event.FromTechnician.Name != bruno.Name || event.FromDepartment.Name != power.Name {
		t.Errorf("from %+v of %+v, want %s of %s", *event.FromTechnician, *event.FromDepartment, bruno.Name, power.Name)
	}
	if row := b.now(on.Protocol); row.CustomerID != hotel.ID || *row.TechnicianID != celia.ID || row.Version != 3 {
		t.Errorf("%+v", row)
	}
}

// Whoever is deactivated while their answer is on its way gets no ticket by it.
// Seen to fail without holdTaker.
func TestADeactivatedTechnicianTakesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for name, do := range map[string]func(helpdesk.On) error{
		"replying": func(on helpdesk.On) error { return b.Reply(t.Context(), sample.Bruno, on, words("Já vou.")) },
		"moving": func(on helpdesk.On) error {
			return b.MoveTicket(t.Context(), sample.Bruno, on, ticket.Pending, helpdesk.Words{})
		},
	} {
		on := b.open()
		first, err := b.db.Write.Begin(t.Context())
		b.must(err)
		_, err = first.Exec(t.Context(), "UPDATE staff SET active = false WHERE id = $1", bruno.ID)
		b.must(err)
		answered := make(chan error, 1)
		go func() { answered <- do(on) }()
		b.waits()
		b.must(first.Commit(t.Context()))
		if err := <-answered; !errors.Is(err, fault.ErrDenied) {
			t.Errorf("%s: %v", name, err)
		}
		if row := b.now(on.Protocol); row.TechnicianID != nil || row.Version != 1 {
			t.Errorf("%s: %q has it, version %d", name, row.TechnicianName, row.Version)
		}
		_, err = b.db.Write.Exec(t.Context(), "UPDATE staff SET active = true WHERE id = $1", bruno.ID)
		b.must(err)
	}
}

// waits returns when a connection of this database waits for a lock.
func (b *bench) waits() {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	defer cancel()
	for waiting := false; !waiting; {
		b.must(b.db.Read.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting))
	}
}
