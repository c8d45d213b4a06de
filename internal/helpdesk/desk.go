// Package helpdesk is what people do in a day's work: the commands on tickets
// and customers. Each reads in the same four beats, load, decide, save, tell,
// inside one change of the ledger. The rules themselves are on the ground
// (internal/ticket, internal/customer); pages read without passing here.
package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/ticket"
	"helphub/queries"
)

// Desk runs the commands against one ledger.
type Desk struct {
	ledger *ledger.Ledger
}

// New returns a desk that writes through l.
func New(l *ledger.Ledger) *Desk { return &Desk{ledger: l} }

// At returns a desk whose commands happen at another time than now.
func (d *Desk) At(now time.Time) *Desk { return &Desk{ledger: d.ledger.At(now)} }

// Quietly returns a desk whose commands announce nothing (see ledger.Quietly).
func (d *Desk) Quietly() *Desk { return &Desk{ledger: d.ledger.Quietly()} }

// Refusals of the forms themselves.
var (
	// ErrVersion: the form does not say from which version it was made.
	ErrVersion = fault.New(fault.Invalid, "fault.version")
	// ErrFormUsed: the form's id belongs to something else.
	ErrFormUsed = fault.New(fault.Invalid, "fault.form_used")
)

// latestVersion is one no ticket reaches: a command that overwrites nothing is
// made from how things stand.
const latestVersion = 1 << 30

// load locks a ticket and, when the form was made from an older version, what
// others changed since.
func load(ctx context.Context, c *ledger.Change, protocol ticket.Protocol, version int) (*ticket.Ticket, error) {
	id, err := c.Q.LockTicket(ctx, string(protocol))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, fault.ErrMissing
	}
	if err != nil {
		return nil, fmt.Errorf("lock ticket: %w", err)
	}
	row, err := c.Q.LockedTicket(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read locked ticket: %w", err)
	}
	t := fromRow(row)
	c.Follows(t.LastActivity)
	if version >= t.Version {
		return t, nil
	}
	since, err := c.Q.TicketChangesSince(ctx, queries.TicketChangesSinceParams{TicketID: t.ID, Version: int32(version)}) //nolint:gosec // versions fit
	if err != nil {
		return nil, fmt.Errorf("read changes since version %d: %w", version, err)
	}
	for _, s := range since {
		t.Since = append(t.Since, ticket.Change{
			Version: int(s.Version), Field: ticket.Field(s.Field), Was: s.Was, By: s.ByName, At: s.At,
		})
	}
	return t, nil
}

// save writes the ticket back one version further, with the fields it touched.
func save(ctx context.Context, c *ledger.Change, t *ticket.Ticket) error {
	t.Version++
	err := c.Q.UpdateTicket(ctx, queries.UpdateTicketParams{
		ID: t.ID, Subject: t.Subject, Description: t.Description, Status: string(t.Status),
		Priority: int16(t.Priority), Level: int16(t.Level), //nolint:gosec // 1 to 4, 1 to 3
		CustomerID: t.Customer.ID, DepartmentID: idOrNil(t.Department.ID), TechnicianID: idOrNil(t.Technician.ID),
		LastActivityAt: t.LastActivity, LastWordAt: t.LastWord, ClosedAt: timeOrNil(t.ClosedAt),
		Version: int32(t.Version), //nolint:gosec // versions fit
	})
	if err != nil {
		return fmt.Errorf("update ticket: %w", refusal(err))
	}
	for _, change := range t.Touched() {
		err := c.Q.InsertTicketChange(ctx, queries.InsertTicketChangeParams{
			TicketID: t.ID, Version: int32(t.Version), Field: string(change.Field), //nolint:gosec // versions fit
			Was: change.Was, ByName: c.Actor.Name, At: c.Now,
		})
		if err != nil {
			return fmt.Errorf("insert ticket change: %w", err)
		}
	}
	c.Tell(live.Ticket(t.ID), live.Tickets)
	return nil
}

// refusal turns the constraints a ticket's form can run into, in a race, into
// the same faults the checks before it give.
func refusal(err error) error {
	switch {
	case postgres.Violated(err, "ticket_has_a_customer"):
		return fault.ErrUnknown.On("customer_id")
	case postgres.Violated(err, "ticket_department_exists"):
		return fault.ErrUnknown.On("department_id")
	case postgres.Violated(err, "ticket_technician_exists"):
		return fault.ErrUnknown.On("technician_id")
	}
	return err
}

func fromRow(r queries.LockedTicketRow) *ticket.Ticket {
	t := &ticket.Ticket{
		ID: r.ID, Protocol: ticket.Protocol(r.Protocol), Subject: r.Subject, Description: r.Description,
		Status: ticket.Status(r.Status), Priority: ticket.Priority(r.Priority), Level: ticket.Level(r.Level),
		Customer:   ticket.Ref{ID: r.CustomerID, Name: displayName(r.CustomerName, r.CustomerTradeName)},
		Department: ref(r.DepartmentID, r.DepartmentName),
		Technician: ref(r.TechnicianID, r.TechnicianName),
		OpenedBy:   ref(r.OpenedBy, r.OpenerName),
		OpenedAt:   r.OpenedAt, LastActivity: r.LastActivityAt, LastWord: r.LastWordAt, Version: int(r.Version),
	}
	if r.ClosedAt != nil {
		t.ClosedAt = *r.ClosedAt
	}
	return t
}

func displayName(legal, trade string) string {
	if trade != "" {
		return trade
	}
	return legal
}

func ref(id *uuid.UUID, name string) ticket.Ref {
	if id == nil {
		return ticket.Ref{}
	}
	return ticket.Ref{ID: *id, Name: name}
}

func idOrNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func timeOrNil(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
