package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/internal/ticket"
)

// Bulk is the corpus that figures are measured on: many tickets of many
// customers, a third of them active, four entries each. It goes in by COPY,
// without audit or jobs: it is for measuring, not for looking at.
type Bulk struct {
	Pool *pgxpool.Pool
	// Tickets is how many; customers, people and departments follow from it.
	Tickets int
	Now     time.Time
	Seed    uint64
	// Progress is told the table and how many rows of how many are in; may be nil.
	Progress func(table string, done, total int)
}

// What the corpus holds beside its tickets (the quality figures' definition).
const (
	bulkCustomers   = 10_000
	bulkStaff       = 40
	bulkDepartments = 12
	bulkEntries     = 4
	bulkDays        = 3 * 365
)

// batch is how many tickets one COPY takes: a few megabytes.
const batch = 20_000

// Fill loads the corpus and leaves the planner's statistics fresh. The indexes
// that would slow the load down are made again after it.
func (b *Bulk) Fill(ctx context.Context) error {
	conn, err := b.Pool.Acquire(ctx)
	if err != nil {
		return fmt.Errorf("acquire connection: %w", err)
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, "SET statement_timeout = 0"); err != nil {
		return fmt.Errorf("lift statement timeout: %w", err)
	}
	defer func() { _ = conn.Conn().Close(context.WithoutCancel(ctx)) }() // its settings end with it
	// Foreign keys are right by construction; only a superuser may skip the check.
	_, _ = conn.Exec(ctx, "SET session_replication_role = replica")
	indexes, err := b.dropIndexes(ctx, conn.Conn())
	if err != nil {
		return err
	}
	w, err := b.people(ctx, conn.Conn())
	if err != nil {
		return err
	}
	if err := b.tickets(ctx, conn.Conn(), w); err != nil {
		return err
	}
	for i, sql := range indexes {
		b.tell("indexes", i, len(indexes))
		if _, err := conn.Exec(ctx, sql); err != nil {
			return fmt.Errorf("make index again: %w", err)
		}
	}
	if _, err := conn.Exec(ctx, "VACUUM ANALYZE"); err != nil {
		return fmt.Errorf("analyze: %w", err)
	}
	return nil
}

// dropIndexes drops what can be made again from its definition and returns
// the definitions.
func (b *Bulk) dropIndexes(ctx context.Context, conn *pgx.Conn) ([]string, error) {
	rows, err := conn.Query(ctx, `
		SELECT i.indexname, i.indexdef FROM pg_indexes AS i
		WHERE i.schemaname = current_schema() AND i.tablename IN ('ticket', 'entry', 'customer')
		  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS c WHERE c.conname = i.indexname)
		ORDER BY i.indexname`)
	if err != nil {
		return nil, fmt.Errorf("list indexes: %w", err)
	}
	var names, definitions []string
	var name, definition string
	if _, err := pgx.ForEachRow(rows, []any{&name, &definition}, func() error {
		names, definitions = append(names, name), append(definitions, definition)
		return nil
	}); err != nil {
		return nil, fmt.Errorf("read indexes: %w", err)
	}
	for _, n := range names {
		if _, err := conn.Exec(ctx, "DROP INDEX "+pgx.Identifier{n}.Sanitize()); err != nil {
			return nil, fmt.Errorf("drop index %s: %w", n, err)
		}
	}
	return definitions, nil
}

// world is who the tickets are by and for.
type world struct{ customers, staff, teams []uuid.UUID }

