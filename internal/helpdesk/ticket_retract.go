package helpdesk

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// Retract takes an entry's words out of the timeline (ticket.MayRetract says
// when) and returns the ticket's protocol. The audit keeps them.
func (d *Desk) Retract(ctx context.Context, by staff.Actor, entryID uuid.UUID) (ticket.Protocol, error) {
	var protocol ticket.Protocol
	err := d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		row, err := c.Q.LockEntry(ctx, entryID)
		if errors.Is(err, pgx.ErrNoRows) {
			return fault.ErrMissing
		}
		if err != nil {
			return fmt.Errorf("lock entry: %w", err)
		}
		protocol = ticket.Protocol(row.Protocol)
		e := ticket.Entry{ID: row.ID, Kind: ticket.Kind(row.Kind), Author: ref(row.AuthorID, row.AuthorName), CreatedAt: row.CreatedAt}
		if row.RetractedAt != nil {
			e.RetractedAt = *row.RetractedAt
		}
		if err := ticket.MayRetract(e, ticket.Status(row.Status), by, c.Now); err != nil {
			return err
		}
		if err := c.Q.RetractEntry(ctx, queries.RetractEntryParams{ID: e.ID, RetractedAt: &c.Now}); err != nil {
			return fmt.Errorf("retract entry: %w", err)
		}
		if err := c.Q.TouchTicket(ctx, row.TicketID); err != nil {
			return fmt.Errorf("touch ticket: %w", err)
		}
		c.Tell(live.Ticket(row.TicketID), live.Tickets)
		return c.Audit("entry.retracted", "entry", e.ID, map[string]any{"kind": row.Kind, "body": row.Body, "ticket": row.Protocol}, nil)
	})
	return protocol, err
}

// DeleteTicket removes a ticket and everything of it for good; the audit keeps
// what it was.
func (d *Desk) DeleteTicket(ctx context.Context, by staff.Actor, protocol ticket.Protocol) error {
	return d.ledger.Write(ctx, by, staff.TicketDelete, func(ctx context.Context, c *ledger.Change) error {
		t, err := load(ctx, c, protocol, latestVersion)
		if err != nil {
			return err
		}
		if err := c.Q.DeleteTicket(ctx, t.ID); err != nil {
			return fmt.Errorf("delete ticket: %w", err)
		}
		c.Tell(live.Ticket(t.ID), live.Tickets)
		return c.Audit("ticket.deleted", "ticket", t.ID, is(t), nil)
	})
}
