package admin_test

import (
	"context"
	"testing"
	"time"

	"helphub/internal/admin"
	"helphub/internal/sample"
)

// Who saves their profile while an administrator gives them another role waits
// and goes through: a row that is locked in a join with its role is looked at
// again with the role of before the wait, and then was "not there". Seen to
// fail with the role joined to the statement that waits.
func TestAProfileIsSavedAfterANewRole(t *testing.T) {
	t.Parallel()
	h := openOffice(t)
	first, err := h.db.Write.Begin(t.Context())
	must(t, err)
	defer func() { _ = first.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = first.Exec(t.Context(), "UPDATE staff SET role_id = $1 WHERE id = $2", sample.Bruno.Role.ID, sample.Ana.ID)
	must(t, err)

	saved := make(chan error, 1)
	go func() {
		saved <- h.UpdateProfile(t.Context(), sample.Ana, admin.Profile{Name: "Ana Lima", TimelineOrder: "desc"})
	}()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for waiting := false; !waiting; {
		must(t, h.db.Read.QueryRow(ctx, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waiting))
	}
	must(t, first.Commit(t.Context()))
	if err := <-saved; err != nil {
		t.Fatal(err)
	}
	if got := value[string](t, h, "SELECT name FROM staff WHERE id = $1", sample.Ana.ID); got != "Ana Lima" {
		t.Errorf("called %q", got)
	}
}
