-- name: PlanSchedule :exec
-- Makes the row of something that runs by itself, or moves its next run when
-- the rule or the company's zone has changed. A run that is due stays due. A
-- row that is as it should be is not even locked: every worker asks each minute.
INSERT INTO schedule (name, rule, zone, catch_up, next_run_at)
SELECT @name, @rule, @zone, @catch_up, @next_run_at
WHERE NOT EXISTS (SELECT 1 FROM schedule AS s WHERE s.name = @name AND s.rule = @rule AND s.zone = @zone AND s.catch_up = @catch_up)
ON CONFLICT (name) DO UPDATE
SET rule = excluded.rule, zone = excluded.zone, catch_up = excluded.catch_up,
    next_run_at = CASE WHEN schedule.next_run_at <= @now::timestamptz THEN schedule.next_run_at ELSE excluded.next_run_at END;

-- name: DueSchedules :many
-- What is due, held; what another worker holds is its business. Names that
-- this program does not know belong to a newer one.
SELECT name, rule, catch_up, next_run_at
FROM schedule
WHERE next_run_at <= @now AND name = ANY (@names::text[])
ORDER BY next_run_at, name
LIMIT 100
FOR UPDATE SKIP LOCKED;

-- name: MoveSchedule :exec
UPDATE schedule
SET next_run_at = @next_run_at,
    last_run_at = CASE WHEN @missed::boolean THEN last_run_at ELSE @now::timestamptz END,
    last_result = CASE WHEN @missed::boolean THEN 'missed' ELSE last_result END
WHERE name = @name;

-- name: EndSchedule :exec
-- How a run ended; a failed one is not a run that was done.
UPDATE schedule SET last_end_at = @now::timestamptz, last_result = @result, last_error = @error WHERE name = @name;

-- name: ListSchedules :many
SELECT name, rule, zone, catch_up, next_run_at, last_run_at, last_end_at, last_result, last_error
FROM schedule ORDER BY name LIMIT 100;
