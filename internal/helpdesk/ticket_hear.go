package helpdesk

import (
	"context"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// Hear writes the customer's own words into a ticket, as by.Name said them; a
// pending ticket is open again.
func (d *Desk) Hear(ctx context.Context, by staff.Actor, on On, w Words) error {
	return d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		t, err := load(ctx, c, on.Protocol, latestVersion)
		if err != nil {
			return err
		}
		if sent, err := sentBefore(ctx, c, w.Form, t.ID); err != nil {
			return err
		} else if sent {
			return c.Nothing()
		}
		body, f := fault.Text("body", w.Body, 1, ticket.MaxBody)
		if f != nil {
			return f
		}
		before := *t
		events, err := t.Hear(c.Now)
		if err != nil {
			return err
		}
		c.Say(t.ID, w.Form, ticket.CustomerWords, body)
		return finish(ctx, c, &before, t, "ticket.heard", uuid.Nil, events)
	})
}
