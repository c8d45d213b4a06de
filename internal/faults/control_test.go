package faults

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// controls break a good database in ways that a fault could, and say what the
// checker must object. Each is rolled back.
var controls = []struct{ name, sql, objects string }{
	{"an acknowledged entry is lost", `DELETE FROM entry WHERE id = $1`, "lost: "},
	{"an acknowledged entry is doubled", `INSERT INTO entry (id, ticket_id, kind, body, author_id, author_name, created_at)
		SELECT gen_random_uuid(), ticket_id, kind, body, author_id, author_name, created_at + interval '1 second' FROM entry WHERE id = $1`, "doubled: "},
	{"an entry has no audit record", `ALTER TABLE audit DISABLE TRIGGER audit_is_append_only;
		DELETE FROM audit AS a USING entry AS e WHERE e.id = $1 AND a.entity_id = e.ticket_id AND a.at = e.created_at`, "has no audit record"},
	{"a change has two audit records", `INSERT INTO audit (id, at, actor_id, actor_name, action, entity, entity_id, before, after)
		SELECT gen_random_uuid(), a.at, a.actor_id, a.actor_name, a.action, a.entity, a.entity_id, a.before, a.after
		FROM audit AS a JOIN entry AS e ON a.entity_id = e.ticket_id AND a.at = e.created_at WHERE e.id = $1`, "has 2 audit records"},
	{"a version is ahead", `UPDATE ticket SET version = version + 1 WHERE id = (SELECT ticket_id FROM entry WHERE id = $1)`, "is at version"},
	{"a status is not its record's", `UPDATE ticket SET level = level % 3 + 1 WHERE id = (SELECT ticket_id FROM entry WHERE id = $1)`, "its last record says"},
	{"a ticket is closed by half", `ALTER TABLE ticket DROP CONSTRAINT closed_tickets_know_when;
		UPDATE ticket SET closed_at = CASE WHEN closed_at IS NULL THEN now() END WHERE id = (SELECT ticket_id FROM entry WHERE id = $1)`, "closed at"},
	{"a field's change is not noted", `INSERT INTO ticket_change (ticket_id, version, field, was, by_name, at)
		SELECT ticket_id, 999, 'subject', '', '', now() FROM entry WHERE id = $1`, "ticket_change"},
	{"a job is stuck", `UPDATE river_job SET state = 'running', finalized_at = NULL WHERE id = (SELECT max(id) FROM river_job WHERE kind = 'notify')
		AND (SELECT true FROM entry WHERE id = $1)`, "is running"},
	{"a job was never put down", `DELETE FROM river_job WHERE id = (SELECT max(id) FROM river_job WHERE kind = 'notify')
		AND (SELECT true FROM entry WHERE id = $1)`, "has 0 jobs"},
	{"somebody was told twice", `ALTER TABLE notification DROP CONSTRAINT told_once;
		INSERT INTO notification SELECT gen_random_uuid(), staff_id, ticket_id, change_id, event, actor_name, created_at, NULL
		FROM notification WHERE ticket_id = (SELECT ticket_id FROM entry WHERE id = $1) LIMIT 1`, "2 times"},
	{"somebody was not told", `DELETE FROM notification WHERE ticket_id = (SELECT ticket_id FROM entry WHERE id = $1)`, "is not told"},
}

// control proves that the checker sees: each kind of damage, done to the
// database it has just found good, makes it object.
func control(t *testing.T, conn *pgx.Conn, r *run) {
	t.Helper()
	victim, ok := r.talkative()
	if !ok {
		t.Error("no reply on a ticket that several people worked on: the checker cannot be tried")
		return
	}
	for _, c := range controls {
		errBroken := errors.New("rolled back")
		err := pgx.BeginFunc(t.Context(), conn, func(tx pgx.Tx) error {
			sql := strings.ReplaceAll(c.sql, "$1", "'"+victim.form.String()+"'")
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
			found, err := r.examine(t.Context(), tx)
			if err != nil {
				return err
			}
			for _, o := range found.objections {
				if strings.Contains(o, c.objects) {
					return errBroken
				}
			}
			t.Errorf("%s, and the checker objects only %q", c.name, found.objections)
			return errBroken
		})
		if !errors.Is(err, errBroken) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	journal := r.load.acknowledged
	r.load.refused = append(r.load.refused, journal[0])
	if found, err := r.examine(t.Context(), conn); err != nil || len(found.objections) != 1 {
		t.Errorf("what was refused is there, and the checker objects %q (%v)", found.objections, err)
	}
	r.load.refused = r.load.refused[:len(r.load.refused)-1]
}

// talkative is an acknowledged reply on a ticket where others were told of it.
func (r *run) talkative() (deed, bool) {
	s, err := look(context.Background(), r.conn, r.began)
	if err != nil {
		return deed{}, false
	}
	partners := map[string]int{}
	for _, n := range s.jobs {
		for _, a := range s.audits {
			if a.ID == n.Change && a.Action == "ticket.replied" {
				partners[s.tickets[a.TicketID].Protocol]++
			}
		}
	}
	for _, d := range r.load.acknowledged {
		if d.what == "replied" && partners[d.protocol] > 3 {
			return d, true
		}
	}
	return deed{}, false
}
