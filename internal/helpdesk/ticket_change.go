package helpdesk

import (
	"context"

	"github.com/google/uuid"

	"helphub/internal/fault"
	"helphub/internal/job"
	"helphub/internal/ledger"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// On names the ticket a command is about and the version its form was made from.
type On struct {
	Protocol ticket.Protocol
	Version  int
	// Form, unless zero, is the id of the first event the command makes: the
	// same command sent twice with it happens once.
	Form uuid.UUID
}

// EditTicket sets subject, description, priority, customer and department. A
// form that repeats what its page showed leaves that field alone.
func (d *Desk) EditTicket(ctx context.Context, by staff.Actor, on On, n NewTicket) error {
	return d.change(ctx, by, on, "ticket.edited", func(ctx context.Context, c *ledger.Change) (decision, error) {
		team, teamErr := department(ctx, c, n.DepartmentID)
		customer, customerErr := customerRef(ctx, c, n.CustomerID)
		return func(t *ticket.Ticket) ([]ticket.Event, error) {
			team, teamErr = keeping(team, teamErr, n.DepartmentID, t.Department)
			customer, customerErr = keeping(customer, customerErr, n.CustomerID, t.Customer)
			draft, priority, faults := ticket.Draft{
				Subject: n.Subject, Description: n.Description, Priority: n.Priority, Customer: customer, Department: team,
			}.Check()
			if n.CustomerGone {
				customerErr = fault.ErrUnknown.On("customer_id")
			}
			if n.TeamUnknown {
				teamErr = fault.ErrUnknown.On("department_id")
			}
			all, err := gather(faults, customerErr, teamErr)
			if err != nil {
				return nil, err
			}
			if err := all.Err(); err != nil {
				return nil, err
			}
			return t.Edit(draft, priority, c.Now)
		}, nil
	})
}

// AssignTicket makes somebody the technician; the zero id is nobody.
func (d *Desk) AssignTicket(ctx context.Context, by staff.Actor, on On, technicianID uuid.UUID) error {
	return d.change(ctx, by, on, "ticket.assigned", func(ctx context.Context, c *ledger.Change) (decision, error) {
		to, err := technician(ctx, c, technicianID)
		if err != nil {
			return nil, err
		}
		return func(t *ticket.Ticket) ([]ticket.Event, error) { return t.Assign(to, c.Now) }, nil
	})
}

// Passing is what the forms of transfer and escalation post. A nil id is a
// field left alone; the zero id is triage, or nobody.
type Passing struct {
	Department *uuid.UUID
	Technician *uuid.UUID
	Level      int // 0: left alone
	Reason     string
}

// TransferTicket hands the ticket to a department, level, person, or several
// of them, with a reason.
func (d *Desk) TransferTicket(ctx context.Context, by staff.Actor, on On, p Passing) error {
	return d.change(ctx, by, on, "ticket.transferred", func(ctx context.Context, c *ledger.Change) (decision, error) {
		to, err := passage(ctx, c, p)
		if err != nil {
			return nil, err
		}
		return func(t *ticket.Ticket) ([]ticket.Event, error) { return t.Transfer(to, c.Now) }, nil
	})
}

// EscalateTicket raises the ticket a level, or to the one named, with a reason.
func (d *Desk) EscalateTicket(ctx context.Context, by staff.Actor, on On, p Passing) error {
	return d.change(ctx, by, on, "ticket.escalated", func(ctx context.Context, c *ledger.Change) (decision, error) {
		to, err := passage(ctx, c, p)
		if err != nil {
			return nil, err
		}
		return func(t *ticket.Ticket) ([]ticket.Event, error) { return t.Escalate(to, c.Now) }, nil
	})
}

func passage(ctx context.Context, c *ledger.Change, p Passing) (ticket.Passage, error) {
	var to ticket.Passage
	var faults fault.Faults
	reason, f := fault.Text("reason", p.Reason, 1, ticket.MaxReason)
	faults.Add(f)
	to.Reason = reason
	if to.Level = ticket.Level(p.Level); p.Level != 0 && !to.Level.Valid() {
		faults.Add(fault.ErrUnknown.On("level"))
	}
	var technicianErr, departmentErr error
	if p.Technician != nil {
		r, err := technician(ctx, c, *p.Technician)
		to.Technician, technicianErr = &r, err
	}
	if p.Department != nil {
		r, err := department(ctx, c, *p.Department)
		to.Department, departmentErr = &r, err
	}
	all, err := gather(faults, departmentErr, technicianErr)
	if err != nil {
		return to, err
	}
	return to, all.Err()
}

// decision is a rule applied to the locked ticket.
type decision func(*ticket.Ticket) ([]ticket.Event, error)

// change runs the four beats for a command that overwrites fields: prepare
// looks up and locks whatever comes before the ticket in the lock order.
func (d *Desk) change(ctx context.Context, by staff.Actor, on On, action string,
	prepare func(context.Context, *ledger.Change) (decision, error),
) error {
	return d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
		if on.Version <= 0 {
			return ErrVersion
		}
		decide, err := prepare(ctx, c)
		if err != nil && fault.Of(err) == nil {
			return err
		}
		t, loadErr := load(ctx, c, on.Protocol, on.Version)
		if loadErr != nil {
			return loadErr // a ticket that is not there comes before what is wrong with the form
		}
		if sent, sentErr := sentBefore(ctx, c, on.Form, t.ID); sentErr != nil {
			return sentErr
		} else if sent {
			return c.Nothing()
		}
		switch {
		case t.Status == ticket.Closed:
			return ticket.ErrClosed
		case err != nil:
			return err
		}
		before := *t
		events, err := decide(t)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return c.Nothing()
		}
		return finish(ctx, c, &before, t, action, on.Form, events)
	})
}

// finish saves the ticket and records what happened to it: events, audit, the
// job that tells people. first, unless zero, is the id of the first event.
func finish(ctx context.Context, c *ledger.Change, before, t *ticket.Ticket, action string, first uuid.UUID, events []ticket.Event) error {
	if err := save(ctx, c, t); err != nil {
		return err
	}
	if err := c.Happened(t.ID, first, events...); err != nil {
		return err
	}
	n := job.Notify{Change: c.ID, Ticket: t.ID, Event: newsOf(action, events), Actor: c.Actor.ID, ActorName: c.Actor.Name}
	if before.Technician.ID != t.Technician.ID && !before.Technician.None() {
		n.Also = append(n.Also, before.Technician.ID)
	}
	c.Later(n)
	return c.Audit(action, "ticket", t.ID, was(before, t), is(t))
}
