-- +goose Up

CREATE TABLE customer (
    id          uuid PRIMARY KEY,
    legal_name  text NOT NULL CONSTRAINT legal_name_has_2_to_160 CHECK (char_length(legal_name) BETWEEN 2 AND 160),
    trade_name  text NOT NULL DEFAULT '' CONSTRAINT trade_name_has_at_most_160 CHECK (char_length(trade_name) <= 160),
    -- CPF (11 digits) or CNPJ (12 letters or digits and 2 digits), without
    -- punctuation; NULL is "documento pendente".
    tax_id      text CONSTRAINT tax_id_is_taken UNIQUE
                     CONSTRAINT tax_id_is_cpf_or_cnpj CHECK (tax_id ~ '^([0-9]{11}|[0-9A-Z]{12}[0-9]{2})$'),
    email       text NOT NULL DEFAULT '' CONSTRAINT customer_email_has_at_most_254 CHECK (char_length(email) <= 254),
    phone       text NOT NULL DEFAULT '' CONSTRAINT customer_phone_is_digits CHECK (phone ~ '^(\+?[0-9]{8,15})?$'),
    postal_code text NOT NULL DEFAULT '' CONSTRAINT postal_code_has_8_digits CHECK (postal_code ~ '^([0-9]{8})?$'),
    street      text NOT NULL DEFAULT '' CONSTRAINT street_has_at_most_160 CHECK (char_length(street) <= 160),
    number      text NOT NULL DEFAULT '' CONSTRAINT number_has_at_most_20 CHECK (char_length(number) <= 20),
    complement  text NOT NULL DEFAULT '' CONSTRAINT complement_has_at_most_80 CHECK (char_length(complement) <= 80),
    district    text NOT NULL DEFAULT '' CONSTRAINT district_has_at_most_80 CHECK (char_length(district) <= 80),
    city        text NOT NULL DEFAULT '' CONSTRAINT city_has_at_most_80 CHECK (char_length(city) <= 80),
    state       text NOT NULL DEFAULT '' CONSTRAINT state_has_two_letters CHECK (state ~ '^([A-Z]{2})?$'),
    notes       text NOT NULL DEFAULT '' CONSTRAINT customer_notes_have_at_most_5000 CHECK (char_length(notes) <= 5000),
    active      boolean NOT NULL DEFAULT true,
    origin      text CONSTRAINT customer_origin_is_taken UNIQUE,
    version     integer NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    -- What people call them, and what lists show and sort by.
    display_name text NOT NULL GENERATED ALWAYS AS (CASE WHEN trade_name = '' THEN legal_name ELSE trade_name END) STORED,
    search      text NOT NULL GENERATED ALWAYS AS (
                    fold(legal_name || ' ' || trade_name || ' ' || coalesce(tax_id, '') || ' ' || phone || ' ' || email || ' ' || city)
                ) STORED
);
CREATE INDEX customer_by_name ON customer (display_name COLLATE "pt-BR-x-icu", id);
CREATE INDEX customer_by_creation ON customer (created_at, id);
CREATE INDEX customer_by_city ON customer ((city = ''), city COLLATE "pt-BR-x-icu", id);
CREATE INDEX customer_search ON customer USING gin (search gin_trgm_ops);
CREATE INDEX customer_without_tax_id ON customer (display_name COLLATE "pt-BR-x-icu", id) WHERE tax_id IS NULL;