func (b *Bulk) people(ctx context.Context, conn *pgx.Conn) (world, error) {
	var w world
	var role uuid.UUID
	if err := conn.QueryRow(ctx, "SELECT id FROM role WHERE key = $1", staff.Technician).Scan(&role); err != nil {
		return w, fmt.Errorf("get technician role: %w", err)
	}
	r := rand.New(rand.NewPCG(b.Seed, 1)) //nolint:gosec // a corpus needs no secrecy
	var people, teams, customers [][]any
	tag := fmt.Sprintf("%x", b.Now.UnixNano())
	for i := range bulkStaff {
		id := stamped(b.Now, r)
		w.staff = append(w.staff, id)
		people = append(people, []any{id, fmt.Sprintf("%s %s", given[i%len(given)], family[(i*5)%len(family)]), fmt.Sprintf("corpus.%s.%d", tag, i), "-", role})
	}
	for i := range bulkDepartments {
		id := stamped(b.Now, r)
		w.teams = append(w.teams, id)
		teams = append(teams, []any{id, fmt.Sprintf("Equipe %s %02d", tag[len(tag)-4:], i+1)})
	}
	for i := range bulkCustomers {
		id := stamped(b.Now, r)
		w.customers = append(w.customers, id)
		customers = append(customers, []any{id, fmt.Sprintf("%s %s %s Ltda", trade[r.IntN(len(trade))], given[r.IntN(len(given))], family[r.IntN(len(family))]), fmt.Sprintf("1932%06d", i), "Campinas", "SP"})
	}
	for _, c := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"staff", []string{"id", "name", "username", "password_hash", "role_id"}, people},
		{"department", []string{"id", "name"}, teams},
		{"customer", []string{"id", "legal_name", "phone", "city", "state"}, customers},
	} {
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{c.table}, c.columns, pgx.CopyFromRows(c.rows)); err != nil {
			return w, fmt.Errorf("copy %s: %w", c.table, err)
		}
		b.tell(c.table, len(c.rows), len(c.rows))
	}
	return w, nil
}

func (b *Bulk) tickets(ctx context.Context, conn *pgx.Conn, w world) error {
	r := rand.New(rand.NewPCG(b.Seed, 2)) //nolint:gosec // a corpus needs no secrecy
	for from := 0; from < b.Tickets; from += batch {
		n := min(batch, b.Tickets-from)
		tickets := make([][]any, 0, n)
		entries := make([][]any, 0, n*bulkEntries)
		for i := range n {
			row, lines := b.ticket(r, w, from+i)
			tickets = append(tickets, row)
			entries = append(entries, lines...)
		}
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{"ticket"}, ticketColumns, pgx.CopyFromRows(tickets)); err != nil {
			return fmt.Errorf("copy tickets: %w", err)
		}
		if _, err := conn.CopyFrom(ctx, pgx.Identifier{"entry"}, entryColumns, pgx.CopyFromRows(entries)); err != nil {
			return fmt.Errorf("copy entries: %w", err)
		}
		b.tell("ticket", from+n, b.Tickets)
	}
	return nil
}

var (
	ticketColumns = []string{
		"id", "protocol", "subject", "description", "status", "priority", "level", "customer_id", "department_id",
		"technician_id", "opened_by", "opened_at", "last_activity_at", "last_word_at", "closed_at", "version",
	}
	entryColumns = []string{"id", "ticket_id", "kind", "body", "author_id", "author_name", "event", "data", "created_at"}
)

