package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"helphub/internal/sample"
)

// While the database is away every address says so, when to come back, and
// nothing of what is inside (D-07, D-49): also the pages of errors, which ask
// it nothing. What needs no database goes on.
func TestWithoutTheDatabaseEverythingIs503_D07_D49(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ana := s.as(t, sample.Ana)
	token := ana.token()
	s.db.Close()
	for _, r := range s.app.table {
		for _, htmx := range []string{"", "true"} {
			ana.header.Set("HX-Request", htmx)
			a := ana.send(r.Method, somewhere(r.Pattern), url.Values{"csrf_token": {token}})
			if a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("Retry-After") == "" {
				t.Errorf("%s %s: status %d, Retry-After %q", r.Method, r.Pattern, a.StatusCode, a.Header.Get("Retry-After"))
			}
			if strings.Contains(a.body, "pool") || strings.Contains(a.body, "SELECT") {
				t.Errorf("%s %s tells what is inside", r.Method, r.Pattern)
			}
		}
	}
	s.stranger(t).get("/login").is(http.StatusServiceUnavailable)
	ana.get("/healthz").is(http.StatusOK)
}

// A change that lost a race twice, or waited too long, is no bug: the same form
// sent again goes through.
func TestALostRaceIsWorthAnotherTry(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
	}{
		"a deadlock":        {&pgconn.PgError{Code: "40P01"}, http.StatusServiceUnavailable},
		"a lost race":       {&pgconn.PgError{Code: "40001"}, http.StatusServiceUnavailable},
		"too long a wait":   {context.DeadlineExceeded, http.StatusServiceUnavailable},
		"a broken rule":     {&pgconn.PgError{Code: "23505", ConstraintName: "unheard_of"}, http.StatusInternalServerError},
		"a statement of no": {&pgconn.PgError{Code: "42601"}, http.StatusInternalServerError},
	} {
		if got := statusOf(fmt.Errorf("update ticket: %w", c.err)); got != c.status {
			t.Errorf("%s: status %d, want %d", name, got, c.status)
		}
	}
}
