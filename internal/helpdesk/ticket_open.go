package helpdesk

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/job"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// NewTicket is what the form of a new ticket posts.
type NewTicket struct {
	// Form is the form's hidden id: sent twice, one ticket is opened.
	Form                      uuid.UUID
	Subject, Description      string
	Priority                  string
	CustomerID, DepartmentID  uuid.UUID
	CustomerGone, TeamUnknown bool // the form named something that is no id at all
	// Origin names the ticket in the system it was imported from; empty otherwise.
	Origin string
}

// protocolDraws bounds how often a taken protocol is drawn again. Two equal
// draws on one day have odds of 1 in 2^40; ten in a row are a broken generator.
const protocolDraws = 10

// OpenTicket opens a ticket and returns its protocol. Sent twice with the same
// form id it opens one and returns that one's protocol both times.
func (d *Desk) OpenTicket(ctx context.Context, by staff.Actor, n NewTicket) (ticket.Protocol, error) {
	var opened ticket.Protocol
	for range protocolDraws {
		err := d.ledger.Write(ctx, by, staff.TicketWrite, func(ctx context.Context, c *ledger.Change) error {
			var err error
			opened, err = openTicket(ctx, c, n)
			return err
		})
		switch {
		case postgres.Violated(err, "protocol_is_taken"):
			continue
		case postgres.Violated(err, "entry_pkey"):
			// The same form arrived twice at once; the other one won.
			continue
		}
		return opened, err
	}
	return "", fmt.Errorf("open ticket: no free protocol in %d draws", protocolDraws)
}

func openTicket(ctx context.Context, c *ledger.Change, n NewTicket) (ticket.Protocol, error) {
	if row, err := c.Q.EntryTicket(ctx, n.Form); err == nil {
		if row.Kind != string(ticket.EventKind) || !wroteIt(row.AuthorID, c) {
			return "", ErrFormUsed
		}
		return ticket.Protocol(row.Protocol), c.Nothing()
	} else if !errors.Is(err, pgx.ErrNoRows) {
		return "", fmt.Errorf("look for the form's ticket: %w", err)
	}
	draft, priority, err := checkDraft(ctx, c, n)
	if err != nil {
		return "", err
	}
	company, err := c.Q.GetCompany(ctx)
	if err != nil {
		return "", fmt.Errorf("get company: %w", err)
	}
	zone, err := time.LoadLocation(company.TimeZone)
	if err != nil {
		return "", fmt.Errorf("load the company's zone: %w", err)
	}
	t := ticket.Ticket{
		Protocol: ticket.NewProtocol(c.Now, zone), Subject: draft.Subject, Description: draft.Description,
		Status: ticket.Open, Priority: priority, Level: ticket.MinLevel,
		Customer: draft.Customer, Department: draft.Department,
	}
	return t.Protocol, insertTicket(ctx, c, t, n)
}

// checkDraft checks what was typed and looks up what was chosen; the person is
// told of everything that does not fit at once.
func checkDraft(ctx context.Context, c *ledger.Change, n NewTicket) (ticket.Draft, ticket.Priority, error) {
	customer, customerErr := customerRef(ctx, c, n.CustomerID)
	team, teamErr := department(ctx, c, n.DepartmentID)
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
		return draft, priority, err
	}
	return draft, priority, all.Err()
}

// gather joins the faults of lookups to those of the texts, one per field; an
// error that is no fault is returned as it is.
func gather(faults fault.Faults, lookups ...error) (fault.Faults, error) {
	named := map[string]bool{}
	var all fault.Faults
	for _, err := range lookups {
		if err == nil {
			continue
		}
		found := fault.Of(err)
		if found == nil {
			return nil, err
		}
		for _, f := range found {
			named[f.Field] = true
			all.Add(f)
		}
	}
	for _, f := range faults {
		if !named[f.Field] {
			all.Add(f)
		}
	}
	return all, nil
}

func insertTicket(ctx context.Context, c *ledger.Change, t ticket.Ticket, n NewTicket) error {
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("name ticket: %w", err)
	}
	row := queries.InsertTicketParams{
		ID: id, Protocol: string(t.Protocol), Subject: t.Subject, Description: t.Description,
		Status: string(t.Status), Priority: int16(t.Priority), Level: int16(t.Level), //nolint:gosec // 1 to 4, 1 to 3
		CustomerID: t.Customer.ID, DepartmentID: idOrNil(t.Department.ID),
		OpenedBy: idOrNil(c.Actor.ID), OpenedAt: c.Now, LastActivityAt: c.Now, LastWordAt: c.Now,
	}
	if n.Origin != "" {
		row.Origin = &n.Origin
	}
	if err := c.Q.InsertTicket(ctx, row); err != nil {
		return fmt.Errorf("insert ticket: %w", refusal(err))
	}
	if err := c.Happened(id, n.Form, ticket.Event{Name: ticket.Opened}); err != nil {
		return err
	}
	c.Later(job.Notify{Change: c.ID, Ticket: id, Event: string(ticket.Opened), Actor: c.Actor.ID, ActorName: c.Actor.Name})
	c.Tell(live.Tickets, live.Ticket(id))
	return c.Audit("ticket.opened", "ticket", id, nil, map[string]any{
		"protocol": t.Protocol, "subject": t.Subject, "priority": t.Priority.String(),
		"customer": t.Customer, "department": t.Department,
	})
}
