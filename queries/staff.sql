-- name: GetCompany :one
SELECT name, time_zone, language, require_tax_id, janitor_hours, version FROM company;

-- name: InsertCompany :exec
-- Violates company_pkey when somebody else finished the set-up first.
INSERT INTO company (name, time_zone, language) VALUES (@name, @time_zone, @language);

-- name: InsertSetupCode :exec
INSERT INTO setup_code (hash) VALUES (@hash);

-- name: HasSetupCode :one
SELECT EXISTS (SELECT 1 FROM setup_code WHERE hash = @hash);

-- name: DeleteSetupCodes :exec
DELETE FROM setup_code;

-- name: InsertRole :exec
INSERT INTO role (id, key, name, permissions) VALUES (@id, @key, @name, @permissions);

-- name: ListRoles :many
SELECT id, key, name, permissions FROM role ORDER BY key NULLS LAST, name COLLATE "pt-BR-x-icu", id LIMIT 200;

-- name: GetRole :one
SELECT id, key, name, permissions FROM role WHERE id = @id;

-- name: RoleByKey :one
SELECT id, key, name, permissions FROM role WHERE key = @key;

-- name: InsertStaff :exec
INSERT INTO staff (id, name, username, email, phone, password_hash, role_id, active, origin)
VALUES (@id, @name, @username, @email, @phone, @password_hash, @role_id, @active, @origin);

-- name: UpdateStaff :exec
UPDATE staff
SET name = @name, username = @username, email = @email, phone = @phone, role_id = @role_id, active = @active,
    version = version + 1, updated_at = @updated_at
WHERE id = @id;

-- name: UpdateProfile :exec
UPDATE staff
SET name = @name, email = @email, phone = @phone, language = @language, theme = @theme,
    timeline_order = @timeline_order, version = version + 1, updated_at = @updated_at
WHERE id = @id;

-- name: UpdatePassword :exec
-- No new version: no form shows a password, so nobody's edit is made from an old one.
UPDATE staff SET password_hash = @password_hash, updated_at = @updated_at WHERE id = @id;

-- name: HoldStaff :exec
-- Holds an account until the end of the change. It joins nothing: who waits for
-- another role to be saved would be given no row.
SELECT id FROM staff WHERE id = @id FOR UPDATE;

-- name: LockStaff :one
-- The account that HoldStaff holds, as it is now.
SELECT s.id, s.name, s.username, s.email, s.phone, s.password_hash, s.role_id, s.active, s.language, s.theme,
       s.timeline_order, s.origin, s.version, r.key AS role_key, r.name AS role_name, r.permissions
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.id = @id;

-- name: GetStaff :one
SELECT s.id, s.name, s.username, s.email, s.phone, s.role_id, s.active, s.language, s.theme,
       s.timeline_order, s.origin, s.version, s.created_at, r.key AS role_key, r.name AS role_name, r.permissions
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.id = @id;

-- name: StaffByUsername :one
SELECT s.id, s.name, s.username, s.password_hash, s.active, s.role_id
FROM staff AS s
WHERE s.username = @username;

-- name: ListStaff :many
-- The team by name; @show is active, inactive or all, @search what was typed,
-- its wildcards escaped. When somebody was last seen is known for as long as
-- ended sessions are kept; before that it is Go's zero time.
SELECT s.id, s.name, s.username, s.email, s.phone, s.active, s.version, r.key AS role_key, r.name AS role_name,
       coalesce((SELECT x.last_seen_at FROM staff_session AS x WHERE x.staff_id = s.id ORDER BY x.last_seen_at DESC LIMIT 1),
                '0001-01-01 00:00:00Z')::timestamptz AS last_seen_at
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE (@show::text = 'all' OR s.active = (@show = 'active'))
  AND (@search::text = '' OR fold(s.name || ' ' || s.username || ' ' || s.email) LIKE '%' || fold(@search) || '%')
ORDER BY s.name COLLATE "pt-BR-x-icu", s.id
LIMIT @row_limit;

-- name: CountStaff :one
SELECT count(*) FILTER (WHERE active)::int AS active, count(*) FILTER (WHERE NOT active)::int AS inactive FROM staff;

-- name: StaffByEmail :one
SELECT id, name FROM staff WHERE lower(email) = lower(@email) AND email <> '';

-- name: ListTechnicians :many
-- Who can be the technician of a ticket: active, with visit.perform.
SELECT s.id, s.name
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.active AND 'visit.perform' = ANY (r.permissions)
ORDER BY s.name COLLATE "pt-BR-x-icu", s.id
LIMIT 500;

-- name: GetTechnician :one
-- A person who can be the technician of a ticket, held so that nobody
-- deactivates them meanwhile.
SELECT s.id, s.name
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.id = @id AND s.active AND 'visit.perform' = ANY (r.permissions)
FOR SHARE OF s;

-- name: StaffNames :many
SELECT id, name FROM staff WHERE id = ANY (@ids::uuid[]) ORDER BY id LIMIT 500;

-- name: LockAdministrators :many
-- Every active administrator, locked, so that two of them cannot leave at once.
SELECT s.id
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE r.key = 'administrator' AND s.active
ORDER BY s.id
FOR UPDATE OF s;

-- name: StaffWith :many
-- Active people whose role holds a permission.
SELECT s.id
FROM staff AS s
JOIN role AS r ON r.id = s.role_id
WHERE s.active AND @permission::text = ANY (r.permissions)
ORDER BY s.id
LIMIT 500;

-- name: StaffByOrigin :one
SELECT id, name FROM staff WHERE origin = @origin;

