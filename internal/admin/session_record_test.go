package admin_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/admin"
	"helphub/internal/sample"
)

// D-51: security events left no trace. Every try says whose account it was on,
// a refusal by the throttle is on record once however often somebody goes on,
// and a name nobody has is not kept: it may be a password. Seen to fail without
// noteThrottled, and with a record for each refusal.
func TestD51TriesAndTheThrottleAreOnRecord(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	for range 9 {
		if _, err := h.SignIn(t.Context(), door, typed("ana", "errada")); err == nil {
			t.Fatal("let in with a wrong password")
		}
	}
	want := []string{"login.tried", "login.tried", "login.tried", "login.tried", "login.tried", "login.throttled"}
	if diff := cmp.Diff(want, h.records(t, sample.Ana.ID)); diff != "" {
		t.Error(diff)
	}
	if _, err := h.SignIn(t.Context(), door, typed("onça pintada 42 voa", "")); err == nil {
		t.Fatal("let in without a password")
	}
	if n := value[int](t, h, "SELECT count(*) FROM audit WHERE audit::text LIKE '%pintada%'"); n != 0 {
		t.Errorf("%d records keep what was typed as a name", n)
	}
	ana := h.signedIn(t, sample.Ana)
	for range 7 {
		if err := h.ChangePassword(t.Context(), ana, admin.NewPassword{Current: "errada"}); err == nil {
			t.Fatal("changed without the current password")
		}
	}
	want = append(want, "password.tried", "password.tried", "password.tried", "password.tried", "password.tried", "password.throttled")
	if diff := cmp.Diff(want, h.records(t, sample.Ana.ID)); diff != "" {
		t.Error(diff)
	}
}
