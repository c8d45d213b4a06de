// Floor answers the pages that bench measures with as little as can be done
// honestly: net/http, pgx, one statement a page, and HTML put together by hand.
// It has no sessions, rights, languages, templates, audit or jobs. The same
// number of bytes is sent as ours sends: ?bytes says how many.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: floor HOST:PORT DSN")
		os.Exit(64)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "floor:", err)
		os.Exit(1)
	}
}

func run(address, dsn string) error {
	pool, err := pgxpool.New(context.Background(), dsn)
	if err != nil {
		return err
	}
	f := &floor{pool: pool}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(http.ResponseWriter, *http.Request) {})
	mux.HandleFunc("GET /tickets", f.list)
	mux.HandleFunc("GET /tickets/{protocol}", f.show)
	mux.HandleFunc("POST /tickets", f.open)
	mux.HandleFunc("POST /tickets/{protocol}/replies", f.reply)
	server := &http.Server{Addr: address, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	return server.ListenAndServe()
}

type floor struct{ pool *pgxpool.Pool }

const columns = `SELECT t.protocol, t.subject, t.status, t.priority, c.display_name, coalesce(d.name, ''), coalesce(s.name, ''), t.last_activity_at
	FROM ticket AS t
	JOIN customer AS c ON c.id = t.customer_id
	LEFT JOIN department AS d ON d.id = t.department_id
	LEFT JOIN staff AS s ON s.id = t.technician_id
	WHERE `

const order = " ORDER BY t.last_activity_at DESC, t.id DESC LIMIT 26"

// list is the first page of the active tickets, the page behind a ticket's
// place, or what is found by a status and a word.
func (f *floor) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	sql, args := columns+"t.status <> 'closed'"+order, []any(nil)
	switch {
	case q.Has("after"):
		sql = columns + "t.status <> 'closed' AND (t.last_activity_at, t.id) < ($1, $2)" + order
		at, err := time.Parse(time.RFC3339Nano, q.Get("after"))
		if err != nil {
			fail(w, err)
			return
		}
		args = []any{at, q.Get("id")}
	case q.Has("q"):
		sql, args = columns+"t.status = $1 AND t.search LIKE '%' || $2 || '%'"+order, []any{q.Get("tab"), q.Get("q")}
	}
	rows, err := f.pool.Query(r.Context(), sql, args...)
	if err != nil {
		fail(w, err)
		return
	}
	p := begin("Chamados")
	for rows.Next() {
		var protocol, subject, status, customer, department, technician string
		var priority int16
		var at time.Time
		if err := rows.Scan(&protocol, &subject, &status, &priority, &customer, &department, &technician, &at); err != nil {
			break // rows.Err says it again
		}
		p.row(protocol, subject, status, strconv.Itoa(int(priority)), customer, department, technician, at.Format(time.RFC3339))
	}
	p.finish(w, r, rows.Err())
}

// show is a ticket with everything anybody wrote on it.
func (f *floor) show(w http.ResponseWriter, r *http.Request) {
	rows, err := f.pool.Query(r.Context(), `SELECT t.subject, t.status, c.display_name, e.kind, coalesce(e.event, ''), e.body, e.author_name, e.created_at
		FROM ticket AS t
		JOIN customer AS c ON c.id = t.customer_id
		JOIN entry AS e ON e.ticket_id = t.id
		WHERE t.protocol = $1 ORDER BY e.created_at, e.id LIMIT 101`, r.PathValue("protocol"))
	if err != nil {
		fail(w, err)
		return
	}
	p := begin(r.PathValue("protocol"))
	for n := 0; rows.Next(); n++ {
		var subject, status, customer, kind, event, body, author string
		var at time.Time
		if err := rows.Scan(&subject, &status, &customer, &kind, &event, &body, &author, &at); err != nil {
			break // rows.Err says it again
		}
		if n == 0 {
			p.row(subject, status, customer)
		}
		p.row(kind, event, body, author, at.Format(time.RFC3339))
	}
	p.finish(w, r, rows.Err())
}

// open inserts a ticket, and nothing else.
func (f *floor) open(w http.ResponseWriter, r *http.Request) {
	id := uuid.Must(uuid.NewV7())
	protocol := time.Now().Format("20060102-") + crockford(id)
	_, err := f.pool.Exec(r.Context(), `INSERT INTO ticket (id, protocol, subject, description, status, priority, customer_id, department_id, opened_at, last_activity_at, last_word_at)
		VALUES ($1, $2, $3, $4, 'open', 2, $5, $6, now(), now(), now())`,
		id, protocol, r.PostFormValue("subject"), r.PostFormValue("description"), r.PostFormValue("customer_id"), r.PostFormValue("department_id"))
	if err != nil {
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/tickets/"+protocol, http.StatusSeeOther)
}

// reply inserts an entry, and nothing else.
func (f *floor) reply(w http.ResponseWriter, r *http.Request) {
	_, err := f.pool.Exec(r.Context(), `INSERT INTO entry (id, ticket_id, kind, body, author_name, created_at)
		SELECT $1, id, 'reply', $2, 'Bruno', now() FROM ticket WHERE protocol = $3`,
		uuid.Must(uuid.NewV7()), r.PostFormValue("body"), r.PathValue("protocol"))
	if err != nil {
		fail(w, err)
		return
	}
	http.Redirect(w, r, "/tickets/"+r.PathValue("protocol"), http.StatusSeeOther)
}

// crockford makes the random part of a protocol of the last 40 bits of an id.
func crockford(id uuid.UUID) string {
	const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var bits uint64
	for _, b := range id[11:] {
		bits = bits<<8 | uint64(b)
	}
	out := make([]byte, 8)
	for i := range out {
		out[i] = digits[bits&31]
		bits >>= 5
	}
	return string(out)
}

func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
