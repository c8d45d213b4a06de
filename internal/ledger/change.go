package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"

	"helphub/internal/live"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// errNothing rolls a change back without refusing it.
var errNothing = errors.New("nothing to change")

// Change is one write while it happens. Commands load, decide and save through
// Q, and record what must become true together with the rows.
type Change struct {
	// ID names the change: it is the audit record's key and what jobs refer to.
	ID    uuid.UUID
	Actor staff.Actor
	// Now is the moment of the change, to the microsecond, in UTC.
	Now time.Time
	Tx  pgx.Tx
	Q   *queries.Queries

	past     bool
	timeline []queries.InsertEntryParams
	audit    *queries.InsertAuditParams
	jobs     []river.InsertManyParams
	topics   []live.Topic
	controls []string
}

// Nothing ends a change that turned out to alter nothing: Write rolls back and
// reports success.
func (c *Change) Nothing() error { return errNothing }

// Follows moves the change behind what it found when it got its lock: one that
// waited for another began before it and happens after it, and the clocks of
// two machines differ. A change of another time than now keeps that.
func (c *Change) Follows(last time.Time) {
	if !c.past && !c.Now.After(last) {
		c.Now = last.UTC().Add(time.Microsecond)
	}
}

// Say records an entry that somebody wrote. The id is the form's, so that a
// form sent twice makes one entry.
func (c *Change) Say(ticketID, entryID uuid.UUID, kind ticket.Kind, body string) {
	c.timeline = append(c.timeline, queries.InsertEntryParams{
		ID: entryID, TicketID: ticketID, Kind: string(kind), Body: body,
		AuthorID: c.actorID(), AuthorName: c.Actor.Name, CreatedAt: c.Now,
	})
}

// Happened records events of a ticket. first, unless zero, is the id of the
// first of them.
func (c *Change) Happened(ticketID, first uuid.UUID, events ...ticket.Event) error {
	for i, e := range events {
		id := first
		if i > 0 || first == uuid.Nil {
			var err error
			if id, err = uuid.NewV7(); err != nil {
				return fmt.Errorf("name event: %w", err)
			}
		}
		data, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode event %s: %w", e.Name, err)
		}
		name := string(e.Name)
		c.timeline = append(c.timeline, queries.InsertEntryParams{
			ID: id, TicketID: ticketID, Kind: string(ticket.EventKind), Event: &name, Data: data,
			AuthorID: c.actorID(), AuthorName: c.Actor.Name, CreatedAt: c.Now,
		})
	}
	return nil
}

// Audit records who did what, with the state before and after; either may be
// nil. Every change has exactly one record.
func (c *Change) Audit(action, entity string, id uuid.UUID, before, after any) error {
	if c.audit != nil {
		return fmt.Errorf("audit %s: the change has a record already", action)
	}
	was, err := encode(before)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	is, err := encode(after)
	if err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	c.audit = &queries.InsertAuditParams{
		ID: c.ID, At: c.Now, ActorID: c.actorID(), ActorName: c.Actor.Name, Ip: c.Actor.IP,
		UserAgent: c.Actor.UserAgent, RequestID: c.Actor.RequestID,
		Action: action, Entity: entity, EntityID: pointer(id), Before: was, After: is,
	}
	return nil
}

// Later inserts a job that exists only if the change does.
func (c *Change) Later(args river.JobArgs) {
	c.jobs = append(c.jobs, river.InsertManyParams{Args: args})
}

// Tell announces that what these topics name has changed.
func (c *Change) Tell(topics ...live.Topic) {
	for _, t := range topics {
		if !slices.Contains(c.topics, t) {
			c.topics = append(c.topics, t)
		}
	}
}

// EndStreams closes a person's open streams on every instance after the
// commit: logout, deactivation, another role or password.
func (c *Change) EndStreams(person uuid.UUID) {
	c.controls = append(c.controls, string(live.EndPerson(person)))
}

// EndStream closes the streams of one session on every instance after the commit.
func (c *Change) EndStream(session uuid.UUID) {
	c.controls = append(c.controls, string(live.EndSession(session)))
}

func (c *Change) payloads() []string {
	payloads := slices.Clone(c.controls)
	for _, t := range c.topics {
		payloads = append(payloads, string(t))
	}
	return payloads
}

func (c *Change) actorID() *uuid.UUID { return pointer(c.Actor.ID) }

func pointer(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

func encode(state any) (json.RawMessage, error) {
	if state == nil {
		return nil, nil
	}
	raw, err := json.Marshal(state)
	if err != nil {
		return nil, fmt.Errorf("encode state: %w", err)
	}
	return raw, nil
}
