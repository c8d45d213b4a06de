-- +goose Up

-- What runs by itself and when next. The program says what there is and by
-- which rule (internal/worker); the moments are kept here so that a run missed
-- while everything was off is known, and one of several workers takes it.
CREATE TABLE schedule (
    name        text PRIMARY KEY CONSTRAINT schedule_name_is_a_name CHECK (name ~ '^[a-z_]+$'),
    rule        text NOT NULL CONSTRAINT rule_is_daily CHECK (rule ~ '^daily ([01][0-9]|2[0-3]):[0-5][0-9]$'),
    -- The zone that next_run_at was worked out in: the company's of that time.
    zone        text NOT NULL,
    -- Whether a run missed for longer than an hour happens on waking, once.
    catch_up    boolean NOT NULL,
    next_run_at timestamptz NOT NULL,
    last_run_at timestamptz, -- last put into the queue
    last_end_at timestamptz,
    last_result text CONSTRAINT last_result_is_known CHECK (last_result IN ('done', 'failed', 'missed')),
    last_error  text NOT NULL DEFAULT '' CONSTRAINT last_error_has_at_most_500 CHECK (char_length(last_error) <= 500)
);
