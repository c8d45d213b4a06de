package helpdesk

import (
	"context"
	"time"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// CloseForgotten closes a ticket that has been pending without a word since
// before the given moment, and reports whether it did. Whoever wrote, moved or
// deleted it meanwhile was first: it is looked at again under its lock, and
// then left alone.
func (d *Desk) CloseForgotten(ctx context.Context, by staff.Actor, protocol ticket.Protocol, before time.Time) (closed bool, err error) {
	err = d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		closed = false
		t, err := load(ctx, c, protocol, current)
		if fault.KindOf(err) == fault.Missing {
			return c.Nothing()
		}
		if err != nil {
			return err
		}
		if !t.Forgotten(before) {
			return c.Nothing()
		}
		was := *t
		events, err := t.Move(by, ticket.Closed, c.Now)
		if err != nil {
			return err
		}
		closed = true
		return finish(ctx, c, &was, t, "ticket.closed", uuid.Nil, events)
	})
	return closed && err == nil, err
}

// current is a version that is never behind: the change was made from the row
// itself.
const current = 1<<31 - 1