-- name: InsertSession :exec
INSERT INTO staff_session (id, staff_id, created_at, last_seen_at, expires_at, remembered, ip, user_agent)
VALUES (@id, @staff_id, @now, @now, @expires_at, @remembered, @ip, @user_agent);

-- name: SessionActor :one
-- Who a session belongs to, if it still counts: one query per request.
SELECT x.id AS session_id, x.last_seen_at, x.expires_at,
       s.id, s.name, s.username, s.email, s.language, s.theme, s.timeline_order,
       r.id AS role_id, r.key AS role_key, r.name AS role_name, r.permissions,
       c.name AS company_name, c.time_zone, c.language AS company_language
FROM staff_session AS x
JOIN staff AS s ON s.id = x.staff_id
JOIN role AS r ON r.id = s.role_id
CROSS JOIN company AS c
WHERE x.id = @id AND x.revoked_at IS NULL AND x.expires_at > @now AND s.active;

-- name: TouchSession :exec
UPDATE staff_session SET last_seen_at = @now, ip = @ip WHERE id = @id AND revoked_at IS NULL;

-- name: RevokeSession :execrows
UPDATE staff_session SET revoked_at = @now WHERE id = @id AND staff_id = @staff_id AND revoked_at IS NULL;

-- name: RevokeSessions :execrows
-- Ends every session of a person except one (the zero id for none).
UPDATE staff_session SET revoked_at = @now WHERE staff_id = @staff_id AND id <> @except_id AND revoked_at IS NULL;

-- name: RevokeOldest :many
-- Ends what somebody has beyond the sessions they may keep.
UPDATE staff_session SET revoked_at = @now
WHERE id IN (SELECT x.id FROM staff_session AS x
             WHERE x.staff_id = @staff_id AND x.revoked_at IS NULL AND x.expires_at > @now
             ORDER BY x.last_seen_at DESC, x.id LIMIT 1000 OFFSET @keep::int)
RETURNING id;

-- name: ListSessions :many
SELECT id, created_at, last_seen_at, expires_at, remembered, ip, user_agent
FROM staff_session
WHERE staff_id = @staff_id AND revoked_at IS NULL AND expires_at > @now
ORDER BY last_seen_at DESC, id
LIMIT 50;

-- name: DeleteOldSessions :exec
DELETE FROM staff_session WHERE expires_at < @before OR revoked_at < @before;

-- name: DeleteExpiredCookies :exec
DELETE FROM sessions WHERE expiry < now();

-- name: InsertLoginAttempt :exec
INSERT INTO login_attempt (id, key, at) VALUES (@id, @key, @at);

-- name: LoginAttempts :many
-- When this key was tried within the window, newest first.
SELECT at FROM login_attempt WHERE key = @key AND at > @since ORDER BY at DESC, id LIMIT 200;

-- name: ForgetLoginAttempts :exec
-- The right password clears the account's count and takes back its own try from
-- the address's, which a whole office shares.
DELETE FROM login_attempt WHERE key = @account OR id = ANY (@tries::uuid[]);

-- name: DeleteOldLoginAttempts :exec
DELETE FROM login_attempt WHERE at < @before;

-- name: InsertDepartment :exec
INSERT INTO department (id, name, email, description, active, origin)
VALUES (@id, @name, @email, @description, @active, @origin);

-- name: UpdateDepartment :exec
UPDATE department
SET name = @name, email = @email, description = @description, active = @active, version = version + 1, updated_at = @updated_at
WHERE id = @id;

-- name: LockDepartment :one
SELECT id, name, email, description, active, version FROM department WHERE id = @id FOR UPDATE;

-- name: GetDepartment :one
SELECT id, name, email, description, active, version FROM department WHERE id = @id;

-- name: ActiveDepartment :one
-- A department a ticket may be given, held so that nobody deactivates it meanwhile.
SELECT id, name FROM department WHERE id = @id AND active FOR SHARE;

-- name: ListDepartments :many
-- Every department, active first, with how many active tickets it has, none
-- counted beyond the cap. The statuses are named one by one because the index
-- finds what is, not what is not.
SELECT d.id, d.name, d.email, d.description, d.active, d.version,
       (SELECT count(*) FROM (SELECT 1 FROM ticket AS t WHERE t.department_id = d.id
           AND t.status IN ('open', 'scheduled', 'pending', 'escalated') LIMIT @cap) AS capped)::int AS active_tickets
FROM department AS d
ORDER BY d.active DESC, d.name COLLATE "pt-BR-x-icu", d.id
LIMIT 500;

-- name: DepartmentOptions :many
SELECT id, name FROM department WHERE active ORDER BY name COLLATE "pt-BR-x-icu", id LIMIT 500;

-- name: DeleteDepartment :execrows
-- Violates ticket_department_exists when it has tickets.
DELETE FROM department WHERE id = @id;

-- name: DepartmentByOrigin :one
SELECT id, name FROM department WHERE origin = @origin;

-- name: DepartmentByName :one
SELECT id, name FROM department WHERE fold(name) = fold(@name);

-- name: TicketsOfDepartment :many
-- The tickets whose pages show a department, the latest first.
SELECT id FROM ticket WHERE department_id = @department_id ORDER BY last_activity_at DESC, id DESC LIMIT 500;

-- name: TicketsOfStaff :many
-- The tickets whose pages show a person, the latest first.
(SELECT t.id FROM ticket AS t WHERE t.technician_id = @staff_id ORDER BY t.last_activity_at DESC, t.id DESC LIMIT 500)
UNION
(SELECT t.id FROM ticket AS t WHERE t.opened_by = @staff_id AND t.status <> 'closed' ORDER BY t.id DESC LIMIT 500)
ORDER BY id;
