-- +goose Up

CREATE TABLE ticket (
    id               uuid PRIMARY KEY,
    -- Date in the company's zone, then 8 Crockford base-32 characters.
    protocol         text NOT NULL CONSTRAINT protocol_is_taken UNIQUE
                          CONSTRAINT protocol_is_dictatable CHECK (protocol ~ '^[0-9]{8}-[0-9A-HJKMNP-TV-Z]{8}$'),
    subject          text NOT NULL CONSTRAINT subject_has_3_to_150 CHECK (char_length(subject) BETWEEN 3 AND 150),
    description      text NOT NULL CONSTRAINT description_has_1_to_10000 CHECK (char_length(description) BETWEEN 1 AND 10000),
    status           text NOT NULL CONSTRAINT status_is_known CHECK (status IN ('open', 'scheduled', 'pending', 'escalated', 'closed')),
    -- 1 low, 2 normal, 3 high, 4 critical: a number so that it sorts by urgency.
    priority         smallint NOT NULL CONSTRAINT priority_is_1_to_4 CHECK (priority BETWEEN 1 AND 4),
    level            smallint NOT NULL DEFAULT 1 CONSTRAINT level_is_1_to_3 CHECK (level BETWEEN 1 AND 3),
    customer_id      uuid NOT NULL CONSTRAINT ticket_has_a_customer REFERENCES customer (id),
    department_id    uuid CONSTRAINT ticket_department_exists REFERENCES department (id),
    technician_id    uuid CONSTRAINT ticket_technician_exists REFERENCES staff (id),
    opened_by        uuid CONSTRAINT ticket_opener_exists REFERENCES staff (id),
    opened_at        timestamptz NOT NULL,
    last_activity_at timestamptz NOT NULL,
    -- Last time a person or the customer wrote; the automatic closing counts from here.
    last_word_at     timestamptz NOT NULL,
    closed_at        timestamptz,
    next_visit_at    timestamptz,
    origin           text CONSTRAINT ticket_origin_is_taken UNIQUE,
    version          integer NOT NULL DEFAULT 1,
    search           text NOT NULL GENERATED ALWAYS AS (fold(protocol || ' ' || subject || ' ' || description)) STORED,
    CONSTRAINT closed_tickets_know_when CHECK ((status = 'closed') = (closed_at IS NOT NULL))
);

-- One index per way of sorting, the id as the tie-breaker in the same
-- direction, so that both directions and the keyset walk it. The first three
-- come again for active tickets, which is what people look at all day.
CREATE INDEX ticket_by_activity ON ticket (last_activity_at, id);
CREATE INDEX ticket_by_opening ON ticket (opened_at, id);
CREATE INDEX ticket_by_priority ON ticket (priority, id);
CREATE INDEX ticket_by_visit ON ticket ((coalesce(next_visit_at, 'infinity'::timestamptz)), id);
CREATE INDEX ticket_by_status_activity ON ticket (status, last_activity_at, id);
CREATE INDEX active_by_activity ON ticket (last_activity_at, id) WHERE status <> 'closed';
CREATE INDEX active_by_opening ON ticket (opened_at, id) WHERE status <> 'closed';
CREATE INDEX active_by_priority ON ticket (priority, id) WHERE status <> 'closed';
CREATE INDEX active_by_customer ON ticket (customer_id) WHERE status <> 'closed';
CREATE INDEX ticket_by_customer_activity ON ticket (customer_id, last_activity_at, id);
-- Sorted by department a page takes the first rows of each team and status.
CREATE INDEX ticket_by_department_status ON ticket (department_id, status, id);
CREATE INDEX ticket_by_department_activity ON ticket (department_id, last_activity_at, id);
CREATE INDEX ticket_by_technician_activity ON ticket (technician_id, last_activity_at, id) INCLUDE (status);
CREATE INDEX ticket_by_opener ON ticket (opened_by);
-- One technician's active tickets, and nobody's; the status comes along to be counted.
CREATE INDEX active_by_technician ON ticket (technician_id, last_activity_at, id) INCLUDE (status) WHERE status <> 'closed';
-- The janitor's bites: oldest word first.
CREATE INDEX pending_by_last_word ON ticket (last_word_at, id) WHERE status = 'pending';
CREATE INDEX ticket_search ON ticket USING gin (search gin_trgm_ops);

CREATE TABLE entry (
    -- The hidden id of the form that made it: sent twice, it exists once.
    id           uuid PRIMARY KEY,
    ticket_id    uuid NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    kind         text NOT NULL CONSTRAINT entry_kind_is_known CHECK (kind IN ('reply', 'note', 'customer', 'event')),
    body         text NOT NULL DEFAULT '',
    -- NULL for the customer, the system and people who were imported by name.
    author_id    uuid CONSTRAINT entry_author_exists REFERENCES staff (id),
    author_name  text NOT NULL,
    event        text CONSTRAINT event_is_a_name CHECK (event ~ '^[a-z_]+$'),
    data         jsonb,
    created_at   timestamptz NOT NULL,
    retracted_at timestamptz,
    CONSTRAINT events_have_a_name_and_no_text CHECK ((kind = 'event') = (event IS NOT NULL) AND (kind <> 'event' OR body = '')),
    CONSTRAINT entries_have_1_to_10000 CHECK (kind = 'event' OR retracted_at IS NOT NULL OR char_length(body) BETWEEN 1 AND 10000),
    CONSTRAINT retracted_entries_are_blank CHECK (retracted_at IS NULL OR (body = '' AND kind <> 'event'))
);
CREATE INDEX entry_by_ticket ON entry (ticket_id, created_at, id);
CREATE INDEX entry_by_author ON entry (author_id);

-- What each version changed, so that a change made from an older version can
-- be held against the fields that others touched since.
CREATE TABLE ticket_change (
    ticket_id uuid NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    version   integer NOT NULL,
    field     text NOT NULL CONSTRAINT changed_field_is_known CHECK (field IN
                  ('status', 'priority', 'level', 'subject', 'description', 'customer', 'department', 'technician')),
    was       text NOT NULL,
    by_name   text NOT NULL,
    at        timestamptz NOT NULL,
    PRIMARY KEY (ticket_id, version, field)
);

-- The bell: what one person is told inside the program.
CREATE TABLE notification (
    id         uuid PRIMARY KEY,
    staff_id   uuid NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    ticket_id  uuid NOT NULL REFERENCES ticket (id) ON DELETE CASCADE,
    -- The change it tells of: told twice by a job that ran twice, it exists once.
    change_id  uuid NOT NULL,
    event      text NOT NULL CONSTRAINT notification_event_is_a_name CHECK (event ~ '^[a-z_]+$'),
    actor_name text NOT NULL,
    created_at timestamptz NOT NULL,
    read_at    timestamptz,
    CONSTRAINT told_once UNIQUE (staff_id, change_id)
);
CREATE INDEX notification_by_staff ON notification (staff_id, created_at DESC, id DESC);
CREATE INDEX unread_by_staff ON notification (staff_id) WHERE read_at IS NULL;
CREATE INDEX notification_by_ticket ON notification (ticket_id);
