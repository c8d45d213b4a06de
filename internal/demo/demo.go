// Package demo makes a company that looks lived in: people, customers and a
// month of tickets in Brazilian Portuguese, through the same commands people
// use; and, for measuring, as many tickets as asked for by COPY. Everything in
// it is invented. It is not for a database that somebody works with.
package demo

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

// ErrInUse refuses a database that already belongs to a company.
var ErrInUse = errors.New("this database already belongs to a company; the demonstration needs an empty one")

// Maker makes the demonstration.
type Maker struct {
	Ledger *ledger.Ledger
	Read   *queries.Queries
	// Now is the end of the month that is made up.
	Now time.Time
	// Password is everybody's.
	Password string
	// Seed makes the same company again.
	Seed uint64

	random *rand.Rand
	desk   *helpdesk.Desk
	office *admin.Office
	people map[string]staff.Actor
	teams  map[string]uuid.UUID
	shops  []uuid.UUID
}

// Made is what came of it.
type Made struct{ People, Departments, Customers, Tickets int }

// Make makes the company, its people, customers and tickets, and announces it
// once. A database that is set up already is ErrInUse.
func (m *Maker) Make(ctx context.Context) (Made, error) {
	m.random = rand.New(rand.NewPCG(m.Seed, 7)) //nolint:gosec // a made-up company needs no secrecy
	quiet := m.Ledger.Quietly()
	m.desk, m.office = helpdesk.New(quiet), admin.New(quiet, m.Read)
	m.people, m.teams = map[string]staff.Actor{}, map[string]uuid.UUID{}
	if fresh, err := m.office.NeedsSetup(ctx); err != nil {
		return Made{}, err
	} else if !fresh {
		return Made{}, ErrInUse
	}
	if err := m.makePeople(ctx); err != nil {
		return Made{}, err
	}
	if err := m.makeCustomers(ctx); err != nil {
		return Made{}, err
	}
	n, err := m.makeTickets(ctx)
	if err != nil {
		return Made{}, err
	}
	made := Made{People: len(m.people), Departments: len(m.teams), Customers: len(m.shops), Tickets: n}
	return made, m.Ledger.Announce(ctx, live.Tickets, live.Customers, live.Admin)
}

func (m *Maker) makePeople(ctx context.Context) error {
	boss := people[0]
	system := staff.System("demo")
	err := m.office.At(m.ago(40*24*time.Hour)).SetUp(ctx, system, admin.FirstRun{
		CompanyName: companyName, Language: locale.PtBR,
		Person: admin.NewStaff{Name: boss.name, Username: boss.username, Email: boss.username + "@andrade.example", Password: m.Password, Active: true},
	}, true)
	if err != nil {
		return fmt.Errorf("set up company: %w", err)
	}
	for _, p := range people {
		if err := m.makePerson(ctx, system, p); err != nil {
			return fmt.Errorf("make %s: %w", p.username, err)
		}
	}
	for _, d := range departments {
		id, _, err := m.office.EnsureDepartment(ctx, system, "demo/"+d, d)
		if err != nil {
			return fmt.Errorf("make department %s: %w", d, err)
		}
		m.teams[d] = id
	}
	return nil
}

func (m *Maker) makePerson(ctx context.Context, by staff.Actor, p person) error {
	key := string(p.role)
	role, err := m.Read.RoleByKey(ctx, &key)
	if err != nil {
		return fmt.Errorf("get role %s: %w", p.role, err)
	}
	var id uuid.UUID
	if p.username == people[0].username {
		row, err := m.Read.StaffByUsername(ctx, p.username)
		if err != nil {
			return fmt.Errorf("look for %s: %w", p.username, err)
		}
		id = row.ID
	} else {
		id, err = m.office.CreateStaff(ctx, by, admin.NewStaff{
			Name: p.name, Username: p.username, Email: p.username + "@andrade.example", Phone: p.phone,
			RoleID: role.ID, Password: m.Password, Active: true,
		})
		if err != nil {
			return err
		}
	}
	m.people[p.username] = staff.Actor{
		ID: id, Name: p.name, Username: p.username,
		Role: staff.Role{ID: role.ID, Key: p.role, Permissions: staff.BuiltIn(p.role)},
	}
	return nil
}

func (m *Maker) makeCustomers(ctx context.Context) error {
	system := staff.System("demo")
	for i, s := range shops {
		draft := helpdesk.NewCustomer{Draft: m.customer(i, s)}
		id, err := m.desk.CreateCustomer(ctx, system, draft)
		if err != nil {
			return fmt.Errorf("make customer %s: %w", s.legal, err)
		}
		m.shops = append(m.shops, id)
	}
	return nil
}

func (m *Maker) ago(d time.Duration) time.Time { return m.Now.Add(-d) }

// named is an id that is the same in every demonstration of one seed.
func (m *Maker) named(parts ...int) uuid.UUID {
	var b []byte
	b = binary.LittleEndian.AppendUint64(b, m.Seed)
	for _, p := range parts {
		b = binary.LittleEndian.AppendUint64(b, uint64(p)) //nolint:gosec // small and positive
	}
	sum := sha256.Sum256(b)
	id, err := uuid.FromBytes(sum[:16])
	if err != nil {
		return uuid.New() // sixteen bytes are always an id
	}
	return id
}
