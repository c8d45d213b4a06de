package admin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/sample"
	"helphub/internal/staff"
)

func diego() admin.NewStaff {
	return admin.NewStaff{
		Form: uuid.New(), Name: "Diego Nunes", Username: "Diego", Email: "diego@andrade.example", Phone: "(12) 99123-4567",
		RoleID: sample.Bruno.Role.ID, Password: "garfo azul telhado", Active: true,
	}
}

// formOf is somebody's form as it was drawn: what an edit begins with.
func (h *house) formOf(t *testing.T, id uuid.UUID) admin.NewStaff {
	t.Helper()
	row, err := h.q.GetStaff(t.Context(), id)
	must(t, err)
	return admin.NewStaff{
		Name: row.Name, Username: row.Username, Email: row.Email, Phone: row.Phone, RoleID: row.RoleID,
		Active: row.Active, Version: int(row.Version),
	}
}

func TestAnAccountIsMadeOnceHoweverOftenItsFormArrives(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	n := diego()
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = h.CreateStaff(t.Context(), sample.Celia, n) })
	}
	wg.Wait()
	must(t, errors.Join(errs...))
	row, err := h.q.GetStaff(t.Context(), n.Form)
	must(t, err)
	if row.Username != "diego" || row.Phone != "12991234567" || row.Version != 1 {
		t.Errorf("stored as %+v", row)
	}
	if diff := cmp.Diff([]string{"staff.created"}, h.records(t, n.Form)); diff != "" {
		t.Error(diff)
	}
	if !h.heard(live.Admin) {
		t.Error("nobody was told")
	}
	if n := value[int](t, h, "SELECT count(*) FROM audit WHERE after::text LIKE '%garfo%' OR after::text LIKE '%argon2%'"); n != 0 {
		t.Error("the record holds the password")
	}
	n.Username = "diego.nunes"
	if _, err := h.CreateStaff(t.Context(), sample.Celia, n); !errors.Is(err, admin.ErrStaffMade) {
		t.Errorf("the same form with somebody else in it: %v", err)
	}
}

func TestAnAccountThatDoesNotFitIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	_, err := h.CreateStaff(t.Context(), sample.Celia, admin.NewStaff{
		Name: strings.Repeat("a", 121), Username: "-", Email: "diego@", Phone: "1234", Password: "short", RoleID: uuid.New(),
	})
	want := []string{
		"name: fault.too_long", "username: staff.username_form", "email: fault.email", "phone: customer.phone",
		"password: fault.too_short", "role_id: fault.unknown",
	}
	if diff := cmp.Diff(want, refused(err)); diff != "" {
		t.Error(diff)
	}
	_, err = h.CreateStaff(t.Context(), sample.Ana, diego())
	if !errors.Is(err, fault.ErrDenied) {
		t.Errorf("made by an attendant: %v", err)
	}
}

// D-25: a name or an address that is taken is explained, not a crash, and says
// who has it.
func TestD25TakenNamesAndAddressesSayWhoHasThem(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	other := fault.Other{ID: sample.Ana.ID.String(), Name: sample.Ana.Name}
	username, email := diego(), diego()
	username.Username = " ANA "
	email.Email = "ana@ANDRADE.example"
	for _, test := range []struct {
		n    admin.NewStaff
		want *fault.Fault
		on   string
	}{{username, admin.ErrUsernameTaken, "username"}, {email, admin.ErrEmailTaken, "email"}} {
		_, err := h.CreateStaff(t.Context(), sample.Celia, test.n)
		edited := test.n
		edited.Form, edited.Password, edited.Version = uuid.Nil, "", 1
		if test.want == admin.ErrUsernameTaken {
			edited.Email = ""
		}
		for _, err := range []error{err, h.UpdateStaff(t.Context(), sample.Celia, sample.Bruno.ID, edited)} {
			if fs := fault.Of(err); !errors.Is(err, test.want) || fs[0].Field != test.on || fs[0].Detail != other {
				t.Errorf("%s: %v %+v", test.on, err, fs)
			}
		}
	}
}

// D-36 and D-37: a deactivation, another role and a password set by an
// administrator end the person's sessions; another telephone does not.
func TestD36WhatEndsSomebodysSessions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*admin.NewStaff)
		ends   bool
	}{
		{"deactivation", func(n *admin.NewStaff) { n.Active = false }, true},
		{"another role", func(n *admin.NewStaff) { n.RoleID = sample.Bruno.Role.ID }, true},
		{"a new password", func(n *admin.NewStaff) { n.Password = "garfo azul telhado" }, true},
		{"another telephone", func(n *admin.NewStaff) { n.Phone = "1932345678" }, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := openOffice(t)
			ana, bruno := h.signedIn(t, sample.Ana), h.signedIn(t, sample.Bruno)
			n := h.formOf(t, ana.ID)
			test.change(&n)
			must(t, h.UpdateStaff(t.Context(), sample.Celia, ana.ID, n))
			if h.lives(t, ana.Session) == test.ends {
				t.Errorf("Ana's session lives: %v", !test.ends)
			}
			if !h.lives(t, bruno.Session) {
				t.Error("Bruno's session ended too")
			}
		})
	}
}

