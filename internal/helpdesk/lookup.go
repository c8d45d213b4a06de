package helpdesk

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/ticket"
)

// The people and places a form names must exist and be active at the moment of
// the change; they are held until it ends. Lock order is technician, then
// ticket, so these come before load.

// technician returns a person who can be given a ticket; the zero id is nobody.
func technician(ctx context.Context, c *ledger.Change, id uuid.UUID) (ticket.Ref, error) {
	if id == uuid.Nil {
		return ticket.Ref{}, nil
	}
	row, err := c.Q.GetTechnician(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return ticket.Ref{}, ticket.ErrNotTechnician.On("technician_id")
	}
	if err != nil {
		return ticket.Ref{}, fmt.Errorf("get technician: %w", err)
	}
	return ticket.Ref{ID: row.ID, Name: row.Name}, nil
}

// holdTaker holds the person who may become the technician by what they do now
// (product, "Self-service assignment"): somebody who has just been deactivated
// is given no ticket any more.
func holdTaker(ctx context.Context, c *ledger.Change) error {
	if !c.Actor.TakesWhatTheyAnswer() {
		return nil
	}
	_, err := technician(ctx, c, c.Actor.ID)
	if fault.Of(err) != nil {
		return fault.ErrDenied
	}
	return err
}

// department returns an active department; the zero id is triage.
func department(ctx context.Context, c *ledger.Change, id uuid.UUID) (ticket.Ref, error) {
	if id == uuid.Nil {
		return ticket.Ref{}, nil
	}
	row, err := c.Q.ActiveDepartment(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return ticket.Ref{}, fault.ErrUnknown.On("department_id")
	}
	if err != nil {
		return ticket.Ref{}, fmt.Errorf("get department: %w", err)
	}
	return ticket.Ref{ID: row.ID, Name: row.Name}, nil
}

// customerRef returns an active customer; the zero id is a field left empty.
func customerRef(ctx context.Context, c *ledger.Change, id uuid.UUID) (ticket.Ref, error) {
	if id == uuid.Nil {
		return ticket.Ref{}, fault.ErrRequired.On("customer_id")
	}
	row, err := c.Q.ActiveCustomer(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return ticket.Ref{}, fault.ErrUnknown.On("customer_id")
	}
	if err != nil {
		return ticket.Ref{}, fmt.Errorf("get customer: %w", err)
	}
	return ticket.Ref{ID: row.ID, Name: displayName(row.LegalName, row.TradeName)}, nil
}

// keeping returns the fault of a lookup unless the id is the one the ticket
// has already: an inactive department or customer stays where it is.
func keeping(found ticket.Ref, err error, id uuid.UUID, now ticket.Ref) (ticket.Ref, error) {
	if err != nil && id != uuid.Nil && id == now.ID && fault.KindOf(err) == fault.Invalid {
		return now, nil
	}
	return found, err
}

// sentBefore reports whether an entry with the form's id exists already. It is
// the same sending when it is on the same ticket by the same person; anything
// else is a form id that belongs to something else.
func sentBefore(ctx context.Context, c *ledger.Change, form, ticketID uuid.UUID) (bool, error) {
	if form == uuid.Nil {
		return false, nil
	}
	row, err := c.Q.EntryTicket(ctx, form)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for the form's entry: %w", err)
	}
	if row.TicketID != ticketID || !wroteIt(row.AuthorID, c) {
		return false, ErrFormUsed
	}
	return true, nil
}

// wroteIt reports whether the author of an entry is the one of this change;
// what the system wrote has none.
func wroteIt(author *uuid.UUID, c *ledger.Change) bool {
	if author == nil {
		return c.Actor.ID == uuid.Nil
	}
	return *author == c.Actor.ID
}
