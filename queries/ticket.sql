-- name: InsertTicket :exec
-- A repeated protocol violates protocol_is_taken and the caller draws again.
INSERT INTO ticket (id, protocol, subject, description, status, priority, level, customer_id, department_id,
                    technician_id, opened_by, opened_at, last_activity_at, last_word_at, closed_at, origin, version)
VALUES (@id, @protocol, @subject, @description, @status, @priority, @level, @customer_id, @department_id,
        @technician_id, @opened_by, @opened_at, @last_activity_at, @last_word_at, @closed_at, @origin, 1);

-- name: LockTicket :one
-- Holds the ticket until the end of the change. It joins nothing: who waits here
-- would be given the new row with the names of before, or no row at all.
SELECT id FROM ticket WHERE protocol = @protocol FOR UPDATE;

-- name: LockedTicket :one
-- The row that LockTicket holds, as it is now. Names come along so that events
-- can tell them.
SELECT t.id, t.protocol, t.subject, t.description, t.status, t.priority, t.level,
       t.customer_id, c.legal_name AS customer_name, c.trade_name AS customer_trade_name,
       t.department_id, coalesce(d.name, '') AS department_name,
       t.technician_id, coalesce(s.name, '') AS technician_name,
       t.opened_by, coalesce(o.name, '') AS opener_name,
       t.opened_at, t.last_activity_at, t.last_word_at, t.closed_at, t.version
FROM ticket AS t
JOIN customer AS c ON c.id = t.customer_id
LEFT JOIN department AS d ON d.id = t.department_id
LEFT JOIN staff AS s ON s.id = t.technician_id
LEFT JOIN staff AS o ON o.id = t.opened_by
WHERE t.id = @id;

-- name: UpdateTicket :exec
UPDATE ticket
SET subject = @subject, description = @description, status = @status, priority = @priority, level = @level,
    customer_id = @customer_id, department_id = @department_id, technician_id = @technician_id,
    last_activity_at = @last_activity_at, last_word_at = @last_word_at, closed_at = @closed_at, version = @version
WHERE id = @id;

-- name: InsertTicketChange :exec
INSERT INTO ticket_change (ticket_id, version, field, was, by_name, at)
VALUES (@ticket_id, @version, @field, @was, @by_name, @at);

-- name: TicketChangesSince :many
-- What versions after the one a form was made from have changed, oldest first.
SELECT version, field, was, by_name, at
FROM ticket_change
WHERE ticket_id = @ticket_id AND version > @version
ORDER BY version, field
LIMIT 1000;

-- name: DeleteTicket :exec
DELETE FROM ticket WHERE id = @id;

-- name: InsertEntry :exec
INSERT INTO entry (id, ticket_id, kind, body, author_id, author_name, event, data, created_at)
VALUES (@id, @ticket_id, @kind, @body, @author_id, @author_name, @event, @data, @created_at);

-- name: EntryTicket :one
-- The ticket an entry belongs to: how a form that was sent twice finds what
-- the first sending made.
SELECT e.ticket_id, e.kind, e.author_id, t.protocol
FROM entry AS e
JOIN ticket AS t ON t.id = e.ticket_id
WHERE e.id = @id;

-- name: LockEntry :one
SELECT e.id, e.kind, e.body, e.author_id, e.author_name, e.created_at, e.retracted_at,
       t.id AS ticket_id, t.protocol, t.status
FROM entry AS e
JOIN ticket AS t ON t.id = e.ticket_id
WHERE e.id = @id
FOR UPDATE OF t, e;

-- name: RetractEntry :exec
-- The words leave the row; the audit record keeps them.
UPDATE entry SET body = '', retracted_at = @retracted_at WHERE id = @id;

-- name: TouchTicket :exec
-- A change that alters nothing of the row but must be seen: a retraction.
UPDATE ticket SET version = version + 1 WHERE id = @id;

