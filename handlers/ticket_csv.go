package handlers

import (
	"context"
	"encoding/csv"
	"errors"

	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/ticket"
	"helphub/queries"
)

const (
	// maxExports is how many exports one instance writes at a time: each holds a
	// connection of the pool that every page reads through.
	maxExports = 4
	// exportWait is how long one batch may take to be written before its reader
	// counts as gone.
	exportWait = 30 * time.Second
	// exportTime is how an export writes a moment: every spreadsheet reads it,
	// and it sorts as text.
	exportTime = "2006-01-02 15:04"
	// byteOrderMark tells spreadsheets that the text is UTF-8.
	byteOrderMark = "\ufeff"
)

// errExports refuses one export too many.
var errExports = fault.New(fault.TooMany, "grid.exports_busy")

// errReaderGone is the end of an export that nobody reads any more.
var errReaderGone = errors.New("the export's reader is gone")

// exportTickets writes the whole view as CSV (RFC 4180), batch by batch and as
// it was at one moment. What fails in the middle cuts the connection: a file
// that ends too soon must not look whole.
func (a *App) exportTickets(w http.ResponseWriter, r *http.Request) error {
	t, err := readTicketQuery(r.URL)
	if err != nil {
		return err
	}
	l := locale.From(r.Context())
	out := newExport(w, l)
	if r.Method == http.MethodHead {
		out.head()
		return nil
	}
	select {
	case a.exports <- struct{}{}:
		defer func() { <-a.exports }()
	default:
		return errExports.Detailed(10 * time.Second)
	}
	err = a.export(r.Context(), t.grid(l, visitorOf(r).Actor.ID), out)
	switch {
	case err == nil || errors.Is(err, errReaderGone) || r.Context().Err() != nil:
		return nil
	case !out.begun:
		return err // it can still become an answer
	}
	a.Log.ErrorContext(r.Context(), "export cut", "error", err)
	panic(http.ErrAbortHandler)
}

// export reads in one transaction, so that every batch sees the same list.
func (a *App) export(ctx context.Context, grid queries.TicketGrid, out *export) error {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	return pgx.BeginTxFunc(ctx, a.DB.Read, options, func(tx pgx.Tx) error {
		return queries.ExportTicketGrid(ctx, tx, grid, out.put)
	})
}

// export is a CSV on its way.
type export struct {
	w       http.ResponseWriter
	control *http.ResponseController
	csv     *csv.Writer
	l       locale.Locale
	begun   bool
}

func newExport(w http.ResponseWriter, l locale.Locale) *export {
	e := &export{w: w, control: http.NewResponseController(w), csv: csv.NewWriter(w), l: l}
	e.csv.UseCRLF = true
	return e
}

// head says what follows; the name of the file is ours alone.
func (e *export) head() {
	name := e.l.T("grid.file_name") + "-" + e.l.Now.In(e.l.Zone).Format(dayForm) + ".csv"
	e.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	e.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
}

// put writes one batch and sends it on its way.
func (e *export) put(rows []queries.TicketGridRow) error {
	// A stalled reader must not keep the transaction open. Not every writer has
	// deadlines (a test's has none), and none is needed where nothing stalls.
	_ = e.control.SetWriteDeadline(time.Now().Add(exportWait))
	defer func() { _ = e.control.SetWriteDeadline(time.Time{}) }()
	if !e.begun {
		e.begun = true
		e.head()
		if _, err := e.w.Write([]byte(byteOrderMark)); err != nil {
			return errReaderGone
		}
		_ = e.csv.Write(e.names()) // its error is told by Error below
	}
	for _, row := range rows {
		_ = e.csv.Write(e.line(row))
	}
	e.csv.Flush()
	if e.csv.Error() != nil {
		return errReaderGone
	}
	if err := e.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return errReaderGone
	}
	return nil
}

// names are the columns' headings.
func (e *export) names() []string {
	keys := []string{
		"grid.protocol", "ticket.subject", "ticket.status_label", "ticket.priority", "ticket.level", "ticket.customer",
		"ticket.department", "ticket.technician", "ticket.opened", "grid.last_activity", "ticket.closed",
	}
	for i, key := range keys {
		keys[i] = e.l.T(key)
	}
	return keys
}

func (e *export) line(r queries.TicketGridRow) []string {
	closed := ""
	if r.ClosedAt != nil {
		closed = e.moment(*r.ClosedAt)
	}
	fields := []string{
		r.Protocol, r.Subject, e.l.T("ticket.status." + r.Status), e.l.T("ticket.priority." + ticket.Priority(r.Priority).String()),
		"N" + strconv.Itoa(int(r.Level)), r.CustomerName, r.DepartmentName, r.TechnicianName,
		e.moment(r.OpenedAt), e.moment(r.LastActivityAt), closed,
	}
	for i, f := range fields {
		fields[i] = harmless(f)
	}
	return fields
}

func (e *export) moment(t time.Time) string { return t.In(e.l.Zone).Format(exportTime) }

// harmless keeps a spreadsheet from taking text for a formula (OWASP, "CSV
// injection"): what begins like one, also behind blanks or in full width, is
// marked as text with an apostrophe.
func harmless(text string) string {
	if strings.IndexAny(text, "\t\r\n") == 0 {
		return "'" + text
	}
	if first, _ := utf8.DecodeRuneInString(strings.TrimSpace(text)); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + text
	}
	return text
}
