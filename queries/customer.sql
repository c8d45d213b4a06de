-- name: InsertCustomer :exec
INSERT INTO customer (id, legal_name, trade_name, tax_id, email, phone, postal_code, street, number, complement,
                      district, city, state, notes, active, origin)
VALUES (@id, @legal_name, @trade_name, @tax_id, @email, @phone, @postal_code, @street, @number, @complement,
        @district, @city, @state, @notes, @active, @origin);

-- name: UpdateCustomer :exec
UPDATE customer
SET legal_name = @legal_name, trade_name = @trade_name, tax_id = @tax_id, email = @email, phone = @phone,
    postal_code = @postal_code, street = @street, number = @number, complement = @complement, district = @district,
    city = @city, state = @state, notes = @notes, active = @active, version = version + 1, updated_at = @updated_at
WHERE id = @id;

-- name: DeleteCustomer :exec
-- Violates ticket_has_a_customer when they have tickets.
DELETE FROM customer WHERE id = @id;

-- name: LockCustomer :one
SELECT id, legal_name, trade_name, tax_id, email, phone, postal_code, street, number, complement, district, city,
       state, notes, active, origin, version
FROM customer WHERE id = @id FOR UPDATE;

-- name: GetCustomer :one
SELECT id, legal_name, trade_name, tax_id, email, phone, postal_code, street, number, complement, district, city,
       state, notes, active, origin, version, created_at, updated_at
FROM customer WHERE id = @id;

-- name: ActiveCustomer :one
-- A customer a ticket may be opened for, held so that nobody deactivates it meanwhile.
SELECT id, legal_name, trade_name FROM customer WHERE id = @id AND active FOR SHARE;

-- name: CustomerByTaxID :one
SELECT id, legal_name, trade_name FROM customer WHERE tax_id = @tax_id;

-- name: CustomerByOrigin :one
SELECT id, legal_name FROM customer WHERE origin = @origin;

-- name: CustomerOptions :many
-- What the picker offers: names and numbers that contain what was typed
-- (folded, wildcards escaped), alphabetically.
SELECT id, legal_name, trade_name, tax_id, city, state
FROM customer
WHERE active AND (@search::text = '' OR search LIKE '%' || @search || '%')
ORDER BY display_name COLLATE "pt-BR-x-icu", id
LIMIT @row_limit;

-- name: CustomerTickets :many
-- The latest tickets of one customer.
SELECT t.id, t.protocol, t.subject, t.status, t.priority, t.opened_at, t.last_activity_at, t.version
FROM ticket AS t
WHERE t.customer_id = @customer_id
ORDER BY t.last_activity_at DESC, t.id DESC
LIMIT @row_limit;

-- name: CustomerCounts :one
-- How many tickets one customer has, none counted beyond the cap.
SELECT
    (SELECT count(*) FROM (SELECT 1 FROM ticket AS a WHERE a.customer_id = @customer_id LIMIT @cap) AS x)::int AS total,
    (SELECT count(*) FROM (SELECT 1 FROM ticket AS b WHERE b.customer_id = @customer_id AND b.status <> 'closed' LIMIT @cap) AS y)::int AS active;

-- name: TicketsOfCustomer :many
-- The tickets whose pages show a customer, the latest first: those that anybody
-- may have open.
SELECT id FROM ticket WHERE customer_id = @customer_id ORDER BY last_activity_at DESC, id DESC LIMIT 500;
