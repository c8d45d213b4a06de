package queries_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/customer"
	"helphub/internal/dbtest"
	"helphub/queries"
)

// newCustomers makes n customers of whom many share a name, a city or a moment.
func newCustomers(t *testing.T, n int) pgx.Tx {
	t.Helper()
	tx := dbtest.Tx(t)
	cities := []string{"", "Campinas", "São Paulo", "Águas de Lindóia"}
	for i := range n {
		_, err := tx.Exec(t.Context(), `INSERT INTO customer (id, legal_name, trade_name, city, active, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			uuid.New(), fmt.Sprintf("Empresa %02d Ltda.", i%17), []string{"", "Água", "agua", "Zebra", "ávila"}[i%5], cities[i%4], i%10 != 0,
			time.Date(2026, 1, 1+i%3, 0, 0, 0, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
	}
	return tx
}

func list(t *testing.T, tx pgx.Tx, g queries.CustomerGrid) queries.CustomerGridPage {
	t.Helper()
	p, err := queries.ListCustomerGrid(t.Context(), tx, g)
	if err != nil {
		t.Fatalf("%+v: %v", g, err)
	}
	return p
}

func ids(rows []queries.CustomerGridRow) []uuid.UUID {
	out := make([]uuid.UUID, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.ID)
	}
	return out
}

func TestCustomersAreReadPageByPageInEveryOrderThereAndBack(t *testing.T) {
	t.Parallel()
	tx := newCustomers(t, 60)
	for _, sort := range []queries.CustomerSort{queries.CustomersByName, queries.CustomersByCity, queries.CustomersByCreated} {
		for _, desc := range []bool{false, true} {
			g := queries.CustomerGrid{Show: queries.ShowAll, Sort: sort, Desc: desc}
			g.Limit = 1000
			want := ids(list(t, tx, g).Rows)
			g.Limit = 7
			p := list(t, tx, g)
			if p.Previous != "" {
				t.Errorf("%s desc=%v: something before the first page", sort, desc)
			}
			var there []uuid.UUID
			pages := []queries.CustomerGridPage{p}
			for there = ids(p.Rows); p.Next != ""; there = append(there, ids(p.Rows)...) {
				g.After, g.Before = p.Next, ""
				p = list(t, tx, g)
				pages = append(pages, p)
			}
			if diff := cmp.Diff(want, there); diff != "" {
				t.Errorf("%s desc=%v, forward:\n%s", sort, desc, diff)
			}
			for i := len(pages) - 2; i >= 0; i-- {
				g.After, g.Before = "", p.Previous
				p = list(t, tx, g)
				if !slices.Equal(ids(p.Rows), ids(pages[i].Rows)) {
					t.Errorf("%s desc=%v: page %d is another one on the way back", sort, desc, i+1)
				}
			}
		}
	}
}

func TestCustomersSortAsPeopleDo(t *testing.T) {
	t.Parallel()
	tx := newCustomers(t, 20)
	page := list(t, tx, queries.CustomerGrid{Show: queries.ShowAll, Sort: queries.CustomersByName, Limit: 100})
	var names []string
	for _, r := range page.Rows {
		names = append(names, r.DisplayName)
	}
	names = slices.Compact(names)
	if first := names[0]; first != "agua" || names[1] != "Água" || names[2] != "ávila" || names[len(names)-1] != "Zebra" {
		t.Errorf("sorted as %q", names)
	}
	byCity := list(t, tx, queries.CustomerGrid{Show: queries.ShowAll, Sort: queries.CustomersByCity, Limit: 100})
	if first, last := byCity.Rows[0].City, byCity.Rows[19].City; first != "Águas de Lindóia" || last != "" {
		t.Errorf("by city from %q to %q", first, last)
	}
}

// D-86: after deletions a page beyond the last is not an error but the first.
func TestD86ACursorThatLeadsNowhereGivesTheFirstPage(t *testing.T) {
	t.Parallel()
	tx := newCustomers(t, 20)
	g := queries.CustomerGrid{Show: queries.ShowAll, Sort: queries.CustomersByName, Limit: 5}
	first := list(t, tx, g)
	for name, at := range map[string]queries.CustomerGrid{
		"forged":             {After: "forged"},
		"of another order":   {After: queries.Cursor{Sort: "city", Value: "Campinas"}.String()},
		"beyond the last":    {After: queries.Cursor{Sort: "name", Value: "zzz"}.String()},
		"before the first":   {Before: queries.Cursor{Sort: "name", Value: ""}.String()},
		"no moment":          {Sort: queries.CustomersByCreated, After: queries.Cursor{Sort: "created", Value: "soon"}.String()},
		"a moment too early": {Sort: queries.CustomersByCreated, After: queries.Cursor{Sort: "created", Value: "0000-01-01T00:00:00Z"}.String()},
	} {
		at.Show, at.Limit = queries.ShowAll, 5
		want := first
		if at.Sort == "" {
			at.Sort = queries.CustomersByName
		} else {
			want = list(t, tx, queries.CustomerGrid{Show: queries.ShowAll, Sort: at.Sort, Limit: 5})
		}
		if got := list(t, tx, at); !slices.Equal(ids(got.Rows), ids(want.Rows)) || got.Previous != "" {
			t.Errorf("%s: another page than the first", name)
		}
	}
}

// D-82 and D-24: what is typed is text and not a pattern, accents and case do
// not matter, and numbers are found with or without punctuation.
func TestCustomersAreFoundByWhateverPeopleType(t *testing.T) {
	t.Parallel()
	tx := dbtest.Tx(t)
	for _, c := range []struct{ legal, trade, tax, phone, city string }{
		{"Padaria e Confeitaria Central Ltda.", "Pão 100% bom", "41287653000180", "1932345678", "Campinas"},
		{"Hotel Mirante_da Serra S.A.", "", "12ABC34501DE35", "19991234567", "São Paulo"},
		{`Barra \ Invertida`, "", "", "", ""},
	} {
		var tax *string
		if c.tax != "" {
			tax = &c.tax
		}
		_, err := tx.Exec(t.Context(), `INSERT INTO customer (id, legal_name, trade_name, tax_id, phone, city) VALUES ($1, $2, $3, $4, $5, $6)`,
			uuid.New(), c.legal, c.trade, tax, c.phone, c.city)
		if err != nil {
			t.Fatal(err)
		}
	}
	for typed, want := range map[string][]string{
		"padaria":            {"Pão 100% bom"},
		"PAO central":        {"Pão 100% bom"},
		"central campinas":   {"Pão 100% bom"},
		"central são":        {},
		"%":                  {"Pão 100% bom"},
		"_":                  {"Hotel Mirante_da Serra S.A."},
		`\`:                  {`Barra \ Invertida`},
		"41.287.653/0001-80": {"Pão 100% bom"},
		"41287653":           {"Pão 100% bom"},
		"41.287":             {"Pão 100% bom"},
		"12.abc.345/01de-35": {"Hotel Mirante_da Serra S.A."},
		"(19) 3234-5678":     {"Pão 100% bom"},
		"99123-4567":         {"Hotel Mirante_da Serra S.A."},
		"+55 19 99123 4567":  {"Hotel Mirante_da Serra S.A."},
		"'; DROP TABLE":      {},
	} {
		g := queries.CustomerGrid{Sort: queries.CustomersByName, Terms: customer.ParseTerms(typed)}
		got := []string{}
		for _, r := range list(t, tx, g).Rows {
			got = append(got, r.DisplayName)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q:\n%s", typed, diff)
		}
		n, err := queries.CountCustomerGrid(t.Context(), tx, g, 1000)
		if err != nil || n != len(want) {
			t.Errorf("%q: counted %d, %v", typed, n, err)
		}
	}
}

func TestCustomersAreFilteredByActivityAndDocument(t *testing.T) {
	t.Parallel()
	tx := newCustomers(t, 20)
	for show, want := range map[queries.CustomerShow]int{queries.ShowActive: 18, queries.ShowInactive: 2, queries.ShowAll: 20, "": 18} {
		n, err := queries.CountCustomerGrid(t.Context(), tx, queries.CustomerGrid{Show: show, Pending: true}, 1000)
		if err != nil || n != want {
			t.Errorf("%q: %d, want %d (%v)", show, n, want, err)
		}
	}
	if n, err := queries.CountCustomerGrid(t.Context(), tx, queries.CustomerGrid{Show: queries.ShowAll}, 5); err != nil || n != 5 {
		t.Errorf("counted %d beyond the limit of 5 (%v)", n, err)
	}
}