-- name: GetTicket :one
-- Everything the page's facts and header show, in one row.
SELECT t.id, t.protocol, t.subject, t.description, t.status, t.priority, t.level,
       t.customer_id, t.department_id, coalesce(d.name, '') AS department_name,
       t.technician_id, coalesce(s.name, '') AS technician_name, coalesce(s.active, false) AS technician_active,
       t.opened_by, coalesce(o.name, '') AS opener_name,
       t.opened_at, t.last_activity_at, t.last_word_at, t.closed_at, t.origin, t.version,
       c.legal_name, c.trade_name, c.tax_id, c.phone, c.email, c.postal_code, c.street, c.number,
       c.complement, c.district, c.city, c.state, c.active AS customer_active,
       (SELECT count(*) FROM (SELECT 1 FROM ticket AS a WHERE a.customer_id = t.customer_id AND a.status <> 'closed' LIMIT 100) AS capped)::int AS customer_active_tickets
FROM ticket AS t
JOIN customer AS c ON c.id = t.customer_id
LEFT JOIN department AS d ON d.id = t.department_id
LEFT JOIN staff AS s ON s.id = t.technician_id
LEFT JOIN staff AS o ON o.id = t.opened_by
WHERE t.protocol = @protocol;

-- name: TicketID :one
SELECT id FROM ticket WHERE protocol = @protocol;

-- name: ListEntries :many
-- A page of a timeline, newest first: the kinds asked for, older than the
-- cursor's moment and id; infinity and the highest id for the newest page.
SELECT e.id, e.kind, e.body, e.author_id, e.author_name, e.event, e.data, e.created_at, e.retracted_at
FROM entry AS e
WHERE e.ticket_id = @ticket_id AND (e.created_at, e.id) < (@before_at::timestamptz, @before_id::uuid)
  AND e.kind = ANY (@kinds::text[])
ORDER BY e.created_at DESC, e.id DESC
LIMIT @row_limit;

-- name: GetEntry :one
-- One entry with what decides whether it may be taken back.
SELECT e.id, e.kind, e.body, e.author_id, e.author_name, e.created_at, e.retracted_at,
       t.id AS ticket_id, t.protocol, t.subject, t.status
FROM entry AS e
JOIN ticket AS t ON t.id = e.ticket_id
WHERE e.id = @id;

-- name: RecentCustomers :many
-- Who the latest tickets were opened for: what a picker shows before anybody
-- types.
SELECT c.id, c.legal_name, c.trade_name, c.tax_id, c.city, c.state
FROM (SELECT latest.customer_id, max(latest.opened_at) AS at
      FROM (SELECT customer_id, opened_at FROM ticket ORDER BY opened_at DESC, id DESC LIMIT 200) AS latest
      GROUP BY latest.customer_id) AS recent
JOIN customer AS c ON c.id = recent.customer_id
WHERE c.active
ORDER BY recent.at DESC, c.id
LIMIT @row_limit;

-- name: TicketByOrigin :one
SELECT id, protocol FROM ticket WHERE origin = @origin;

-- name: TicketPeople :many
-- Everybody who wrote on the ticket or opened it, for who is told of news.
SELECT DISTINCT s.id
FROM staff AS s
WHERE s.active AND (s.id IN (SELECT e.author_id FROM entry AS e WHERE e.ticket_id = @ticket_id AND e.author_id IS NOT NULL)
   OR s.id = (SELECT t.opened_by FROM ticket AS t WHERE t.id = @ticket_id))
ORDER BY s.id
LIMIT 200;

-- name: CountRail :one
-- The numbers beside the rail's links, capped.
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM ticket WHERE status <> 'closed' LIMIT @cap) AS a)::int AS active,
    (SELECT count(*) FROM (SELECT 1 FROM ticket AS t WHERE t.technician_id = @staff_id AND t.status <> 'closed' LIMIT @cap) AS b)::int AS mine,
    (SELECT count(*) FROM (SELECT 1 FROM ticket AS t WHERE t.technician_id IS NULL AND t.status <> 'closed' LIMIT @cap) AS c)::int AS nobodys,
    (SELECT count(*) FROM (SELECT 1 FROM notification AS m WHERE m.staff_id = @staff_id AND m.read_at IS NULL LIMIT 100) AS d)::int AS unread;

-- name: StaleTickets :many
-- Pending for longer than the janitor allows, oldest first, in bounded bites;
-- the cursor passes over those that could not be closed.
SELECT id, protocol, last_word_at FROM ticket
WHERE status = 'pending' AND last_word_at < @before AND (last_word_at, id) > (@after_at::timestamptz, @after_id::uuid)
ORDER BY last_word_at, id
LIMIT @row_limit;
