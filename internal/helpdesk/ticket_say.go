package helpdesk

import (
	"context"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// Words are what somebody writes on a ticket.
type Words struct {
	// Form is the hidden id of the form: sent twice, it is written once.
	Form uuid.UUID
	Body string
	// Status is the status the person chose with it; empty when they chose none.
	Status string
}

// Reply writes to the customer.
func (d *Desk) Reply(ctx context.Context, by staff.Actor, on On, w Words) error {
	return d.say(ctx, by, on, ticket.Reply, "ticket.replied", w)
}

// Note writes for the team alone.
func (d *Desk) Note(ctx context.Context, by staff.Actor, on On, w Words) error {
	return d.say(ctx, by, on, ticket.Note, "ticket.noted", w)
}

func (d *Desk) say(ctx context.Context, by staff.Actor, on On, kind ticket.Kind, action string, w Words) error {
	return d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		if err := holdTaker(ctx, c); err != nil {
			return err
		}
		t, err := load(ctx, c, on.Protocol, on.Version)
		if err != nil {
			return err
		}
		if sent, err := sentBefore(ctx, c, w.Form, t.ID); err != nil {
			return err
		} else if sent {
			return c.Nothing()
		}
		if t.Status == ticket.Closed {
			return ticket.ErrClosed
		}
		body, chosen, err := checkWords(w, on)
		if err != nil {
			return err
		}
		before := *t
		events, err := t.Say(by, kind, chosen, c.Now)
		if err != nil {
			return err
		}
		c.Say(t.ID, w.Form, kind, body)
		return finish(ctx, c, &before, t, action, uuid.Nil, events)
	})
}

func checkWords(w Words, on On) (string, ticket.Status, error) {
	var faults fault.Faults
	body, f := fault.Text("body", w.Body, 1, ticket.MaxBody)
	faults.Add(f)
	var chosen ticket.Status
	if w.Status != "" {
		s, ok := ticket.ParseStatus(w.Status)
		if !ok {
			faults.Add(fault.ErrUnknown.On("status"))
		}
		if on.Version <= 0 {
			faults.Add(ErrVersion)
		}
		chosen = s
	}
	return body, chosen, faults.Err()
}

// MoveTicket puts the ticket into a status by choice, with a last word to the
// customer when one is given: pending, closed, or open again.
func (d *Desk) MoveTicket(ctx context.Context, by staff.Actor, on On, to ticket.Status, w Words) error {
	action := map[ticket.Status]string{
		ticket.Pending: "ticket.set_pending", ticket.Closed: "ticket.closed", ticket.Open: "ticket.reopened",
	}[to]
	return d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		if on.Version <= 0 {
			return ErrVersion
		}
		if err := holdTaker(ctx, c); err != nil {
			return err
		}
		t, err := load(ctx, c, on.Protocol, on.Version)
		if err != nil {
			return err
		}
		if sent, err := sentBefore(ctx, c, on.Form, t.ID); err != nil {
			return err
		} else if sent {
			return c.Nothing()
		}
		body, f := fault.Text("body", w.Body, 0, ticket.MaxBody)
		if f != nil {
			return f
		}
		before := *t
		events, err := t.Move(by, to, c.Now)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return c.Nothing()
		}
		if body != "" {
			c.Say(t.ID, w.Form, ticket.Reply, body)
		}
		return finish(ctx, c, &before, t, action, on.Form, events)
	})
}
