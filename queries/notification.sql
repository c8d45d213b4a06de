-- name: InsertNotification :execrows
-- Told once: a job that runs twice tells nobody twice.
INSERT INTO notification (id, staff_id, ticket_id, change_id, event, actor_name, created_at)
VALUES (@id, @staff_id, @ticket_id, @change_id, @event, @actor_name, @created_at)
ON CONFLICT ON CONSTRAINT told_once DO NOTHING;

-- name: HoldNews :one
-- What a notification needs of a ticket, which stays until the notification is
-- written; no row when it was deleted meanwhile.
SELECT t.id, t.priority, t.technician_id FROM ticket AS t WHERE t.id = @id FOR KEY SHARE;

-- name: Tellable :many
-- Of these people, who is still here and may read tickets.
SELECT s.id
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.id = ANY (@ids::uuid[]) AND s.active AND 'ticket.read' = ANY (r.permissions)
ORDER BY s.id
LIMIT 500;

-- name: ListNotifications :many
SELECT n.id, n.event, n.actor_name, n.created_at, n.read_at, t.protocol, t.subject, t.status
FROM notification AS n
JOIN ticket AS t ON t.id = n.ticket_id
WHERE n.staff_id = @staff_id
ORDER BY n.created_at DESC, n.id DESC
LIMIT @row_limit;

-- name: ReadNotifications :execrows
UPDATE notification SET read_at = @now WHERE staff_id = @staff_id AND read_at IS NULL;

-- name: DeleteOldNotifications :exec
DELETE FROM notification WHERE created_at < @before;

-- name: CountUnread :one
-- How many one person has not read; beyond 99 the bell says so and no more.
SELECT count(*)::int FROM (SELECT 1 FROM notification AS n WHERE n.staff_id = @staff_id AND n.read_at IS NULL LIMIT 100) AS capped;
