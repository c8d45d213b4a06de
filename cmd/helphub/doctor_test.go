package main

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"helphub/internal/dbtest"
)

// dsnFrom is the embedded database's address, as doctor shows it.
func dsnFrom(t *testing.T, data string) string {
	t.Helper()
	p := launch(t, []string{"HELPHUB_DATA=" + data, "HELPHUB_ADDR=127.0.0.1:0"}, "doctor")
	p.wait()
	_, rest, _ := strings.Cut(p.saidAll(), "  DSN ")
	dsn, _, _ := strings.Cut(strings.TrimSpace(rest), "\n")
	return dsn
}

func TestDoctorShowsWhatIsInForceAndNoSecret(t *testing.T) {
	t.Parallel()
	data := place(t)
	site := launch(t, own(data), "serve")
	base := site.at()
	addr := strings.TrimPrefix(base, "http://")

	p := launch(t, append(own(data), "HELPHUB_ADDR="+addr), "doctor")
	code := p.wait()
	said := p.saidAll()
	if code != exitDone {
		t.Errorf("with everything right doctor ends with %d", code)
	}
	for _, want := range []string{
		"HELPHUB_ADDR             " + addr, "HELPHUB_ADMIN_USER       " + rootUser, adminPasswordVar + "   (set, hidden)",
		"DSN                      postgres://helphub@/helphub?host=", "extensions               all there",
		"answers as HelpHub does", "daily 03:05", "HelpHub, America/Sao_Paulo", "Nothing is wrong.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("doctor does not say %q", want)
		}
	}
	if strings.Contains(said, rootPassword) {
		t.Error("doctor shows the password")
	}
	execute(t, dsnFrom(t, data), "SELECT 1") // The DSN works for others too.
	site.stop()

	sick := launch(t, []string{
		"DATABASE_URL=postgres://ana:sEcret@127.0.0.1:1/x?sslpassword=sEcret", "HELPHUB_DATA=" + data,
		"HELPHUB_ADDR=127.0.0.1:0", "HELPHUB_PUBLIC_URL=https://help.example.com", "HELPHUB_ADMIN_USER=celia",
	}, "doctor")
	code, said = sick.wait(), sick.saidAll()
	if code != exitFailed || strings.Contains(said, "sEcret") {
		t.Errorf("with a lot wrong doctor ends with %d: %s", code, said)
	}
	for _, want := range []string{"cannot be reached", "HELPHUB_TRUSTED_PROXIES does not name it", "HELPHUB_ADMIN_USER is set and"} {
		if !strings.Contains(said, want) {
			t.Errorf("doctor does not find: %s", want)
		}
	}
}

func TestDoctorNoticesThatNothingRunsByItself(t *testing.T) {
	t.Parallel()
	dsn := dbtest.DSN(t)
	env := append(own(place(t)), "DATABASE_URL="+dsn)
	site := launch(t, env, "serve")
	site.at()
	until(t, "a schedule", func() bool { return count(t, dsn, "SELECT count(*) FROM schedule") > 0 })
	site.stop()
	execute(t, dsn, "UPDATE schedule SET next_run_at = now() - interval '2 days', last_result = 'failed', last_error = 'disk full' WHERE name = 'janitor'")
	p := launch(t, env, "doctor")
	if code := p.wait(); code != exitFailed {
		t.Errorf("doctor ends with %d", code)
	}
	for _, want := range []string{"janitor should have run 48h0m0s ago", `janitor failed: "disk full"`} {
		if !strings.Contains(p.saidAll(), want) {
			t.Errorf("doctor does not say %q", want)
		}
	}
}

func count(t *testing.T, dsn, sql string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
