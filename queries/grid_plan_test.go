package queries

import (
	"crypto/md5"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"helphub/internal/dbtest"
	"helphub/internal/ticket"
)

// planRows is how many tickets the plans are made for. More than a test can
// wait for are made with HELPHUB_TEST_GRID_ROWS, for a look at the times.
func planRows(t *testing.T) int {
	n, err := strconv.Atoi(os.Getenv("HELPHUB_TEST_GRID_ROWS"))
	if err != nil {
		return 20_000
	}
	t.Logf("%d tickets, because HELPHUB_TEST_GRID_ROWS says so", n)
	return n
}

const fillGrid = `
INSERT INTO role (id, name, permissions) VALUES ('00000000-0000-7000-8000-000000000001', 'x', '{visit.perform}');
INSERT INTO staff (id, name, username, password_hash, role_id)
  SELECT md5('s' || i)::uuid, 'Pessoa ' || i, 'p' || i, 'x', '00000000-0000-7000-8000-000000000001' FROM generate_series(1, 40) AS i;
INSERT INTO department (id, name) SELECT md5('d' || i)::uuid, 'Departamento ' || i FROM generate_series(1, 12) AS i;
INSERT INTO customer (id, legal_name) SELECT md5('c' || i)::uuid, (ARRAY['Padaria','Hotel','Escola'])[1 + i %% 3] || ' ' || i FROM generate_series(1, %[1]d / 100) AS i;
INSERT INTO ticket (id, protocol, subject, description, status, priority, customer_id, department_id, technician_id, opened_at, last_activity_at, last_word_at, closed_at)
SELECT (lpad(to_hex(i), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid, '20260101-' || lpad(i::text, 8, '0'),
  (ARRAY['Câmara fria','Ar-condicionado','Balcão','Freezer'])[1 + i %% 4] || ' parou ' || i,
  'O cliente conta que ' || repeat(md5(i::text) || ' ', 10) || CASE WHEN i %% 4000 = 0 THEN 'raridade' ELSE '' END,
  s, CASE WHEN i %% 100 < 3 THEN 4 WHEN i %% 100 < 18 THEN 3 ELSE 2 END, md5('c' || 1 + abs(hashint4(i)) %% (%[1]d / 100))::uuid,
  CASE WHEN i %% 13 > 0 THEN md5('d' || i %% 13)::uuid END, CASE WHEN abs(hashint4(i * 7)) %% 41 > 0 THEN md5('s' || abs(hashint4(i * 7)) %% 41)::uuid END,
  o, o + i %% 97 * interval '1 hour', o, CASE s WHEN 'closed' THEN o END
FROM (SELECT i, now() - (%[1]d - i) * interval '1000 days' / %[1]d AS o,
  CASE hashint4(i * 5) & 15 WHEN 0 THEN 'escalated' WHEN 1 THEN 'pending' WHEN 2 THEN 'open' WHEN 3 THEN 'open' ELSE 'closed' END AS s
  FROM generate_series(1, %[1]d) AS i) AS x;
VACUUM ANALYZE ticket; ANALYZE customer; ANALYZE department; ANALYZE staff`

// No order, in no direction, with no usual filter, reads the whole table: seen
// to fail without ticket_by_opening, and with sorting instead of byTeam.
func TestNoOrderReadsTheWholeTable(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	for _, statement := range strings.Split(fmt.Sprintf(fillGrid, planRows(t)), ";\n") {
		for _, one := range strings.Split(statement, "; ") {
			if _, err := db.Write.Exec(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
	}
	page, err := ListTicketGrid(t.Context(), db.Read, TicketGrid{Department: GridRef{ID: md5.Sum([]byte("d5"))}, Limit: 300})
	if err != nil || len(page.Rows) < 300 {
		t.Fatalf("%d rows: %v", len(page.Rows), err)
	}
	middle := page.Rows[150]
	now := time.Now()
	id := func(name string) GridRef { return GridRef{ID: md5.Sum([]byte(name))} } // as the SQL above names them
	technician, team, customer := id("s5"), id("d5"), id("c5")
	for name, filter := range map[string]TicketGrid{
		"nothing": {}, "critical": {Priority: ticket.Critical}, "technician": {Technician: technician}, "nobody": {Technician: GridRef{None: true}},
		"team": {Department: team}, "triage": {Department: GridRef{None: true}}, "customer": {Customer: customer}, "team's technician": {Department: team, Technician: technician},
		"a day": {From: now.AddDate(0, -6, 0), To: now.AddDate(0, -6, 1)}, "a protocol": {Search: ParseTicketSearch("20260101-00000007")},
		"a rare word": {Search: ParseTicketSearch("raridade")}, "no word there is": {Search: ParseTicketSearch("xyzzy")}, "a customer's name": {Search: ParseTicketSearch("hotel 55")},
	} {
		for _, tab := range []GridTab{TabActive, "open", "scheduled", "closed", TabAll} {
			for _, sort := range GridSorts() {
				for _, desc := range []bool{false, true} {
					g := filter
					g.Tab, g.Sort, g.Desc, g.Limit = tab, sort, desc, GridPage
					for _, after := range []string{"", newGridSelect(g).cursor(middle)} {
						g.After = after
						if plan := explain(t, db.Read, g); strings.Contains(plan, "Seq Scan on ticket") {
							t.Errorf("%s, %s by %s, desc %v:\n%s", name, tab, sort, desc, plan)
						}
					}
				}
			}
		}
	}
}

func explain(t *testing.T, db DBTX, g TicketGrid) string {
	t.Helper()
	s := newGridSelect(g)
	rows, err := db.Query(t.Context(), "EXPLAIN "+s.sql(), pgx.QueryExecModeCacheDescribe, s.args)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
