package queries

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"helphub/internal/ticket"
)

func TestWhatIsTypedIsReadAsAProtocolOrAsWords(t *testing.T) {
	t.Parallel()
	words := func(pairs ...searchWord) TicketSearch { return TicketSearch{words: pairs} }
	plain := func(text string) searchWord {
		return searchWord{inTicket: []string{text}, inCustomer: []string{text}}
	}
	for typed, want := range map[string]TicketSearch{
		"":                         {},
		"  \t ":                    {},
		"20261123-7F3K9Q2M":        {protocol: "20261123-7F3K9Q2M"},
		"20261123 7f3k9q2m":        {protocol: "20261123-7F3K9Q2M"},
		"7f3k9q2m":                 words(searchWord{inTicket: []string{"7f3k9q2m", "-7F3K9Q2M "}, inCustomer: []string{"7f3k9q2m"}}),
		"7F3K 9Q2M":                words(searchWord{inTicket: []string{"7F3K 9Q2M", "-7F3K9Q2M "}, inCustomer: []string{"7F3K 9Q2M", "7F3K9Q2M"}}),
		"garantia":                 words(searchWord{inTicket: []string{"garantia", "-GARANT1A "}, inCustomer: []string{"garantia"}}),
		"bola mala":                words(plain("bola"), plain("mala")), // letters alone are words, whatever they spell
		"Câmara   fria":            words(plain("Câmara"), plain("fria")),
		"ar condicionado":          {words: []searchWord{plain("condicionado")}, short: []string{"ar"}},
		"ar":                       {short: []string{"ar"}},
		"%_":                       {short: []string{"%_"}},
		"11 98765-4321":            words(searchWord{inTicket: []string{"11 98765-4321"}, inCustomer: []string{"11 98765-4321", "11987654321"}}),
		"12.ABC.345/01DE-35":       words(searchWord{inTicket: []string{"12.ABC.345/01DE-35"}, inCustomer: []string{"12.ABC.345/01DE-35", "12ABC34501DE35"}}),
		"1-2-3":                    words(searchWord{inCustomer: []string{"123"}}),
		"um-dois":                  words(plain("um-dois")),
		"a1 b2":                    {short: []string{"a1", "b2"}},
		strings.Repeat("abc ", 20): words(plain("abc"), plain("abc"), plain("abc"), plain("abc"), plain("abc"), plain("abc"), plain("abc"), plain("abc")),
	} {
		if got := ParseTicketSearch(typed); !reflect.DeepEqual(normal(got), normal(want)) {
			t.Errorf("%q is read as %+v, want %+v", typed, got, want)
		}
	}
}

// normal makes empty and missing lists alike.
func normal(s TicketSearch) TicketSearch {
	if len(s.words) == 0 {
		s.words = nil
	}
	if len(s.short) == 0 {
		s.short = nil
	}
	return s
}

// Nothing that comes from outside becomes part of the SQL (D-77).
func TestNoValueIsPartOfTheSQL(t *testing.T) {
	t.Parallel()
	id, evil := uuid.New(), "x'); DROP TABLE ticket; -- raridade"
	cursor := Cursor{Sort: "customer", Value: id.String() + " " + evil, ID: id}.String()
	g := TicketGrid{
		Tab: TabAll, Search: ParseTicketSearch(evil), Priority: ticket.High, Department: GridRef{ID: id}, Technician: GridRef{ID: id},
		Customer: GridRef{ID: id}, From: time.Unix(1, 0), To: time.Unix(2, 0), Sort: SortCustomer, After: cursor, Limit: 77,
	}
	sql := newGridSelect(g).sql()
	for _, part := range []string{"DROP", "raridade", id.String(), "1970", "77"} {
		if strings.Contains(sql, part) {
			t.Errorf("%q is in the SQL:\n%s", part, sql)
		}
	}
	for _, tab := range []GridTab{"open' OR true --", "x"} {
		if got := ParseGridTab(string(tab)); got != TabActive {
			t.Errorf("%q is the tab %q", tab, got)
		}
	}
	if got := ParseGridSort("t.subject"); got != SortActivity {
		t.Errorf("an unknown order is %q", got)
	}
}

func TestTabsAreCountedOnlyWhereAnIndexCounts(t *testing.T) {
	t.Parallel()
	one := GridRef{ID: uuid.New()}
	for _, test := range []struct {
		name string
		grid TicketGrid
		want bool
	}{
		{"no filter", TicketGrid{Tab: TabAll, Sort: SortPriority}, true},
		{"one team", TicketGrid{Department: one}, true},
		{"triage", TicketGrid{Department: GridRef{None: true}}, true},
		{"one technician", TicketGrid{Technician: one}, true},
		{"one customer", TicketGrid{Customer: one}, true},
		{"two at once", TicketGrid{Customer: one, Technician: one}, false},
		{"a priority", TicketGrid{Priority: ticket.Low}, false},
		{"a period", TicketGrid{From: time.Now()}, false},
		{"a word", TicketGrid{Search: ParseTicketSearch("freezer")}, false},
		{"a word too short", TicketGrid{Search: ParseTicketSearch("ar")}, false},
	} {
		if got := test.grid.Countable(); got != test.want {
			t.Errorf("%s: countable %v, want %v", test.name, got, test.want)
		}
	}
}

func TestATabsCountStopsAtTheCap(t *testing.T) {
	t.Parallel()
	c := TicketCounts{Tabs: map[ticket.Status]int32{ticket.Open: 600, ticket.Pending: 500, ticket.Closed: 7}}
	for tab, want := range map[GridTab]int32{"open": 600, "closed": 7, "scheduled": 0, TabActive: 1001, TabAll: 1001} {
		if got := c.Tab(tab, 1001); got != want {
			t.Errorf("%s counts %d, want %d", tab, got, want)
		}
	}
}
