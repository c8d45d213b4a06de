package admin_test

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"helphub/internal/admin"
	"helphub/internal/dbtest"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/password"
	"helphub/internal/postgres"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/queries"
)

// everybodys is everybody's password, hashed once: it takes its time.
const everybodys = "onça pintada 42 voa"

var everybodysHash = sync.OnceValues(func() (string, error) { return password.Hash(context.Background(), everybodys) })

// house is an office on a database of its own.
type house struct {
	*admin.Office
	db *postgres.DB
	q  *queries.Queries

	mu   sync.Mutex
	told []live.Topic
}

// openHouse opens an office where nothing is set up yet.
func openHouse(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.New(t)}
	h.q = queries.New(h.db.Write)
	h.Office = h.another(t)
	return h
}

// another is an office of another instance on the same database.
func (h *house) another(t *testing.T) *admin.Office {
	t.Helper()
	jobs, err := river.NewClient(riverpgxv5.New(h.db.Write), &river.Config{})
	must(t, err)
	heard := func(topics ...live.Topic) {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.told = append(h.told, topics...)
	}
	return admin.New(ledger.New(h.db.Write, jobs, heard), queries.New(h.db.Read))
}

// openOffice opens an office with the company, the built-in roles, and Ana,
// Bruno and Célia in it, of whom only Célia is an administrator.
func openOffice(t *testing.T) *house {
	t.Helper()
	h := openHouse(t)
	hash, err := everybodysHash()
	must(t, err)
	must(t, h.q.InsertCompany(t.Context(), queries.InsertCompanyParams{Name: sample.Company, TimeZone: "America/Sao_Paulo", Language: "pt-BR"}))
	for _, who := range []staff.Actor{sample.Ana, sample.Bruno, sample.Celia} {
		key := string(who.Role.Key)
		var permissions []string
		for _, p := range who.Role.Permissions {
			permissions = append(permissions, string(p))
		}
		must(t, h.q.InsertRole(t.Context(), queries.InsertRoleParams{ID: who.Role.ID, Key: &key, Name: key, Permissions: permissions}))
		must(t, h.q.InsertStaff(t.Context(), queries.InsertStaffParams{
			ID: who.ID, Name: who.Name, Username: who.Username, Email: who.Username + "@andrade.example",
			PasswordHash: hash, RoleID: who.Role.ID, Active: true,
		}))
	}
	return h
}

// heard reports whether a topic was announced since the last call.
func (h *house) heard(topic live.Topic) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	told := h.told
	h.told = nil
	return slices.Contains(told, topic)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// value reads one value.
func value[T any](t *testing.T, h *house, sql string, args ...any) T {
	t.Helper()
	var v T
	must(t, h.db.Read.QueryRow(t.Context(), sql, args...).Scan(&v))
	return v
}

// records are the audit records of a thing, in order.
func (h *house) records(t *testing.T, id uuid.UUID) []string {
	t.Helper()
	return value[[]string](t, h, "SELECT coalesce(array_agg(action ORDER BY id), '{}') FROM audit WHERE entity_id = $1", id)
}

// lives reports whether a session still counts.
func (h *house) lives(t *testing.T, session uuid.UUID) bool {
	t.Helper()
	return value[bool](t, h, "SELECT revoked_at IS NULL FROM staff_session WHERE id = $1", session)
}

// signedIn begins a session without asking for a password.
func (h *house) signedIn(t *testing.T, who staff.Actor) staff.Actor {
	t.Helper()
	who.Session = uuid.New()
	_, err := h.db.Write.Exec(t.Context(), `INSERT INTO staff_session (id, staff_id, expires_at) VALUES ($1, $2, now() + interval '1 hour')`, who.Session, who.ID)
	must(t, err)
	return who
}

// refused are the fields and keys of an error's faults, in order.
func refused(err error) []string {
	var out []string
	for _, f := range fault.Of(err) {
		out = append(out, f.Error())
	}
	return out
}
