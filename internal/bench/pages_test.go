package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/pgembed"
	"helphub/internal/rig"
)

const (
	password = "onça pintada 42 voa"
	// rounds is how often each side is measured, taking turns, and turn how long.
	rounds = 3
	turn   = time.Second
	// deep is the page of the list that counts as far away.
	deep = 500
	// long is how many entries a long ticket has, and longs how many there are.
	long, longs = 40, 100
)

// operation is something people do, as ours and the floor are asked for it.
type operation struct {
	name        string
	target      float64 // what ours may cost in floors
	ours, floor func(n int) request
	sides       [2]side
	bytes, gzip int     // of ours' page
	queries     float64 // of ours
}

// BenchmarkPages prints what each page and write costs.
func BenchmarkPages(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("processor time is read from /proc, which only Linux has")
	}
	tickets := 100_000
	if text := os.Getenv("HELPHUB_BENCH_TICKETS"); text != "" {
		var err error
		if tickets, err = strconv.Atoi(text); err != nil {
			b.Fatal(err)
		}
	}
	h := open(b, tickets)
	operations := h.operations(b)
	for b.Loop() {
		for i := range operations {
			h.look(b, &operations[i])
			h.measure(b, &operations[i])
		}
	}
	for _, line := range table(operations) {
		b.Log(line)
	}
}

// hall is both programs on one database.
type hall struct {
	db          server
	ours, floor side
	metrics     string // where ours shows its figures
	conn        *pgx.Conn
}

func open(b *testing.B, tickets int) *hall {
	b.Helper()
	folder := rig.Folder(b)
	h := &hall{db: server{state: filepath.Join(folder, "database")}}
	share, err := pgembed.Start(b.Context(), pgembed.Options{Data: h.db.state, Bin: os.Getenv("HELPHUB_PG_BIN")})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := share.Stop(context.WithoutCancel(b.Context())); err != nil {
			b.Log(err) // The folder goes anyway.
		}
	})
	program, floor := rig.Build(b, folder, "./cmd/helphub"), rig.Build(b, folder, "./internal/bench/floor")
	address, metrics, floorAddress := rig.FreeAddress(b), rig.FreeAddress(b), rig.FreeAddress(b)
	env := rig.Environment("DATABASE_URL="+share.DSN(), "HELPHUB_DATA="+filepath.Join(folder, "data"),
		"HELPHUB_ADMIN_PASSWORD="+password, "HELPHUB_ADDR="+address, "HELPHUB_METRICS_ADDR="+metrics)
	began := time.Now()
	rig.Run(b, env, program, "demo", "--tickets", strconv.Itoa(tickets))
	b.Logf("%d tickets loaded in %s", tickets, time.Since(began).Round(time.Second))
	h.metrics = "http://" + metrics
	h.ours = side{base: "http://" + address, process: rig.NewProcess(b, "ours", env, program, "serve", "--no-worker")}
	h.floor = side{base: "http://" + floorAddress, process: rig.NewProcess(b, "floor", env, floor, floorAddress, share.DSN())}
	for _, s := range []*side{&h.ours, &h.floor} {
		s.process.Start()
		b.Cleanup(s.process.Kill)
		if err := rig.Ready(b.Context(), s.base+"/healthz"); err != nil {
			b.Fatal(err)
		}
	}
	h.ours.signIn(b)
	for range hands {
		h.floor.clients = append(h.floor.clients, newClient(b))
	}
	if h.conn, err = pgx.Connect(b.Context(), share.DSN()); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = h.conn.Close(context.WithoutCancel(b.Context())) }) // The database goes with it.
	return h
}

// operations prepares what is needed and says how each is asked for.
func (h *hall) operations(b *testing.B) []operation {
	tall, others := h.lengthen(b), h.protocols(b)
	customer, department := h.one(b, "SELECT id::text FROM customer WHERE active ORDER BY id LIMIT 1"), h.one(b, "SELECT id::text FROM department WHERE active ORDER BY id LIMIT 1")
	far, place := h.walk(b)
	always := func(path string) func(int) request { return func(int) request { return request{path: path} } }
	form := func(path func(n int) string, more url.Values) func(int) request {
		return func(n int) request {
			v := url.Values{"form_id": {uuid.NewString()}, "version": {"4"}}
			for name, values := range more {
				v[name] = values
			}
			return request{path: path(n), form: v}
		}
	}
	opened := form(func(int) string { return "/tickets" }, url.Values{
		"customer_id": {customer}, "department_id": {department}, "priority": {"normal"},
		"subject": {"Câmara fria não atinge temperatura"}, "description": {strings.Repeat("Não gela desde ontem à noite. ", 6)},
	})
	replied := form(func(n int) string { return "/tickets/" + others[n%len(others)] + "/replies" }, url.Values{
		"body": {strings.Repeat("Vamos verificar no local. ", 6)},
	})
	show := func(n int) request { return request{path: "/tickets/" + tall[n%len(tall)]} }
	return []operation{
		{name: "ticket grid, first page", target: 2.5, ours: always("/tickets"), floor: always("/tickets")},
		{name: fmt.Sprintf("grid %d pages deep", deep), target: 3, ours: always(far), floor: always(place)},
		{name: "status + text filter", target: 2.5, ours: always("/tickets?tab=open&q=balc%C3%A3o"), floor: always("/tickets?tab=open&q=balcao")},
		{name: fmt.Sprintf("ticket with %d entries", long), target: 3, ours: show, floor: show},
		{name: "create a ticket", target: 6, ours: opened, floor: opened},
		{name: "reply", target: 6, ours: replied, floor: replied},
	}
}

