package postgres

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestAQueryGoesByItsNameOrItsFirstWord(t *testing.T) {
	t.Parallel()
	for sql, want := range map[string]string{
		"-- name: ListTickets :many\nSELECT 1":   "ListTickets",
		"\n  -- name: LockTicket :one\nSELECT 1": "LockTicket",
		"SELECT now()":                           "select",
		"begin":                                  "begin",
		"savepoint sp_1":                         "savepoint",
		"begin isolation level serializable":     "begin",
		"COMMIT;":                                "commit",
		"":                                       "",
	} {
		if got := QueryName(sql); got != want {
			t.Errorf("QueryName(%q) = %q, want %q", sql, got, want)
		}
	}
}

func TestOnlyASlowQueryIsLoggedAndWithoutItsText(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	tr := &tracer{log: slog.New(slog.NewTextHandler(&out, nil))}
	tr.report(t.Context(), span{name: "ListTickets", start: time.Now()}, nil)
	if out.Len() > 0 {
		t.Errorf("a quick query was logged: %s", out.String())
	}
	tr.report(t.Context(), span{name: "ListTickets", start: time.Now().Add(-2 * slowQuery)}, nil)
	if line := out.String(); !strings.Contains(line, "level=WARN") || !strings.Contains(line, "query=ListTickets") {
		t.Errorf("slow query logged as %q", line)
	}
}

func TestAMissingExtensionIsNamedWithWhereItComesFrom(t *testing.T) {
	t.Parallel()
	if err := missingExtensions([]string{"unaccent", "pg_trgm", "btree_gist"}); err != nil {
		t.Errorf("none is missing, and yet: %v", err)
	}
	err := missingExtensions([]string{"pg_trgm"})
	if err == nil {
		t.Fatal("two are missing, and nothing was said")
	}
	for _, want := range []string{"btree_gist, unaccent", "postgresql-contrib"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "lacks pg_trgm") {
		t.Errorf("%q names one that is there", err)
	}
}
