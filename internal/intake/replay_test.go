package intake_test

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"helphub/internal/admin"
	"helphub/internal/dbtest"
	"helphub/internal/helpdesk"
	"helphub/internal/intake"
	"helphub/internal/ledger"
	"helphub/internal/locale"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// newImporter sets a company up on a database of the test's own.
func newImporter(t *testing.T) (*intake.Importer, *postgres.DB) {
	t.Helper()
	db := dbtest.New(t)
	jobs, err := river.NewClient(riverpgxv5.New(db.Write), &river.Config{})
	if err != nil {
		t.Fatal(err)
	}
	read := queries.New(db.Write)
	book := ledger.New(db.Write, jobs, nil)
	office := admin.New(book, read)
	err = office.SetUp(t.Context(), staff.System("test"), admin.FirstRun{
		CompanyName: "Assistência Modelo", Language: locale.PtBR,
		Person: admin.NewStaff{Name: "Célia Prado", Username: "celia", Password: "uma senha bem longa", Active: true},
	}, true)
	if err != nil {
		t.Fatal(err)
	}
	quiet := book.Quietly()
	return &intake.Importer{Desk: helpdesk.New(quiet), Office: admin.New(quiet, read), Read: read, Reason: "Importado"}, db
}

// statuses reads what the database says of every imported incident.
func statuses(t *testing.T, db *postgres.DB) map[string]string {
	t.Helper()
	rows, err := db.Read.Query(context.Background(), "SELECT origin, status FROM ticket WHERE origin IS NOT NULL ORDER BY origin")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	var origin, status string
	if _, err := pgx.ForEachRow(rows, []any{&origin, &status}, func() error {
		got[strings.TrimPrefix(origin, "incidents/number/")] = status
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return got
}

// fingerprint changes when any row of the replayed tables does.
func fingerprint(t *testing.T, db *postgres.DB) string {
	t.Helper()
	const all = `SELECT md5(
		coalesce((SELECT string_agg(x::text, '|' ORDER BY x.id) FROM ticket AS x), '') ||
		coalesce((SELECT string_agg(x::text, '|' ORDER BY x.id) FROM entry AS x), '') ||
		coalesce((SELECT string_agg(x::text, '|' ORDER BY x.id) FROM customer AS x), '') ||
		coalesce((SELECT string_agg(x::text, '|' ORDER BY x.id) FROM staff AS x), '') ||
		coalesce((SELECT string_agg(x::text, '|' ORDER BY x.id) FROM department AS x), '') ||
		(SELECT count(*) FROM audit)::text || (SELECT count(*) FROM river_job)::text)`
	var sum string
	if err := db.Read.QueryRow(context.Background(), all).Scan(&sum); err != nil {
		t.Fatal(err)
	}
	return sum
}

func TestAReplayedSampleStandsWhereTheLogLeftIt(t *testing.T) {
	t.Parallel()
	im, db := newImporter(t)
	incidents, refused := readFile(t, "testdata/incidents.csv")
	if len(refused) != 4 {
		t.Errorf("refused %v, want the 4 broken lines", refused)
	}
	report, err := im.Replay(t.Context(), incidents)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"INC0000045": "closed", "INC0000047": "pending", "INC0000057": "open", "INC0000060": "open"}
	if diff := cmp.Diff(want, statuses(t, db)); diff != "" {
		t.Errorf("statuses (-want +got):\n%s", diff)
	}
	if len(report.Refused) > 0 || report.Opened != 4 {
		t.Errorf("report %+v", report)
	}
	before := fingerprint(t, db)
	again, err := im.Replay(t.Context(), incidents)
	if err != nil {
		t.Fatal(err)
	}
	if again.Opened != 0 || again.Known != 4 || again.Customers+again.Teams+again.People != 0 {
		t.Errorf("second replay made something: %+v", again)
	}
	if after := fingerprint(t, db); after != before {
		t.Error("the second replay changed rows")
	}
}

// The real log is not ours to ship: where it is at hand its path is given.
func TestTheRealLogComesInWhole(t *testing.T) {
	path := os.Getenv("HELPHUB_INCIDENTS")
	if path == "" {
		t.Skip("no real log given (HELPHUB_INCIDENTS is empty); the sample in testdata is replayed instead")
	}
	im, db := newImporter(t)
	incidents, refused := readFile(t, path)
	if len(refused) > 0 {
		t.Fatalf("refused %v", refused)
	}
	report, err := im.Replay(t.Context(), incidents)
	if err != nil {
		t.Fatal(err)
	}
	if len(report.Refused) > 0 {
		t.Errorf("the rules refused %d steps, first: %v", len(report.Refused), report.Refused[0])
	}
	want := lastStates(t, path)
	if diff := cmp.Diff(want, statuses(t, db)); diff != "" {
		t.Errorf("statuses (-from the file +from the database):\n%s", diff)
	}
	before := fingerprint(t, db)
	if _, err := im.Replay(t.Context(), incidents); err != nil {
		t.Fatal(err)
	}
	if fingerprint(t, db) != before {
		t.Error("the second replay changed rows")
	}
	t.Logf("%d rows, %d tickets, %d steps in %s", report.Rows, len(want), report.Steps, report.Took.Round(time.Millisecond))
}

func readFile(t *testing.T, path string) ([]intake.Incident, []intake.Refusal) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	zone, err := time.LoadLocation("America/Sao_Paulo")
	if err != nil {
		t.Fatal(err)
	}
	incidents, refused, err := intake.Read(f, zone)
	if err != nil {
		t.Fatal(err)
	}
	return incidents, refused
}

// lastStates works out where each incident ends by another way than the code
// under test: by cutting lines at commas and keeping the greatest.
func lastStates(t *testing.T, path string) map[string]string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	type last struct{ key, status string }
	lasts := map[string]last{}
	for i, line := range strings.Split(strings.TrimSpace(string(raw)), "\n") {
		f := strings.Split(line, ",")
		if i == 0 {
			continue
		}
		when := f[13] // 29-02-2016 08:53 → 2016-02-29 08:53
		key := strings.Repeat("0", 9-len(f[5])) + f[5] + when[6:10] + when[3:5] + when[0:2] + when[10:]
		status := map[byte]string{'N': "open", 'R': "closed", 'C': "closed"}[f[1][0]]
		switch {
		case f[1] == "Active":
			status = "open"
		case strings.HasPrefix(f[1], "Awaiting"):
			status = "pending"
		}
		if key >= lasts[f[0]].key {
			lasts[f[0]] = last{key, status}
		}
	}
	want := map[string]string{}
	for number, l := range lasts {
		want[number] = l.status
	}
	return want
}
