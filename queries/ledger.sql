-- name: InsertAudit :exec
INSERT INTO audit (id, at, actor_id, actor_name, ip, user_agent, request_id, action, entity, entity_id, before, after)
VALUES (@id, @at, @actor_id, @actor_name, @ip, @user_agent, @request_id, @action, @entity, @entity_id, @before, @after);

-- name: Announce :exec
-- Names only, delivered at commit and never on rollback.
SELECT pg_notify('live', topic) FROM unnest(@topics::text[]) AS topic;
