package admin_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/admin"
	"helphub/internal/locale"
	"helphub/internal/staff"
)

func firstRun(code string) admin.FirstRun {
	return admin.FirstRun{
		Code: code, CompanyName: "Refrigeração Andrade", Language: locale.PtBR,
		Person: admin.NewStaff{Name: "Célia Prado", Username: "celia", Password: everybodys, Active: true},
	}
}

func TestTheSetUpHappensOnceAlsoWhenTwoDoIt(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	needs, err := h.NeedsSetup(t.Context())
	must(t, err)
	if !needs {
		t.Fatal("an empty database is set up")
	}
	code, err := h.SetupCode(t.Context())
	must(t, err)
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i := range errs {
		office := h.another(t)
		wg.Go(func() { errs[i] = office.SetUp(t.Context(), door, firstRun(strings.ToLower(code)), false) })
	}
	wg.Wait()
	done := 0
	for _, err := range errs {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, admin.ErrSetUp) && !errors.Is(err, admin.ErrSetupCode):
			t.Errorf("refused with %v", err)
		}
	}
	if done != 1 || value[int](t, h, "SELECT count(*) FROM staff") != 1 || value[int](t, h, "SELECT count(*) FROM role") != 3 {
		t.Errorf("set up %d times", done)
	}
	if known, err := h.KnowsSetupCode(t.Context(), code); err != nil || known {
		t.Errorf("the code still opens: %v %v", known, err)
	}
	s, err := h.SignIn(t.Context(), door, typed("celia", everybodys))
	must(t, err)
	row, err := h.q.GetStaff(t.Context(), s.Staff)
	must(t, err)
	if row.RoleKey == nil || *row.RoleKey != string(staff.Administrator) || len(row.Permissions) != len(staff.Registry()) {
		t.Errorf("the first person is %+v", row)
	}
}

func TestTheSetUpIsRefusedWithoutItsCodeAndFieldByField(t *testing.T) {
	t.Parallel()
	h := openHouse(t)
	if err := h.SetUp(t.Context(), door, firstRun("GUESSED"), false); !errors.Is(err, admin.ErrSetupCode) {
		t.Errorf("with a guessed code: %v", err)
	}
	bad := firstRun("")
	bad.CompanyName, bad.Person.Username, bad.Person.Password = "", "c", "1234567890"
	want := []string{"company_name: fault.required", "username: staff.username_form", "password: password.common"}
	if diff := cmp.Diff(want, refused(h.SetUp(t.Context(), door, bad, true))); diff != "" {
		t.Error(diff)
	}
}