// look asks ours for a page a few times: it is warm then, and known for its
// size and its queries.
func (h *hall) look(b *testing.B, o *operation) {
	b.Helper()
	const times = 20
	before := h.queries(b)
	for n := range times {
		raw, err := h.ours.clients[n].send(b.Context(), h.ours.base, o.ours(n), false)
		if err != nil {
			b.Fatal(err)
		}
		o.bytes = len(raw)
	}
	o.queries = float64(h.queries(b)-before) / times
	raw, err := h.ours.clients[times].send(b.Context(), h.ours.base, o.ours(times), true)
	if err != nil {
		b.Fatal(err)
	}
	o.gzip = len(raw)
}

// measure lets both sides do it, taking turns.
func (h *hall) measure(b *testing.B, o *operation) {
	b.Helper()
	o.sides = [2]side{h.ours, h.floor}
	for range rounds {
		o.sides[0].drive(b, h.db, turn, o.ours)
		o.sides[1].drive(b, h.db, turn, func(n int) request {
			r := o.floor(n)
			if r.form == nil {
				separator := "?"
				if strings.Contains(r.path, "?") {
					separator = "&"
				}
				r.path += separator + "bytes=" + strconv.Itoa(o.bytes)
			}
			return r
		})
	}
}

// lengthen gives some tickets as many entries as a long one has.
func (h *hall) lengthen(b *testing.B) []string {
	b.Helper()
	return h.list(b, `WITH chosen AS (
			SELECT id, protocol, opened_by, opened_at, row_number() OVER (ORDER BY id) AS n,
			       (SELECT count(*) FROM entry AS e WHERE e.ticket_id = t.id) AS has
			FROM ticket AS t WHERE status = 'open' AND origin IS NULL ORDER BY id DESC LIMIT $1
		), added AS (
			INSERT INTO entry (id, ticket_id, kind, body, author_id, author_name, created_at)
			SELECT gen_random_uuid(), c.id, CASE g % 2 WHEN 0 THEN 'note' ELSE 'reply' END,
			       repeat('Medição conferida, aguardando a peça do estoque. ', 3), c.opened_by, 'Corpus', c.opened_at + g * interval '1 minute'
			FROM chosen AS c CROSS JOIN LATERAL generate_series(c.has + 1, $2) AS g
		)
		SELECT protocol FROM chosen ORDER BY n`, longs, long)
}

// protocols are open tickets to write on, in no order.
func (h *hall) protocols(b *testing.B) []string {
	b.Helper()
	all := h.list(b, "SELECT protocol FROM ticket WHERE status <> 'closed' ORDER BY id LIMIT 5000")
	rand.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

// walk follows the list's own links to a page far away and returns its address
// at both sides.
func (h *hall) walk(b *testing.B) (ours, floor string) {
	b.Helper()
	ours = "/tickets"
	var last string
	for n := range deep - 1 {
		raw, err := h.ours.clients[n%sessions].send(b.Context(), h.ours.base, request{path: ours}, false)
		if err != nil {
			b.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(raw))
		if err != nil {
			b.Fatal(err)
		}
		next, ok := doc.Find(`.pager a[rel="next"]`).Attr("href")
		if !ok {
			break // a small corpus ends earlier
		}
		ours, last = next, doc.Find("[data-protocol]").Last().AttrOr("data-protocol", "")
	}
	var at time.Time
	var id string
	if err := h.conn.QueryRow(b.Context(), "SELECT last_activity_at, id::text FROM ticket WHERE protocol = $1", last).Scan(&at, &id); err != nil {
		b.Fatal(err)
	}
	return ours, "/tickets?" + url.Values{"after": {at.Format(time.RFC3339Nano)}, "id": {id}}.Encode()
}

func (h *hall) list(b *testing.B, sql string, args ...any) []string {
	b.Helper()
	rows, err := h.conn.Query(b.Context(), sql, args...)
	if err != nil {
		b.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(found) == 0 {
		b.Fatalf("%s: %d rows, %v", sql, len(found), err)
	}
	return found
}

func (h *hall) one(b *testing.B, sql string) string { return h.list(b, sql)[0] }

var queryCount = regexp.MustCompile(`(?m)^helphub_query_duration_seconds_count\{.*\} (\d+)`)

// queries is how many ours has asked so far.
func (h *hall) queries(b *testing.B) (total int) {
	b.Helper()
	raw, err := newClient(b).send(b.Context(), h.metrics, request{path: "/metrics"}, false)
	if err != nil {
		b.Fatal(err)
	}
	for _, found := range queryCount.FindAllSubmatch(raw, -1) {
		n, err := strconv.Atoi(string(found[1]))
		if err != nil {
			b.Fatal(err)
		}
		total += n
	}
	return total
}

// table is the figures as people read them.
func table(operations []operation) []string {
	lines := []string{fmt.Sprintf("%-26s %9s %9s %7s %7s %9s %8s %9s %7s",
		"CPU ms per operation", "program", "database", "ours", "floor", "ratio", "queries", "bytes", "gzip")}
	for _, o := range operations {
		cost := func(d time.Duration, n int) float64 { return float64(d) / float64(time.Millisecond) / float64(n) }
		ours, floor := o.sides[0], o.sides[1]
		program, db := cost(ours.cpu, ours.done), cost(ours.db, ours.done)
		below := cost(floor.cpu+floor.db, floor.done)
		lines = append(lines, fmt.Sprintf("%-26s %9.2f %9.2f %7.2f %7.2f %4.1f ≤%3.1f %8.1f %9d %7d",
			o.name, program, db, program+db, below, (program+db)/below, o.target, o.queries, o.bytes, o.gzip))
	}
	return slices.Clip(lines)
}
