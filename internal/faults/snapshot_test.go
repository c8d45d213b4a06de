package faults

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// What the database holds of the tickets that the load opened, all of it, read
// at one moment.
type (
	ticketRow struct {
		ID           uuid.UUID
		Protocol     string
		Subject      string
		Status       string
		Level        int
		DepartmentID *uuid.UUID
		TechnicianID *uuid.UUID
		OpenedBy     *uuid.UUID
		ClosedAt     *time.Time
		Version      int
	}
	entryRow struct {
		ID        uuid.UUID
		TicketID  uuid.UUID
		Kind      string
		Event     *string
		Text      string // the body, or the data of an event
		AuthorID  *uuid.UUID
		CreatedAt time.Time
	}
	auditRow struct {
		ID       uuid.UUID
		TicketID uuid.UUID
		At       time.Time
		ActorID  *uuid.UUID
		Action   string
		Before   []byte
		After    []byte
	}
	changeRow struct {
		TicketID uuid.UUID
		Version  int
		Field    string
	}
	jobRow struct {
		ID     int64
		Change uuid.UUID
		Event  string
		Also   []byte
		State  string
	}
	noticeRow struct {
		StaffID  uuid.UUID
		ChangeID uuid.UUID
	}
)

type snapshot struct {
	tickets map[uuid.UUID]ticketRow
	entries []entryRow
	audits  []auditRow
	changes []changeRow
	jobs    []jobRow
	notices []noticeRow
	readers map[uuid.UUID]bool // who may be told of tickets
}

// querier is a connection, or a transaction in which something was broken.
type querier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func all[T any](ctx context.Context, q querier, sql string, args ...any) ([]T, error) {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[T])
}

// look reads everything that began at a moment or later.
func look(ctx context.Context, q querier, since time.Time) (s snapshot, err error) {
	const ours = " IN (SELECT id FROM ticket WHERE opened_at >= $1)"
	tickets, err := all[ticketRow](ctx, q, `SELECT id, protocol, subject, status, level, department_id, technician_id, opened_by, closed_at, version
		FROM ticket WHERE opened_at >= $1`, since)
	if err != nil {
		return s, err
	}
	s.tickets, s.readers = map[uuid.UUID]ticketRow{}, map[uuid.UUID]bool{}
	for _, t := range tickets {
		s.tickets[t.ID] = t
	}
	if s.entries, err = all[entryRow](ctx, q, `SELECT id, ticket_id, kind, event, coalesce(data::text, body), author_id, created_at
		FROM entry WHERE ticket_id`+ours, since); err != nil {
		return s, err
	}
	if s.audits, err = all[auditRow](ctx, q, `SELECT id, entity_id, at, actor_id, action, before, after
		FROM audit WHERE entity = 'ticket' AND at >= $1 ORDER BY at, id`, since); err != nil {
		return s, err
	}
	if s.changes, err = all[changeRow](ctx, q, `SELECT ticket_id, version, field FROM ticket_change WHERE ticket_id`+ours, since); err != nil {
		return s, err
	}
	if s.jobs, err = all[jobRow](ctx, q, `SELECT id, (args ->> 'change')::uuid, args ->> 'event', args -> 'also', state::text
		FROM river_job WHERE kind = 'notify' AND created_at >= $1`, since); err != nil {
		return s, err
	}
	if s.notices, err = all[noticeRow](ctx, q, `SELECT staff_id, change_id FROM notification WHERE ticket_id`+ours, since); err != nil {
		return s, err
	}
	readers, err := all[struct{ ID uuid.UUID }](ctx, q, `SELECT s.id FROM staff AS s JOIN role AS r ON r.id = s.role_id
		WHERE s.active AND 'ticket.read' = ANY (r.permissions)`)
	for _, r := range readers {
		s.readers[r.ID] = true
	}
	return s, err
}
