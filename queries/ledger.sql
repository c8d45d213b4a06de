-- name: InsertAudit :exec
INSERT INTO audit (id, at, actor_id, actor_name, ip, user_agent, request_id, action, entity, entity_id, before, after)
VALUES (@id, @at, @actor_id, @actor_name, @ip, @user_agent, @request_id, @action, @entity, @entity_id, @before, @after);

-- name: Announce :exec
-- Names only, delivered at commit and never on rollback.
SELECT pg_notify('live', topic) FROM unnest(@topics::text[]) AS topic;

-- name: ChangesSince :many
-- What happened to a thing since the version a form was made from, oldest
-- first: the first record's "before" is what that form showed.
SELECT before, after, actor_name, at
FROM audit
WHERE entity = @entity AND entity_id = @entity_id AND (before ->> 'version')::int >= @version::int
ORDER BY (before ->> 'version')::int, id
LIMIT 200;
