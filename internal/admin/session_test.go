package admin_test

import (
	"errors"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/admin"
	"helphub/internal/fault"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/throttle"
)

// door is a stranger at the login.
var door = staff.Actor{IP: "192.0.2.7", UserAgent: "Firefox"}

func typed(username, pw string) admin.Credentials {
	return admin.Credentials{Username: username, Password: pw, AddressKey: throttle.AddressKey(netip.MustParseAddr("192.0.2.7"))}
}

func TestTheRightPasswordBeginsASession(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	s, err := h.SignIn(t.Context(), door, typed(" ANA ", everybodys))
	must(t, err)
	if s.Staff != sample.Ana.ID || !h.lives(t, s.ID) {
		t.Errorf("session %+v", s)
	}
	if n := value[int](t, h, "SELECT count(*) FROM login_attempt"); n != 0 {
		t.Errorf("%d tries are still counted", n)
	}
	if diff := cmp.Diff([]string{"session.begun"}, h.records(t, s.ID)); diff != "" {
		t.Error(diff)
	}
	ana := sample.Ana
	ana.Session = s.ID
	must(t, h.SignOut(t.Context(), ana))
	if h.lives(t, s.ID) {
		t.Error("the session outlived the logout")
	}
	if err := h.EndSession(t.Context(), sample.Bruno, h.signedIn(t, ana).Session); !errors.Is(err, fault.ErrMissing) {
		t.Errorf("Bruno ended a session of Ana's: %v", err)
	}
}

// D-52: nobody learns which accounts exist.
func TestD52UnknownInactiveAndWrongReadTheSame(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	must(t, h.SetStaffActive(t.Context(), sample.Celia, sample.Bruno.ID, false))
	for name, c := range map[string]admin.Credentials{
		"wrong": typed("ana", "errada errada"), "unknown": typed("zeca", everybodys), "inactive": typed("bruno", everybodys),
	} {
		_, err := h.SignIn(t.Context(), door, c)
		if diff := cmp.Diff([]string{"login.wrong"}, refused(err)); diff != "" {
			t.Errorf("%s: %v", name, diff)
		}
	}
}

// D-35: the sixth wrong one within a quarter of an hour locks the account, for
// the right password too, on every instance, and not the others.
func TestD35TheSixthWrongPasswordLocksTheAccountOnEveryInstance(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	for i := range 5 {
		if _, err := h.SignIn(t.Context(), door, typed("ana", "errada")); !errors.Is(err, admin.ErrSignIn) {
			t.Fatalf("try %d: %v", i+1, err)
		}
	}
	_, err := h.another(t).SignIn(t.Context(), door, typed("Ana", everybodys))
	if !errors.Is(err, admin.ErrThrottled) {
		t.Fatalf("the sixth, right: %v", err)
	}
	wait, ok := fault.Of(err)[0].Detail.(time.Duration)
	if !ok || wait <= 0 || wait > 15*time.Minute {
		t.Errorf("told to wait %v", fault.Of(err)[0].Detail)
	}
	if _, err := h.SignIn(t.Context(), door, typed("bruno", everybodys)); err != nil {
		t.Errorf("Bruno is locked out with her: %v", err)
	}
	if _, err := h.At(time.Now().Add(16*time.Minute)).SignIn(t.Context(), door, typed("ana", everybodys)); err != nil {
		t.Errorf("after the quarter of an hour: %v", err)
	}
}

// Seen to fail with lockKey taken out of countTry: then seven or more of the
// twelve are let through.
func TestTriesAtOnceAreCountedOneByOne(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	if _, err := h.SignIn(t.Context(), door, typed("bruno", everybodys)); err != nil {
		t.Fatal(err) // what is done once a process is done before the race
	}
	errs, start := make([]error, 12), make(chan struct{})
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			<-start
			_, errs[i] = h.SignIn(t.Context(), door, typed("ana", "errada"))
		})
	}
	close(start)
	wg.Wait()
	let := 0
	for _, err := range errs {
		switch {
		case errors.Is(err, admin.ErrSignIn):
			let++
		case !errors.Is(err, admin.ErrThrottled):
			t.Errorf("refused with %v", err)
		}
	}
	if let != 5 {
		t.Errorf("%d tries were let through, want 5", let)
	}
}

func TestSomebodyKeepsTheirTwentyLatestSessions(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	oldest := uuid.New()
	for i := range staff.MaxSessions {
		id := oldest
		if i > 0 {
			id = uuid.New()
		}
		_, err := h.db.Write.Exec(t.Context(), `INSERT INTO staff_session (id, staff_id, last_seen_at, expires_at)
			VALUES ($1, $2, now() - interval '1 hour' + $3 * interval '1 second', now() + interval '1 hour')`, id, sample.Ana.ID, i)
		must(t, err)
	}
	s, err := h.SignIn(t.Context(), door, typed("ana", everybodys))
	must(t, err)
	live := value[int](t, h, "SELECT count(*) FROM staff_session WHERE revoked_at IS NULL")
	if live != staff.MaxSessions || h.lives(t, oldest) || !h.lives(t, s.ID) {
		t.Errorf("%d live sessions, oldest %v, newest %v", live, h.lives(t, oldest), h.lives(t, s.ID))
	}
}

func TestSweepForgetsWhatHasExpired(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	ana := h.signedIn(t, sample.Ana)
	if _, err := h.SignIn(t.Context(), door, typed("ana", "errada")); !errors.Is(err, admin.ErrSignIn) {
		t.Fatal(err)
	}
	must(t, h.Sweep(t.Context()))
	if !h.lives(t, ana.Session) || value[int](t, h, "SELECT count(*) FROM login_attempt") != 2 {
		t.Error("something fresh was swept")
	}
	must(t, h.At(time.Now().Add(40*24*time.Hour)).Sweep(t.Context()))
	if n := value[int](t, h, "SELECT (SELECT count(*) FROM staff_session) + (SELECT count(*) FROM login_attempt)"); n != 0 {
		t.Errorf("%d expired rows are left", n)
	}
}
