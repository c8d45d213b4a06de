package admin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/password"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// People and departments that come from another system are known by an origin,
// the name they have there: brought in twice, they exist once.

// unusable is the hash of a password nobody knows, made once a process: an
// imported account cannot log in until somebody gives it one.
var unusable = sync.OnceValues(func() (string, error) {
	return password.Hash(context.Background(), rand.Text())
})

// usernameDraws bounds how many names are tried beside one that is taken.
const usernameDraws = 1000

// EnsureTechnician returns the technician of that origin, made without a
// usable password when there is none yet; created says which.
func (o *Office) EnsureTechnician(ctx context.Context, by staff.Actor, origin, name string) (id uuid.UUID, created bool, err error) {
	row, err := o.read.StaffByOrigin(ctx, &origin)
	if err == nil {
		return row.ID, false, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, fmt.Errorf("look for staff by origin: %w", err)
	}
	key := string(staff.Technician)
	role, err := o.read.RoleByKey(ctx, &key)
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("get technician role: %w", err)
	}
	hashed, err := unusable()
	if err != nil {
		return uuid.Nil, false, fmt.Errorf("make unusable password: %w", err)
	}
	n := NewStaff{Name: name, RoleID: role.ID, Active: true, Origin: origin}
	for i := range usernameDraws {
		n.Username = usernameFrom(name, i)
		err = o.ledger.Write(ctx, by, staff.StaffManage, func(ctx context.Context, c *ledger.Change) error {
			var err error
			if id, err = insertStaff(ctx, c, n, hashed); err != nil {
				return err
			}
			c.Tell(live.Admin)
			return c.Audit("staff.imported", "staff", id, nil, n.trace())
		})
		if !errors.Is(err, ErrUsernameTaken) {
			return id, err == nil, err
		}
	}
	return uuid.Nil, false, fmt.Errorf("import staff %q: no free username", name)
}

// usernameFrom makes a login name of a person's: lower case, plain letters and
// digits, dots between words; the n-th draw has a number behind it.
func usernameFrom(name string, n int) string {
	var words []string
	for _, w := range strings.Fields(strings.ToLower(name)) {
		w = strings.Map(func(r rune) rune {
			if (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9') {
				return r
			}
			return -1
		}, w)
		if w != "" {
			words = append(words, w)
		}
	}
	base := strings.Join(words, ".")
	if len(base) > 50 {
		base = strings.TrimRight(base[:50], ".")
	}
	if len(base) < 2 {
		base = "import"
	}
	if n > 0 {
		base += "-" + strconv.Itoa(n+1)
	}
	return base
}

// EnsureDepartment returns the department of that origin, or of that name, made
// when there is neither; created says which.
func (o *Office) EnsureDepartment(ctx context.Context, by staff.Actor, origin, name string) (id uuid.UUID, created bool, err error) {
	row, err := o.read.DepartmentByOrigin(ctx, &origin)
	if err == nil {
		return row.ID, false, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return uuid.Nil, false, fmt.Errorf("look for department by origin: %w", err)
	}
	err = o.ledger.Write(ctx, by, staff.DepartmentManage, func(ctx context.Context, c *ledger.Change) error {
		var err error
		if id, err = uuid.NewV7(); err != nil {
			return fmt.Errorf("name department: %w", err)
		}
		err = c.Q.InsertDepartment(ctx, queries.InsertDepartmentParams{ID: id, Name: name, Active: true, Origin: &origin})
		if err != nil {
			return fmt.Errorf("insert department: %w", err)
		}
		c.Tell(live.Admin)
		return c.Audit("department.imported", "department", id, nil, map[string]any{"name": name, "origin": origin})
	})
	if postgres.Violated(err, "department_name_is_taken") {
		same, err := o.read.DepartmentByName(ctx, name)
		if err != nil {
			return uuid.Nil, false, fmt.Errorf("look for department by name: %w", err)
		}
		return same.ID, false, nil
	}
	return id, err == nil, err
}
