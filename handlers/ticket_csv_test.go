package handlers

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"helphub/internal/sample"
	"helphub/internal/ticket"
)

// records reads an export as a spreadsheet would.
func (a *answer) records() [][]string {
	a.t.Helper()
	text, ok := strings.CutPrefix(a.is(http.StatusOK).body, byteOrderMark)
	if !ok {
		a.t.Error("the export does not begin with a byte order mark")
	}
	all, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	must(a.t, err)
	return all
}

func TestTheExportIsTheViewAsCSV(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	zone, err := time.LoadLocation("America/Sao_Paulo")
	must(t, err)
	opened := time.Date(2026, 3, 3, 23, 30, 0, 0, zone)
	w.put(t, made{subject: "Vírgula, \"aspas\"\tçã", status: ticket.Closed, priority: ticket.Critical, department: &w.cold, technician: &sample.Bruno.ID, opened: opened, activity: opened.Add(time.Hour), protocol: "20260303-7F3K9Q2M"})
	w.put(t, made{subject: "outro cliente", customer: w.hotel})
	a := w.as(t, sample.Ana).get("/tickets.csv?tab=all&customer=" + w.padaria.String())
	want := [][]string{
		{"Protocolo", "Assunto", "Status", "Prioridade", "Nível", "Cliente", "Departamento", "Técnico", "Aberto", "Última atividade", "Fechado"},
		{"20260303-7F3K9Q2M", "Vírgula, \"aspas\"\tçã", "Fechado", "Crítica", "N1", "Padaria Central", "Refrigeração", "Bruno Teles", "2026-03-03 23:30", "2026-03-04 00:30", "2026-03-04 00:30"},
	}
	if got := a.records(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if got := a.Header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("Content-Type %q", got)
	}
	name := "chamados-" + time.Now().In(zone).Format("2006-01-02") + ".csv"
	if got := a.Header.Get("Content-Disposition"); got != `attachment; filename="`+name+`"` {
		t.Errorf("Content-Disposition %q", got)
	}
	if !strings.Contains(a.body, "\r\n") {
		t.Error("lines do not end as RFC 4180 says")
	}
}

func TestTheExportHoldsNoFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"=cmd|'/c calc'!A0": "'=cmd|'/c calc'!A0", "+1": "'+1", "-1+1": "'-1+1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1", "\n=1": "'\n=1",
		"  =1": "'  =1", "＝1": "'＝1", "＋1": "'＋1", "－1": "'－1", "＠x": "'＠x", " =1": "' =1", "'=1": "'=1",
		"": "", "Freezer": "Freezer", "5 = 5": "5 = 5", "a@b": "a@b", "20261123-7F3K9Q2M": "20261123-7F3K9Q2M",
	} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), "UPDATE customer SET trade_name = '@SUM(1)'; UPDATE department SET name = '+' || name; UPDATE staff SET name = '-' || name")
	must(t, err)
	w.put(t, made{subject: `=HYPERLINK("http://evil.example","x")`, department: &w.cold, technician: &sample.Bruno.ID})
	for _, record := range w.as(t, sample.Ana).get("/tickets.csv").records()[1:] {
		for _, field := range record {
			if strings.ContainsAny(field[:min(1, len(field))], "=+-@\t\r") {
				t.Errorf("a spreadsheet would run %q", field)
			}
		}
	}
}

// Every row is in the file once and in the list's order, also when there are
// more than one batch holds.
func TestTheExportHoldsEveryRowOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.db.Write.Exec(t.Context(), `INSERT INTO ticket (id, protocol, subject, description, status, priority, customer_id, department_id, opened_at, last_activity_at, last_word_at)
SELECT gen_random_uuid(), '20261123-' || lpad(i::text, 8, '0'), to_char(i, 'FM0000'), 'x', 'open', 1 + i % 4, $1, CASE i % 3 WHEN 0 THEN $2::uuid WHEN 1 THEN $3::uuid END, now(), now() - i % 7 * interval '1 day', now()
FROM generate_series(1, 2345) AS i`, w.padaria, w.cold, w.electric)
	must(t, err)
	ana := w.as(t, sample.Ana)
	for sort := range orders {
		for _, order := range []string{"asc", "desc"} {
			var got []string
			for _, r := range ana.get("/tickets.csv?sort=" + string(sort) + "&order=" + order + "&after=x&before=y").records()[1:] {
				got = append(got, r[1])
			}
			if want := w.sorted(t, sort, order, "true"); !slices.Equal(got, want) {
				t.Errorf("%s %s: %d rows, want %d in their order", sort, order, len(got), len(want))
			}
		}
	}
}

func TestTheHeadOfAnExportReadsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.put(t, made{})
	ana := w.as(t, sample.Ana)
	a := ana.send(http.MethodHead, "/tickets.csv", nil).is(http.StatusOK)
	if a.body != "" || ana.queries.Load() > 2 || !strings.HasPrefix(a.Header.Get("Content-Disposition"), "attachment") {
		t.Errorf("%d bytes, %d queries, %v", len(a.body), ana.queries.Load(), a.Header)
	}
}

// brokenPipe is a reader who leaves after the first batch.
type brokenPipe struct {
	*httptest.ResponseRecorder
	left int
}

func (b *brokenPipe) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return b.ResponseRecorder.Write(p)
}

// An export that fails in the middle must not look like a whole file: the
// connection is cut. One whose reader left ends in silence, and either gives
// its place and its connection back. Seen to fail with an ordinary error instead
// of the abort.
func TestAnExportThatFailsIsCut(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stock(t, 3000)
	ana := w.as(t, sample.Ana)
	if cut := ana.exports(&brokenPipe{httptest.NewRecorder(), 50_000}); cut != nil {
		t.Errorf("a reader who left ends in %v", cut)
	}
	out := &meddler{ResponseRecorder: httptest.NewRecorder(), at: 50_000, meddle: func() {
		_, err := w.db.Write.Exec(t.Context(), "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
		must(t, err)
	}}
	if cut, ok := ana.exports(out).(error); !ok || !errors.Is(cut, http.ErrAbortHandler) {
		t.Errorf("a database that leaves in the middle ends in %v, want the connection cut", cut)
	}
	if n := len(w.app.exports); n != 0 {
		t.Errorf("%d places are still taken", n)
	}
	if got := len(ana.get("/tickets.csv").records()); got != 3001 {
		t.Errorf("afterwards an export has %d lines", got)
	}
}

// meddler does something as soon as so many bytes have been written.
type meddler struct {
	*httptest.ResponseRecorder
	at     int
	meddle func()
}

func (m *meddler) Write(p []byte) (int, error) {
	if before := m.at; before > 0 {
		if m.at -= len(p); m.at <= 0 {
			m.meddle()
		}
	}
	return m.ResponseRecorder.Write(p)
}

// An export shows one moment: what moves behind its back while it is written is
// in it, where it was. Seen to fail without REPEATABLE READ.
func TestTheExportShowsOneMoment(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.stock(t, 3000)
	ana := w.as(t, sample.Ana)
	out := &meddler{ResponseRecorder: httptest.NewRecorder(), at: 50_000, meddle: func() {
		_, err := w.db.Write.Exec(t.Context(), "UPDATE ticket SET last_activity_at = now() + interval '1 hour' WHERE protocol > '20261123-00002000'")
		must(t, err)
	}}
	if cut := ana.exports(out); cut != nil {
		t.Fatal(cut)
	}
	seen := map[string]int{}
	records, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(out.Body.String(), byteOrderMark))).ReadAll()
	must(t, err)
	for _, r := range records[1:] {
		seen[r[0]]++
	}
	if len(records) != 3001 || len(seen) != 3000 {
		t.Errorf("%d lines of %d tickets, want every one once", len(records)-1, len(seen))
	}
}

// stock fills the list with n tickets, the last one the longest without activity.
func (w *world) stock(t *testing.T, n int) {
	t.Helper()
	_, err := w.db.Write.Exec(t.Context(), `INSERT INTO ticket (id, protocol, subject, description, status, priority, customer_id, opened_at, last_activity_at, last_word_at)
SELECT gen_random_uuid(), '20261123-' || lpad(i::text, 8, '0'), 'Chamado ' || i, 'x', 'open', 2, $1, now(), now() - i * interval '1 second', now() FROM generate_series(1, $2) AS i`, w.padaria, n)
	must(t, err)
}

// exports asks for the export with a writer of one's own, and returns the panic
// that cut it.
func (c *client) exports(out http.ResponseWriter) (cut any) {
	defer func() { cut = recover() }()
	r := httptest.NewRequestWithContext(c.t.Context(), http.MethodGet, "/tickets.csv", nil)
	for name, value := range c.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	c.site.handler.ServeHTTP(out, r)
	return nil
}

func TestOneExportTooManyWaits(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ana := w.as(t, sample.Ana)
	for range maxExports {
		w.app.exports <- struct{}{}
	}
	a := ana.get("/tickets.csv").is(http.StatusTooManyRequests)
	if a.Header.Get("Retry-After") != "10" || a.Header.Get("Content-Disposition") != "" {
		t.Errorf("headers %v", a.Header)
	}
	<-w.app.exports
	ana.get("/tickets.csv").is(http.StatusOK)
}
