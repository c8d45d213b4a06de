-- +goose Up

CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS unaccent;
CREATE EXTENSION IF NOT EXISTS btree_gist;

-- Text as search sees it: no accents, no case. unaccent is only STABLE because
-- its dictionary could change; ours is the one that ships with PostgreSQL.
CREATE FUNCTION fold(text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT lower(public.unaccent('public.unaccent'::regdictionary, $1)) $$;

CREATE TABLE company (
    singleton     boolean PRIMARY KEY DEFAULT true CONSTRAINT there_is_one_company CHECK (singleton),
    name          text NOT NULL CONSTRAINT company_name_has_1_to_120 CHECK (char_length(name) BETWEEN 1 AND 120),
    time_zone     text NOT NULL DEFAULT 'America/Sao_Paulo',
    language      text NOT NULL DEFAULT 'pt-BR' CONSTRAINT company_language_is_known CHECK (language IN ('pt-BR', 'en')),
    require_tax_id boolean NOT NULL DEFAULT true,
    janitor_hours integer NOT NULL DEFAULT 48 CONSTRAINT janitor_hours_are_1_to_8760 CHECK (janitor_hours BETWEEN 1 AND 8760),
    version       integer NOT NULL DEFAULT 1,
    created_at    timestamptz NOT NULL DEFAULT now()
);

-- The one-time codes that the consoles printed before set-up; only hashes.
CREATE TABLE setup_code (
    hash       bytea PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE role (
    id          uuid PRIMARY KEY,
    key         text CONSTRAINT role_key_is_taken UNIQUE
                     CONSTRAINT role_key_is_built_in CHECK (key IN ('administrator', 'technician', 'attendant')),
    name        text NOT NULL CONSTRAINT role_name_has_1_to_60 CHECK (char_length(name) BETWEEN 1 AND 60),
    permissions text[] NOT NULL,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX role_name_is_taken ON role (fold(name));

CREATE TABLE staff (
    id             uuid PRIMARY KEY,
    name           text NOT NULL CONSTRAINT staff_name_has_1_to_120 CHECK (char_length(name) BETWEEN 1 AND 120),
    username       text NOT NULL CONSTRAINT username_is_taken UNIQUE
                        CONSTRAINT username_is_plain CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,59}$'),
    email          text NOT NULL DEFAULT '' CONSTRAINT staff_email_has_at_most_254 CHECK (char_length(email) <= 254),
    phone          text NOT NULL DEFAULT '' CONSTRAINT staff_phone_has_at_most_20 CHECK (char_length(phone) <= 20),
    password_hash  text NOT NULL,
    role_id        uuid NOT NULL CONSTRAINT staff_has_a_role REFERENCES role (id),
    active         boolean NOT NULL DEFAULT true,
    language       text NOT NULL DEFAULT '' CONSTRAINT staff_language_is_known CHECK (language IN ('', 'pt-BR', 'en')),
    theme          text NOT NULL DEFAULT '' CONSTRAINT theme_is_known CHECK (theme IN ('', 'light', 'dark', 'comfort')),
    timeline_order text NOT NULL DEFAULT 'asc' CONSTRAINT timeline_order_is_known CHECK (timeline_order IN ('asc', 'desc')),
    origin         text CONSTRAINT staff_origin_is_taken UNIQUE,
    version        integer NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX staff_email_is_taken ON staff (lower(email)) WHERE email <> '';
CREATE INDEX staff_by_role ON staff (role_id);
CREATE INDEX staff_by_name ON staff (name COLLATE "pt-BR-x-icu", id);

-- The authority on who is logged in; the cookie only carries an id.
CREATE TABLE staff_session (
    id           uuid PRIMARY KEY,
    staff_id     uuid NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    remembered   boolean NOT NULL DEFAULT false,
    ip           text NOT NULL DEFAULT '',
    user_agent   text NOT NULL DEFAULT '',
    revoked_at   timestamptz
);
CREATE INDEX sessions_by_staff ON staff_session (staff_id, last_seen_at DESC);
CREATE INDEX sessions_by_expiry ON staff_session (expires_at);

-- What the session library needs: the cookie's payload, its token hashed.
CREATE TABLE sessions (
    token  text PRIMARY KEY,
    data   bytea NOT NULL,
    expiry timestamptz NOT NULL
);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- Wrong passwords, counted for all instances. The key is a hash of what is
-- counted (an account name, an address), so that the table tells nothing.
CREATE TABLE login_attempt (
    key        text NOT NULL,
    at         timestamptz NOT NULL DEFAULT now(),
    id         uuid PRIMARY KEY
);
CREATE INDEX login_attempts_by_key ON login_attempt (key, at);
CREATE INDEX login_attempts_by_age ON login_attempt (at);

CREATE TABLE department (
    id          uuid PRIMARY KEY,
    name        text NOT NULL CONSTRAINT department_name_has_1_to_80 CHECK (char_length(name) BETWEEN 1 AND 80),
    email       text NOT NULL DEFAULT '' CONSTRAINT department_email_has_at_most_254 CHECK (char_length(email) <= 254),
    description text NOT NULL DEFAULT '' CONSTRAINT department_description_has_at_most_500 CHECK (char_length(description) <= 500),
    active      boolean NOT NULL DEFAULT true,
    origin      text CONSTRAINT department_origin_is_taken UNIQUE,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX department_name_is_taken ON department (fold(name));
CREATE INDEX department_by_name ON department (name COLLATE "pt-BR-x-icu", id);

-- Who did what, when, from where: written by the ledger with every change and
-- never altered.
CREATE TABLE audit (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor_id   uuid,
    actor_name text NOT NULL,
    ip         text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    request_id text NOT NULL DEFAULT '',
    action     text NOT NULL CONSTRAINT action_is_a_name CHECK (action ~ '^[a-z_]+(\.[a-z_]+)+$'),
    entity     text NOT NULL,
    entity_id  uuid,
    before     jsonb,
    after      jsonb
);
CREATE INDEX audit_by_time ON audit (at DESC, id DESC);
CREATE INDEX audit_by_entity ON audit (entity, entity_id, at DESC);

-- +goose StatementBegin
CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit is append-only' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'audit_is_append_only';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only();