// ticket makes the i-th ticket and its entries; the later ones are the newer.
func (b *Bulk) ticket(r *rand.Rand, w world, i int) (row []any, lines [][]any) {
	age := time.Duration(float64(bulkDays) * 24 * float64(time.Hour) * float64(b.Tickets-i) / float64(b.Tickets))
	opened := b.Now.Add(-age).Truncate(time.Second)
	last := opened.Add(time.Duration(r.Int64N(int64(min(age, 10*24*time.Hour)) + 1)))
	status := ticket.Closed
	if r.IntN(3) == 0 {
		status = []ticket.Status{ticket.Open, ticket.Open, ticket.Pending, ticket.Escalated}[r.IntN(4)]
	}
	var closed *time.Time
	if status == ticket.Closed {
		closed = &last
	}
	technician := &w.staff[r.IntN(len(w.staff))]
	if r.IntN(10) == 0 {
		technician = nil
	}
	opener := w.staff[r.IntN(len(w.staff))]
	s := stories[r.IntN(len(stories))]
	id := stamped(opened, r)
	row = []any{
		id, string(ticket.NewProtocol(opened, time.UTC)), s.subject, s.description + " " + filler(r, 12), string(status),
		int16(1 + r.IntN(4)), int16(1 + r.IntN(3)), w.customers[r.IntN(len(w.customers))], w.teams[r.IntN(len(w.teams))], //nolint:gosec // tiny
		technician, opener, opened, last, last, closed, int32(bulkEntries),
	}
	event := "opened"
	lines = append(lines, []any{stamped(opened, r), id, "event", "", opener, "Corpus", &event, []byte("{}"), opened})
	for n := 1; n < bulkEntries; n++ {
		at := opened.Add(last.Sub(opened) * time.Duration(n) / time.Duration(bulkEntries-1))
		kind := []string{"reply", "note", "reply"}[n%3]
		lines = append(lines, []any{stamped(at, r), id, kind, filler(r, 20), opener, "Corpus", nil, nil, at})
	}
	return row, lines
}

func (b *Bulk) tell(table string, done, total int) {
	if b.Progress != nil {
		b.Progress(table, done, total)
	}
}

// stamped is an id of version 7 for a moment of the past.
func stamped(at time.Time, r *rand.Rand) uuid.UUID {
	var id uuid.UUID
	ms := uint64(at.UnixMilli()) //nolint:gosec // after 1970
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i)) //nolint:gosec // one byte of six
	}
	hi, lo := r.Uint64(), r.Uint64()
	for i := range 8 {
		id[8+i] = byte(lo >> (8 * i)) //nolint:gosec // one byte of eight
	}
	id[6], id[7] = 0x70|byte(hi&0x0f), byte(hi>>8) //nolint:gosec // version 7
	id[8] = 0x80 | id[8]&0x3f
	return id
}

// filler is n words about nothing in particular, so that texts differ.
func filler(r *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = vocabulary[r.IntN(len(vocabulary))]
	}
	return strings.Join(words, " ")
}

var (
	given  = strings.Fields("Adriana Beatriz Caio Daniela Eduardo Fernanda Gustavo Heloísa Igor Júlia Leandro Marina Natália Otávio Patrícia Rafael Sônia Tiago Valéria Yuri")
	family = strings.Fields("Almeida Barbosa Cardoso Duarte Esteves Fonseca Gouveia Henriques Lacerda Moraes Novaes Pacheco Queiroz Rezende Siqueira Teixeira Vasconcelos")
	trade  = strings.Fields("Padaria Mercado Farmácia Hotel Clínica Escola Oficina Restaurante Papelaria Açougue Floricultura Academia Lavanderia Gráfica")

	vocabulary = strings.Fields(`compressor evaporador condensadora serpentina termostato sensor válvula contatora
		disjuntor fusível cabo tomada placa ventilador hélice dreno filtro gás vazamento pressão temperatura degelo porta
		borracha dobradiça vitrine balcão câmara freezer geladeira split aparelho impressora leitor teclado monitor rede
		roteador servidor caixa etiqueta nota garantia contrato visita orçamento peça estoque prazo técnico cliente loja
		hoje ontem manhã tarde noite semana barulho cheiro fumaça água gelo poeira limpeza troca ajuste medição teste
		instalações manutenções verificação urgência conferido aguardando funcionando parado quente frio lento novo antigo`)
)

// companyID and personID are made-up numbers with the right check digits.
func companyID(i int) string { return completed(fmt.Sprintf("%08d0001", 41287653+i*7919)) }

func personID(i int) string { return completed(fmt.Sprintf("%09d", 312456789+i*7919)) }

func completed(base string) string {
	id, err := taxid.Complete(base)
	if err != nil {
		return ""
	}
	return string(id)
}
