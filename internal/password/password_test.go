package password

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/alexedwards/argon2id"
)

const good = "capim dourado às 7"

func TestThePasswordOpensItsOwnHashAndNoOther(t *testing.T) {
	t.Parallel()
	hash, err := Hash(t.Context(), good)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash is %s", hash)
	}
	again, err := Hash(t.Context(), good)
	if err != nil || again == hash {
		t.Errorf("hashed twice it is the same, or an error: %v", err)
	}
	for pw, want := range map[string]bool{good: true, good + " ": false, "": false, strings.ToUpper(good): false} {
		ok, outdated, err := Verify(t.Context(), pw, hash)
		if ok != want || outdated || err != nil {
			t.Errorf("Verify(%q) = %v, %v, %v", pw, ok, outdated, err)
		}
	}
}

func TestAnAccentTypedAsOneOrTwoCodePointsIsTheSamePassword(t *testing.T) {
	t.Parallel()
	hash, err := Hash(t.Context(), "capim \u00e0s sete")
	if err != nil {
		t.Fatal(err)
	}
	if ok, _, err := Verify(t.Context(), "capim a\u0300s sete", hash); !ok || err != nil {
		t.Errorf("not the same: %v", err)
	}
}

func TestAHashOfOldParametersIsVerifiedAndReportedOutdated(t *testing.T) {
	t.Parallel()
	old, err := argon2id.CreateHash(good, &argon2id.Params{Memory: 8 * 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	if ok, outdated, err := Verify(t.Context(), good, old); !ok || !outdated || err != nil {
		t.Errorf("the right password: %v, %v, %v", ok, outdated, err)
	}
	if ok, outdated, err := Verify(t.Context(), "outra coisa", old); ok || outdated || err != nil {
		t.Errorf("the wrong password: %v, %v, %v", ok, outdated, err)
	}
}

func TestWhatIsNoHashIsAnErrorAndNotAWrongPassword(t *testing.T) {
	t.Parallel()
	for _, hash := range []string{"", "!", "$2y$10$abcdefghijklmnopqrstuv", "$argon2id$v=19$m=19456,t=2,p=1$AA"} {
		if ok, _, err := Verify(t.Context(), good, hash); ok || err == nil {
			t.Errorf("Verify against %q: %v, %v", hash, ok, err)
		}
	}
}

// D-52: a login under a name nobody has was answered sooner than one with a
// wrong password. Time is not asserted here; the work is: the dummy has the
// parameters of a fresh hash, and no password fits it by being empty.
func TestD52TheDummyCostsWhatARealHashCosts(t *testing.T) {
	t.Parallel()
	if err := Dummy(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	hash, err := nobody()
	if err != nil {
		t.Fatal(err)
	}
	made, _, _, err := argon2id.DecodeHash(hash)
	if err != nil || *made != *params {
		t.Errorf("made with %+v, %v", made, err)
	}
}

// With every turn taken, one more hash is not computed: it waits, as long as the
// request does. Not parallel, since it takes every turn there is. Seen to fail:
// without the bound on turns, Hash and Dummy answer.
func TestWithEveryTurnTakenAHashWaitsAsLongAsTheRequest(t *testing.T) {
	for range cap(turns) {
		leave, err := enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer leave()
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Hash(gone, good); !errors.Is(err, context.Canceled) {
		t.Errorf("Hash: %v", err)
	}
	if _, _, err := Verify(gone, good, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("Verify: %v", err)
	}
	if err := Dummy(gone, good); !errors.Is(err, context.Canceled) {
		t.Errorf("Dummy: %v", err)
	}
}
