package admin_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/live"
	"helphub/internal/sample"
)

func anasProfile() admin.Profile {
	return admin.Profile{Name: sample.Ana.Name, Email: "ana@andrade.example", TimelineOrder: "asc"}
}

func TestAProfileIsSavedAndItsNameTold(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	p := anasProfile()
	p.Language, p.Theme, p.TimelineOrder, p.Phone = "en", "comfort", "desc", "+55 (19) 3234-5678"
	must(t, h.UpdateProfile(t.Context(), sample.Ana, p))
	if h.heard(live.Tickets) {
		t.Error("grids were told of a theme")
	}
	row, err := h.q.GetStaff(t.Context(), sample.Ana.ID)
	must(t, err)
	if row.Language != "en" || row.Theme != "comfort" || row.TimelineOrder != "desc" || row.Phone != "1932345678" || row.RoleID != sample.Ana.Role.ID {
		t.Errorf("stored as %+v", row)
	}
	p.Name = "Ana Ribeiro Lima"
	must(t, h.UpdateProfile(t.Context(), sample.Ana, p))
	if !h.heard(live.Tickets) {
		t.Error("grids were not told of the name")
	}
	must(t, h.UpdateProfile(t.Context(), sample.Ana, p))
	if diff := cmp.Diff([]string{"profile.updated", "profile.updated"}, h.records(t, sample.Ana.ID)); diff != "" {
		t.Error(diff)
	}
}

func TestAProfileThatDoesNotFitIsRefusedFieldByField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	err := h.UpdateProfile(t.Context(), sample.Ana, admin.Profile{
		Name: "Ana\x00", Email: "ana", Phone: "12", Language: "fr", Theme: "neon", TimelineOrder: "up",
	})
	want := []string{
		"name: fault.not_text", "email: fault.email", "phone: customer.phone",
		"language: fault.unknown", "theme: fault.unknown", "timeline_order: fault.unknown",
	}
	if diff := cmp.Diff(want, refused(err)); diff != "" {
		t.Error(diff)
	}
	p := anasProfile()
	p.Email = "Bruno@andrade.example"
	if err := h.UpdateProfile(t.Context(), sample.Ana, p); !errors.Is(err, admin.ErrEmailTaken) {
		t.Errorf("Bruno's address: %v", err)
	}
}

func TestAProfileAndTheAdministratorsFormMeetFieldByField(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	p, form, late := anasProfile(), h.formOf(t, sample.Ana.ID), h.formOf(t, sample.Ana.ID)
	p.Version, p.Phone = 1, "1932345678"
	must(t, h.UpdateProfile(t.Context(), sample.Ana, p))
	form.Name = "Ana R. Lima"
	must(t, h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, form))
	if now := h.formOf(t, sample.Ana.ID); now.Name != "Ana R. Lima" || now.Phone != "1932345678" {
		t.Errorf("merged to %+v", now)
	}
	late.Phone = "1911112222"
	if err := h.UpdateStaff(t.Context(), sample.Celia, sample.Ana.ID, late); !errors.Is(err, admin.ErrStaleStaff) {
		t.Errorf("the administrator over the person: %v", err)
	}
	p.Name, p.Theme = "Ana", "dark"
	if err := h.UpdateProfile(t.Context(), sample.Ana, p); !errors.Is(err, admin.ErrStaleStaff) {
		t.Errorf("the person over the administrator: %v", err)
	}
	p.Name = sample.Ana.Name
	must(t, h.UpdateProfile(t.Context(), sample.Ana, p))
}

// D-37: a password change ends all sessions but this one.
func TestD37ANewPasswordEndsTheOtherSessions(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	here, there, bruno := h.signedIn(t, sample.Ana), h.signedIn(t, sample.Ana), h.signedIn(t, sample.Bruno)
	pw := "garfo azul telhado"
	must(t, h.ChangePassword(t.Context(), here, admin.NewPassword{Current: everybodys, New: pw, Again: pw}))
	if !h.lives(t, here.Session) || h.lives(t, there.Session) || !h.lives(t, bruno.Session) {
		t.Errorf("here %v, there %v, Bruno %v", h.lives(t, here.Session), h.lives(t, there.Session), h.lives(t, bruno.Session))
	}
	if _, err := h.SignIn(t.Context(), door, typed("ana", everybodys)); !errors.Is(err, admin.ErrSignIn) {
		t.Errorf("the old password: %v", err)
	}
	if _, err := h.SignIn(t.Context(), door, typed("ana", pw)); err != nil {
		t.Errorf("the new password: %v", err)
	}
}

func TestANewPasswordIsRefusedFieldByFieldAndGuessesAreCounted(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	ana := h.signedIn(t, sample.Ana)
	bad := admin.NewPassword{Current: "errada", New: "senha12345", Again: "outra"}
	want := []string{"current_password: profile.wrong_password", "new_password: password.common", "new_password_again: profile.passwords_differ"}
	for range 5 {
		if diff := cmp.Diff(want, refused(h.ChangePassword(t.Context(), ana, bad))); diff != "" {
			t.Fatal(diff)
		}
	}
	good := admin.NewPassword{Current: everybodys, New: "garfo azul telhado", Again: "garfo azul telhado"}
	if err := h.ChangePassword(t.Context(), ana, good); !errors.Is(err, admin.ErrThrottled) {
		t.Errorf("the sixth: %v", err)
	}
	if _, err := h.SignIn(t.Context(), door, typed("ana", everybodys)); err != nil {
		t.Errorf("the login is locked with it: %v", err)
	}
	if err := h.ChangePassword(t.Context(), door, good); fault.KindOf(err) != fault.Missing && err == nil {
		t.Error("a stranger changed a password")
	}
}

func TestThePasswordIsResetFromTheCommandLine(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	ana := h.signedIn(t, sample.Ana)
	if err := h.ResetPassword(t.Context(), "ana", "curta"); !errors.Is(err, fault.ErrTooShort) {
		t.Errorf("a short one: %v", err)
	}
	if err := h.ResetPassword(t.Context(), "zeca", everybodys); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("of nobody: %v", err)
	}
	must(t, h.ResetPassword(t.Context(), "ana", "garfo azul telhado"))
	if h.lives(t, ana.Session) {
		t.Error("a session outlived the reset")
	}
}
