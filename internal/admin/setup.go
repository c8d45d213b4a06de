package admin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/locale"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// The refusals of the set-up.
var (
	// ErrSetUp: the set-up is done; its page no longer exists.
	ErrSetUp = fault.New(fault.Missing, "setup.done")
	// ErrSetupCode: the code is not one the console printed.
	ErrSetupCode = fault.New(fault.Invalid, "setup.wrong_code")
)

// FirstRun is what the set-up asks for.
type FirstRun struct {
	Code        string // empty when it comes from the environment
	CompanyName string
	Person      NewStaff
	Language    locale.Lang
}

// NeedsSetup reports whether nobody has set the company up yet.
func (o *Office) NeedsSetup(ctx context.Context) (bool, error) {
	_, err := o.read.GetCompany(ctx)
	if errors.Is(err, pgx.ErrNoRows) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("get company: %w", err)
	}
	return false, nil
}

// SetupCode makes a one-time code for the set-up's link. Every instance that
// starts before the set-up prints its own; all are void after it.
func (o *Office) SetupCode(ctx context.Context) (string, error) {
	code := rand.Text()
	system := staff.System("setup")
	err := o.ledger.Write(ctx, system, staff.Anyone, func(ctx context.Context, c *ledger.Change) error {
		if err := c.Q.InsertSetupCode(ctx, hashCode(code)); err != nil {
			return fmt.Errorf("insert setup code: %w", err)
		}
		return c.Audit("setup.code_made", "company", uuid.Nil, nil, nil)
	})
	return code, err
}

// KnowsSetupCode reports whether the code is one a console printed.
func (o *Office) KnowsSetupCode(ctx context.Context, code string) (bool, error) {
	known, err := o.read.HasSetupCode(ctx, hashCode(code))
	if err != nil {
		return false, fmt.Errorf("look for setup code: %w", err)
	}
	return known, nil
}

func hashCode(code string) []byte {
	sum := sha256.Sum256([]byte(strings.ToUpper(strings.TrimSpace(code))))
	return sum[:]
}

// SetUp makes the company, the three built-in roles and the first
// administrator, once. A second set-up is ErrSetUp, also when two run at once.
func (o *Office) SetUp(ctx context.Context, by staff.Actor, first FirstRun, unattended bool) error {
	if !unattended {
		if known, err := o.KnowsSetupCode(ctx, first.Code); err != nil {
			return err
		} else if !known {
			return ErrSetupCode.On("code")
		}
	}
	var faults fault.Faults
	company, f := fault.Line("company_name", first.CompanyName, 1, 120)
	faults.Add(f)
	person, personFaults := first.Person.check()
	faults = append(faults, personFaults...)
	hashed, f, err := hash(ctx, "password", person.Password, person.Username, person.Name)
	if err != nil {
		return err
	}
	faults.Add(f)
	if err := faults.Err(); err != nil {
		return err
	}
	if first.Language == "" {
		first.Language = locale.PtBR
	}
	if !unattended {
		by.Name = person.Name
	}
	err = o.ledger.Write(ctx, by, staff.Anyone, func(ctx context.Context, c *ledger.Change) error {
		err := c.Q.InsertCompany(ctx, queries.InsertCompanyParams{Name: company, TimeZone: "America/Sao_Paulo", Language: string(first.Language)})
		if err != nil {
			return fmt.Errorf("insert company: %w", err)
		}
		roleID, err := insertBuiltInRoles(ctx, c)
		if err != nil {
			return err
		}
		person.RoleID = roleID
		id, err := insertStaff(ctx, c, person, hashed)
		if err != nil {
			return err
		}
		if err := c.Q.DeleteSetupCodes(ctx); err != nil {
			return fmt.Errorf("delete setup codes: %w", err)
		}
		return c.Audit("company.set_up", "company", id, nil, map[string]any{"company": company, "administrator": person.Username})
	})
	if postgres.Violated(err, "company_pkey") {
		return ErrSetUp
	}
	return err
}

// insertBuiltInRoles makes the three roles and returns the administrator's id.
func insertBuiltInRoles(ctx context.Context, c *ledger.Change) (uuid.UUID, error) {
	var administrator uuid.UUID
	names := map[staff.RoleKey]string{
		staff.Administrator: "Administrador", staff.Technician: "Técnico", staff.Attendant: "Atendente",
	}
	for _, key := range []staff.RoleKey{staff.Administrator, staff.Technician, staff.Attendant} {
		id, err := uuid.NewV7()
		if err != nil {
			return uuid.Nil, fmt.Errorf("name role: %w", err)
		}
		if key == staff.Administrator {
			administrator = id
		}
		var permissions []string
		for _, p := range staff.BuiltIn(key) {
			permissions = append(permissions, string(p))
		}
		stored := string(key)
		err = c.Q.InsertRole(ctx, queries.InsertRoleParams{ID: id, Key: &stored, Name: names[key], Permissions: permissions})
		if err != nil {
			return uuid.Nil, fmt.Errorf("insert role %s: %w", key, err)
		}
	}
	return administrator, nil
}
