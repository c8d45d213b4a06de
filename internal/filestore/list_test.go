package filestore_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/filestore"
)

// age sets when a file was last written.
func age(t *testing.T, dir, name string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(filepath.Join(dir, name), at, at); err != nil {
		t.Fatal(err)
	}
}

func listed(t *testing.T, store filestore.Store, owner uuid.UUID, before time.Time) []string {
	t.Helper()
	keys := []string{}
	for item, err := range store.List(t.Context(), owner, before) {
		if err != nil {
			t.Fatal(err)
		}
		keys = append(keys, item.Key.String())
	}
	slices.Sort(keys)
	return keys
}

func TestD79TheSweeperSeesWhatWasPutBeforeAMoment(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	now := time.Now()
	old, young, others := newKey(), newKey(), newKey()
	young.Owner = old.Owner
	for _, key := range []filestore.Key{old, young, others} {
		put(t, store, key, []byte("abc"))
	}
	age(t, dir, old.String(), now.Add(-3*time.Hour))
	age(t, dir, others.String(), now.Add(-2*time.Hour))
	// What is not ours is neither listed nor in the way.
	for _, name := range []string{"lost+found/x", "README", old.Owner.String() + "/notes.txt", old.Owner.String() + "/" + uuid.NewString() + ".part"} {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, nil, 0o600)); err != nil {
			t.Fatal(err)
		}
		age(t, dir, name, now.Add(-9*time.Hour))
	}
	both := []string{old.String(), others.String()}
	slices.Sort(both)
	if diff := cmp.Diff(both, listed(t, store, uuid.Nil, now.Add(-time.Hour))); diff != "" {
		t.Errorf("all owners: %s", diff)
	}
	if diff := cmp.Diff([]string{old.String()}, listed(t, store, old.Owner, now.Add(-time.Hour))); diff != "" {
		t.Errorf("one owner: %s", diff)
	}
	if got := listed(t, store, uuid.New(), now); len(got) > 0 {
		t.Errorf("an owner without files has %v", got)
	}
	for item, err := range store.List(t.Context(), old.Owner, now.Add(-time.Hour)) {
		if err != nil || item.Size != 3 || item.At.After(now.Add(-time.Hour)) {
			t.Errorf("tells %+v, %v", item, err)
		}
	}
}

func TestAListEndsWhenNobodyWantsMore(t *testing.T) {
	t.Parallel()
	store, _ := open(t)
	for range 5 {
		put(t, store, newKey(), nil)
	}
	seen := 0
	for range store.List(t.Context(), uuid.Nil, time.Now().Add(time.Hour)) {
		if seen++; seen == 2 {
			break
		}
	}
	if seen != 2 {
		t.Errorf("saw %d", seen)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	for item, err := range store.List(ctx, uuid.Nil, time.Now()) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a cancelled list gives %v, %v", item, err)
		}
	}
}

func TestD79TheSweeperRemovesWhatWasNeverFinished(t *testing.T) {
	t.Parallel()
	store, dir := open(t)
	now := time.Now()
	kept := newKey()
	put(t, store, kept, []byte("kept"))
	alone := uuid.NewString()
	if err := os.Mkdir(filepath.Join(dir, alone), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, at := range map[string]time.Time{
		kept.Owner.String() + "/" + uuid.NewString() + ".part":  now.Add(-filestore.PartAge - time.Minute),
		kept.Owner.String() + "/" + uuid.NewString() + ".PART":  now.Add(-9 * time.Hour), // not ours
		kept.Owner.String() + "/draft.part":                     now.Add(-9 * time.Hour), // nor this
		alone + "/" + uuid.NewString() + ".part":                now.Add(-2 * time.Hour),
		kept.Owner.String() + "/young-" + "x.part":              now,
		kept.Owner.String() + "/" + uuid.Max.String() + ".part": now.Add(-filestore.PartAge + time.Minute), // being written
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
		age(t, dir, name, at)
	}
	age(t, dir, kept.String(), now.Add(-48*time.Hour))
	if n, err := store.Sweep(t.Context(), now); n != 2 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	left := tree(t, dir)
	if !slices.Contains(left, kept.String()) || slices.Contains(left, alone) || len(left) != 6 {
		t.Errorf("left\n%s", strings.Join(left, "\n"))
	}
	if n, err := store.Sweep(t.Context(), now); n != 0 || err != nil {
		t.Errorf("swept again %d, %v", n, err)
	}
}
