package helpdesk_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"helphub/internal/dbtest"
	"helphub/internal/helpdesk"
	"helphub/internal/job"
	"helphub/internal/ledger"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/sample"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// bench is a desk on a database of its own with Ana, Bruno and Célia, two
// departments and two customers in it, and an ear on the channel of news.
type bench struct {
	*helpdesk.Desk
	t   *testing.T
	db  *postgres.DB
	q   *queries.Queries
	ear *pgx.Conn
	// One of each that is no longer offered.
	goneCustomer, goneTeam uuid.UUID
}

var (
	bakery, hotel  = sample.Customers[0], sample.Customers[1]
	cooling, power = sample.Departments[0], sample.Departments[2]
	bruno          = ticket.Ref{ID: sample.Bruno.ID, Name: sample.Bruno.Name}
	celia          = ticket.Ref{ID: sample.Celia.ID, Name: sample.Celia.Name}
)

func newBench(t *testing.T) *bench {
	t.Helper()
	ctx := t.Context()
	b := &bench{t: t, db: dbtest.New(t), goneCustomer: uuid.New(), goneTeam: uuid.New()}
	b.q = queries.New(b.db.Write)
	jobs, err := river.NewClient(riverpgxv5.New(b.db.Write), &river.Config{})
	b.must(err)
	b.Desk = helpdesk.New(ledger.New(b.db.Write, jobs, nil))
	b.must(b.q.InsertCompany(ctx, queries.InsertCompanyParams{Name: sample.Company, TimeZone: "America/Sao_Paulo", Language: "pt-BR"}))
	for _, who := range []staff.Actor{sample.Ana, sample.Bruno, sample.Celia} {
		b.hire(who)
	}
	for _, c := range []ticket.Ref{bakery, hotel, {ID: b.goneCustomer, Name: "Fechou"}} {
		b.must(b.q.InsertCustomer(ctx, queries.InsertCustomerParams{ID: c.ID, LegalName: c.Name, Active: c.ID != b.goneCustomer}))
	}
	for _, d := range []ticket.Ref{cooling, power, {ID: b.goneTeam, Name: "Extinta"}} {
		b.must(b.q.InsertDepartment(ctx, queries.InsertDepartmentParams{ID: d.ID, Name: d.Name, Active: d.ID != b.goneTeam}))
	}
	b.ear, err = pgx.ConnectConfig(ctx, b.db.Write.Config().ConnConfig.Copy())
	b.must(err)
	t.Cleanup(func() { _ = b.ear.Close(context.Background()) }) // the test is over either way
	_, err = b.ear.Exec(ctx, "LISTEN "+live.Channel)
	b.must(err)
	return b
}

