package queries

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/customer"
)

// CustomerSort is what the customer list is sorted by.
type CustomerSort string

// The orders. Customers without a city come after those with one.
const (
	CustomersByName    CustomerSort = "name"
	CustomersByCity    CustomerSort = "city"
	CustomersByCreated CustomerSort = "created"
)

// ParseCustomerSort returns the order of that name, CustomersByName for any
// other: nothing that was typed becomes part of a query.
func ParseCustomerSort(name string) CustomerSort {
	switch s := CustomerSort(name); s {
	case CustomersByCity, CustomersByCreated:
		return s
	}
	return CustomersByName
}

// CustomerShow is which customers a list has by whether they are active.
type CustomerShow string

// The parts of the list.
const (
	ShowActive   CustomerShow = "active"
	ShowInactive CustomerShow = "inactive"
	ShowAll      CustomerShow = "all"
)

// ParseCustomerShow returns the part of that name, ShowActive for any other.
func ParseCustomerShow(name string) CustomerShow {
	switch s := CustomerShow(name); s {
	case ShowInactive, ShowAll:
		return s
	}
	return ShowActive
}

// CustomerGrid is one view of the customer list. Every fragment of its SQL is
// written here; everything that comes from outside travels as an argument.
type CustomerGrid struct {
	Terms customer.Terms
	Show  CustomerShow
	// Pending keeps those without a tax number ("documento pendente").
	Pending bool

	Sort CustomerSort
	Desc bool
	// After and Before are cursors of this order, as a page gave them; at most
	// one counts, After first. Anything else begins at the first page.
	After, Before string
	// Limit is how many rows a page holds, 0 for GridPage.
	Limit int
}

// CustomerGridRow is one customer as lists show it.
type CustomerGridRow struct {
	ID          uuid.UUID
	DisplayName string
	LegalName   string
	TaxID       string // empty: documento pendente
	Phone       string
	City, State string
	Active      bool
	CreatedAt   time.Time
	Version     int32
}

// CustomerGridPage is one page of the list; Previous and Next are the cursors
// of its neighbours, empty at an end.
type CustomerGridPage struct {
	Rows           []CustomerGridRow
	Previous, Next string
}

// ListCustomerGrid reads one page. A cursor that leads beyond what is left of
// the list, in either direction, gives the first page: nobody is left before an
// empty one (D-86).
func ListCustomerGrid(ctx context.Context, db DBTX, g CustomerGrid) (CustomerGridPage, error) {
	if g.Limit <= 0 {
		g.Limit = GridPage
	}
	from, back := g.cursor()
	rows, err := g.read(ctx, db, from, back)
	if err != nil {
		return CustomerGridPage{}, err
	}
	if from != nil && (len(rows) == 0 || back && len(rows) <= g.Limit) {
		from, back = nil, false
		if rows, err = g.read(ctx, db, nil, false); err != nil {
			return CustomerGridPage{}, err
		}
	}
	more := len(rows) > g.Limit
	rows = rows[:min(len(rows), g.Limit)]
	if back {
		slices.Reverse(rows)
	}
	p := CustomerGridPage{Rows: rows}
	if len(rows) == 0 {
		return p, nil
	}
	if back || from != nil {
		p.Previous = g.place(rows[0])
	}
	if back || more {
		p.Next = g.place(rows[len(rows)-1])
	}
	return p, nil
}

// CountCustomerGrid counts the customers of a view, none beyond limit.
func CountCustomerGrid(ctx context.Context, db DBTX, g CustomerGrid, limit int) (int, error) {
	w := g.where()
	sql := "SELECT count(*) FROM (SELECT 1 FROM customer WHERE " + w.text() + " LIMIT " + w.arg(limit) + ") AS capped"
	var n int
	if err := db.QueryRow(ctx, sql, g.arguments(w)...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count customers: %w", err)
	}
	return n, nil
}

// where collects conditions that all hold, and their arguments.
type where struct {
	conditions []string
	args       []any
}

func (w *where) and(condition string) { w.conditions = append(w.conditions, condition) }

func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

func (w *where) text() string {
	if len(w.conditions) == 0 {
		return "true"
	}
	return strings.Join(w.conditions, " AND ")
}