func TestADeactivationEndsAllSessionsAlsoOnesOwn(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	n := h.formOf(t, sample.Bruno.ID)
	n.RoleID = sample.Celia.Role.ID
	must(t, h.UpdateStaff(t.Context(), sample.Celia, sample.Bruno.ID, n))
	first, second := h.signedIn(t, sample.Celia), h.signedIn(t, sample.Celia)
	must(t, h.SetStaffActive(t.Context(), first, sample.Celia.ID, false))
	if h.lives(t, first.Session) || h.lives(t, second.Session) {
		t.Error("a session outlived the deactivation")
	}
	must(t, h.SetStaffActive(t.Context(), asAdministrator(sample.Bruno), sample.Celia.ID, true))
	if h.lives(t, first.Session) {
		t.Error("the session came back with the person")
	}
	if diff := cmp.Diff([]string{"staff.deactivated", "staff.activated"}, h.records(t, sample.Celia.ID)); diff != "" {
		t.Error(diff)
	}
}

// D-27: the only administrator can neither demote nor deactivate themself.
func TestD27TheLastAdministratorStays(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	demoted, deactivated := h.formOf(t, sample.Celia.ID), h.formOf(t, sample.Celia.ID)
	demoted.RoleID = sample.Ana.Role.ID
	deactivated.Active = false
	for name, err := range map[string]error{
		"demoted":           h.UpdateStaff(t.Context(), sample.Celia, sample.Celia.ID, demoted),
		"deactivated":       h.UpdateStaff(t.Context(), sample.Celia, sample.Celia.ID, deactivated),
		"deactivated apart": h.SetStaffActive(t.Context(), sample.Celia, sample.Celia.ID, false),
	} {
		if !errors.Is(err, admin.ErrLastAdministrator) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two administrators demote each other at the same moment, ten times. Seen to
// fail with LockAdministrators without its FOR UPDATE.
func TestD27TwoAdministratorsCannotLeaveAtOnce(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	other := h.another(t)
	for range 10 {
		must(t, h.raise(t, sample.Bruno.ID))
		must(t, h.raise(t, sample.Celia.ID))
		demoteBruno, demoteCelia := h.formOf(t, sample.Bruno.ID), h.formOf(t, sample.Celia.ID)
		demoteBruno.RoleID, demoteCelia.RoleID = sample.Ana.Role.ID, sample.Ana.Role.ID
		var wg sync.WaitGroup
		var first, second error
		wg.Go(func() { first = h.UpdateStaff(t.Context(), sample.Celia, sample.Bruno.ID, demoteBruno) })
		wg.Go(func() {
			second = other.UpdateStaff(t.Context(), asAdministrator(sample.Bruno), sample.Celia.ID, demoteCelia)
		})
		wg.Wait()
		if (first == nil) == (second == nil) || !errors.Is(errors.Join(first, second), admin.ErrLastAdministrator) {
			t.Fatalf("%v and %v", first, second)
		}
	}
}

// raise makes somebody an administrator behind everybody's back.
func (h *house) raise(t *testing.T, id uuid.UUID) error {
	t.Helper()
	_, err := h.db.Write.Exec(t.Context(), "UPDATE staff SET role_id = $1 WHERE id = $2", sample.Celia.Role.ID, id)
	return err
}

func asAdministrator(who staff.Actor) staff.Actor {
	who.Role = sample.Celia.Role
	return who
}

func TestTwoAdministratorsEditsOnlyClashOnTheSameField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	shown := h.formOf(t, sample.Ana.ID)
	first, second, third := shown, shown, shown
	first.Phone, second.Name, third.Phone = "1932345678", "Ana Ribeiro Lima", "1911112222"
	must(t, h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, first))
	// A new password in between makes nobody's form old.
	must(t, h.ResetPassword(t.Context(), "ana", "garfo azul telhado"))
	h.heard("")
	must(t, h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, second))
	if !h.heard(live.Tickets) {
		t.Error("grids were not told of the new name")
	}
	if now := h.formOf(t, sample.Ana.ID); now.Phone != "1932345678" || now.Name != "Ana Ribeiro Lima" || now.Version != 3 {
		t.Errorf("merged to %+v", now)
	}
	err := h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, third)
	if !errors.Is(err, admin.ErrStaleStaff) {
		t.Fatalf("the same field: %v", err)
	}
	stale, ok := fault.Of(err)[0].Detail.(*ledger.Stale)
	if !ok || len(stale.Clashes) != 1 || stale.Clashes["phone"].Now != "1932345678" || stale.Version != 3 {
		t.Errorf("told %+v", fault.Of(err)[0].Detail)
	}
	must(t, h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, h.formOf(t, sample.Ana.ID)))
	if n := len(h.records(t, sample.Ana.ID)); n != 3 {
		t.Errorf("%d records after an edit that changed nothing", n)
	}
}

func TestAnEditOfNobodyIsMissing(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	n := h.formOf(t, sample.Ana.ID)
	for name, err := range map[string]error{
		"edit":         h.UpdateStaff(t.Context(), sample.Celia, uuid.New(), n),
		"deactivation": h.SetStaffActive(t.Context(), sample.Celia, uuid.New(), false),
	} {
		if !errors.Is(err, fault.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
	n.Version = 0
	if err := h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, n); !errors.Is(err, admin.ErrVersion) {
		t.Errorf("without a version: %v", err)
	}
}