// hire adds somebody with a role like theirs.
func (b *bench) hire(who staff.Actor) {
	b.t.Helper()
	role, permissions := queries.InsertRoleParams{ID: who.Role.ID, Name: who.Role.ID.String()}, []string{}
	for _, p := range who.Role.Permissions {
		permissions = append(permissions, string(p))
	}
	role.Permissions = permissions
	b.must(b.q.InsertRole(b.t.Context(), role))
	b.must(b.q.InsertStaff(b.t.Context(), queries.InsertStaffParams{
		ID: who.ID, Name: who.Name, Username: who.Username, PasswordHash: "x", RoleID: who.Role.ID, Active: true,
	}))
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// open opens a ticket for Padaria Central as Ana.
func (b *bench) open() helpdesk.On {
	b.t.Helper()
	p, err := b.OpenTicket(b.t.Context(), sample.Ana, newTicket())
	b.must(err)
	return helpdesk.On{Protocol: p, Version: 1}
}

func newTicket() helpdesk.NewTicket {
	return helpdesk.NewTicket{
		Form: uuid.New(), Subject: "Câmara fria não atinge temperatura", Description: "Não passa de 9 °C.", Priority: "high",
		CustomerID: bakery.ID,
	}
}

// closed is a ticket that Ana opened and closed.
func (b *bench) closed() helpdesk.On {
	b.t.Helper()
	on := b.open()
	b.must(b.MoveTicket(b.t.Context(), sample.Ana, on, ticket.Closed, helpdesk.Words{}))
	on.Version = 2
	return on
}

// words are a reply or note with a form of its own.
func words(body string) helpdesk.Words { return helpdesk.Words{Form: uuid.New(), Body: body} }

// now is the ticket's row; the test fails when there is none.
func (b *bench) now(p ticket.Protocol) queries.GetTicketRow {
	b.t.Helper()
	row, err := b.q.GetTicket(b.t.Context(), string(p))
	b.must(err)
	return row
}

// line is one entry of a timeline, told briefly: reply:words or event:name.
func (b *bench) timeline(p ticket.Protocol) []string {
	b.t.Helper()
	return column[string](b, `SELECT e.kind || ':' || coalesce(e.event, e.body) FROM entry AS e JOIN ticket AS t ON t.id = e.ticket_id
		WHERE t.protocol = $1 ORDER BY e.created_at, e.kind DESC, e.event`, p)
}

// trace is everything that must become true together with a row.
type trace struct {
	Version  int32
	Timeline []string // new entries
	Audit    []string // actions
	Jobs     []string // what people are told of
	News     []string // topics, the ticket's own as ticket
	Changed  []string // fields kept for who comes late
}

// traceOf returns what a command left behind.
func (b *bench) traceOf(p ticket.Protocol, do func() error) (trace, error) {
	b.t.Helper()
	id := b.now(p).ID
	before, audits := len(b.timeline(p)), len(b.audits())
	jobs := len(b.jobs())
	b.news() // what was told before
	err := do()
	t := trace{Version: b.now(p).Version, Timeline: b.timeline(p)[before:], Audit: b.audits()[audits:], News: b.news()}
	for _, j := range b.jobs()[jobs:] {
		t.Jobs = append(t.Jobs, j.Event)
	}
	for i, topic := range t.News {
		if topic == string(live.Ticket(id)) {
			t.News[i] = "ticket"
		}
	}
	slices.Sort(t.News)
	t.Changed = column[string](b, "SELECT field FROM ticket_change WHERE ticket_id = $1 AND version = $2 ORDER BY field", id, t.Version)
	return t, err
}

func (b *bench) audits() []string {
	b.t.Helper()
	return column[string](b, "SELECT action FROM audit ORDER BY at, id")
}

// jobs are the notifications waiting to be worked out, oldest first.
func (b *bench) jobs() []job.Notify {
	b.t.Helper()
	var all []job.Notify
	for _, raw := range column[[]byte](b, "SELECT args FROM river_job WHERE kind = 'notify' ORDER BY id") {
		var n job.Notify
		b.must(json.Unmarshal(raw, &n))
		all = append(all, n)
	}
	return all
}

// news returns the topics told since it was last asked.
func (b *bench) news() []string {
	b.t.Helper()
	end := "end-" + uuid.NewString()
	_, err := b.db.Write.Exec(b.t.Context(), "SELECT pg_notify($1, $2)", live.Channel, end)
	b.must(err)
	var topics []string
	for {
		n, err := b.ear.WaitForNotification(b.t.Context())
		b.must(err)
		if n.Payload == end {
			return topics
		}
		topics = append(topics, n.Payload)
	}
}

// column is the first column of a query.
func column[T any](b *bench, sql string, args ...any) []T {
	b.t.Helper()
	rows, err := b.db.Write.Query(b.t.Context(), sql, args...)
	b.must(err)
	values, err := pgx.CollectRows(rows, pgx.RowTo[T])
	b.must(err)
	return values
}

// world is everything a refused command must leave as it was; what was told
// before is forgotten.
func (b *bench) world() string {
	b.t.Helper()
	b.news()
	return b.tables()
}

// same fails the test when anything was written or told since.
func (b *bench) same(before, what string) {
	b.t.Helper()
	if after := b.tables(); after != before {
		b.t.Errorf("%s left something:\n%s\n%s", what, before, after)
	}
	if told := b.news(); len(told) > 0 {
		b.t.Errorf("%s told %v", what, told)
	}
}

func (b *bench) tables() string {
	b.t.Helper()
	var all []string
	for _, table := range []string{"ticket", "entry", "ticket_change", "audit", "river_job"} {
		all = append(all, column[string](b, fmt.Sprintf(
			"SELECT '%[1]s ' || count(*) || ' ' || coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') FROM %[1]s AS x", table))...)
	}
	return fmt.Sprint(all)
}