func (g CustomerGrid) where() *where {
	w := &where{}
	switch g.Show {
	case ShowAll:
	case ShowInactive:
		w.and("NOT active")
	default:
		w.and("active")
	}
	if g.Pending {
		w.and("tax_id IS NULL")
	}
	if len(g.Terms.Words) == 0 {
		return w
	}
	contains := func(piece string) string { return "search LIKE '%' || fold(" + w.arg(Literally(piece)) + ") || '%'" }
	var words []string
	for _, word := range g.Terms.Words {
		words = append(words, contains(word))
	}
	either := []string{"(" + strings.Join(words, " AND ") + ")"}
	for _, number := range g.Terms.Numbers {
		either = append(either, contains(number))
	}
	w.and("(" + strings.Join(either, " OR ") + ")")
	return w
}

// arguments are those of a query. What is searched for decides how to read best
// (a letter is in every name, a number in one), so such a query is planned anew
// each time.
func (g CustomerGrid) arguments(w *where) []any {
	if len(g.Terms.Words) == 0 {
		return w.args
	}
	return append([]any{pgx.QueryExecModeCacheDescribe}, w.args...)
}

// Literally escapes what LIKE would read as a pattern (D-82).
func Literally(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

// customerNames sorts names as people do.
const customerNames = ` COLLATE "pt-BR-x-icu"`

// keys are the expressions of an order; the id is always the last.
func (s CustomerSort) keys() []string {
	switch s {
	case CustomersByCity:
		return []string{"(city = '')", "city" + customerNames, "id"}
	case CustomersByCreated:
		return []string{"created_at", "id"}
	}
	return []string{"display_name" + customerNames, "id"}
}

func (g CustomerGrid) read(ctx context.Context, db DBTX, from *customerPlace, back bool) ([]CustomerGridRow, error) {
	w, keys := g.where(), g.Sort.keys()
	down := g.Desc != back
	direction, beyond := " ASC", " > "
	if down {
		direction, beyond = " DESC", " < "
	}
	if from != nil {
		var places []string
		for i, value := range from.values {
			place := w.arg(value)
			if strings.HasSuffix(keys[i], customerNames) {
				place += "::text" + customerNames
			}
			places = append(places, place)
		}
		w.and("(" + strings.Join(keys, ", ") + ")" + beyond + "(" + strings.Join(places, ", ") + ")")
	}
	sql := `SELECT id, display_name, legal_name, coalesce(tax_id, '') AS tax_id, phone, city, state, active, created_at, version
FROM customer
WHERE ` + w.text() + `
ORDER BY ` + strings.Join(keys, direction+", ") + direction + `
LIMIT ` + w.arg(g.Limit+1)
	rows, err := db.Query(ctx, sql, g.arguments(w)...)
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[CustomerGridRow])
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return found, nil
}

// customerPlace is where a cursor points: a value for each of the order's keys.
type customerPlace struct{ values []any }

// cursor is where the page begins and whether it lies before that.
func (g CustomerGrid) cursor() (*customerPlace, bool) {
	if p := g.parsePlace(g.After); p != nil {
		return p, false
	}
	if p := g.parsePlace(g.Before); p != nil {
		return p, true
	}
	return nil, false
}

func (g CustomerGrid) parsePlace(text string) *customerPlace {
	c, ok := ParseCursor(text, string(g.Sort), g.Desc)
	if !ok {
		return nil
	}
	switch g.Sort {
	case CustomersByCity:
		return &customerPlace{[]any{c.Value == "", c.Value, c.ID}}
	case CustomersByCreated:
		at, err := time.Parse(time.RFC3339Nano, c.Value)
		if err != nil || at.Year() < 1 || at.Year() > 9999 {
			return nil
		}
		return &customerPlace{[]any{at, c.ID}}
	}
	return &customerPlace{[]any{c.Value, c.ID}}
}

// place is the cursor of a row.
func (g CustomerGrid) place(r CustomerGridRow) string {
	c := Cursor{Sort: string(g.Sort), Desc: g.Desc, Value: r.DisplayName, ID: r.ID}
	switch g.Sort {
	case CustomersByCity:
		c.Value = r.City
	case CustomersByCreated:
		c.Value = r.CreatedAt.UTC().Format(time.RFC3339Nano)
	}
	return c.String()
}
