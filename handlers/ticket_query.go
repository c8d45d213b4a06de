package handlers

import (
	"net/url"
	"time"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/ticket"
	"helphub/queries"
)

const (
	ticketsPath    = "/tickets"
	ticketRowsPath = "/tickets/rows"
	ticketCSVPath  = "/tickets.csv"

	// technicianMe in an address is whoever reads it.
	technicianMe = "me"
	// dayForm is how addresses and date fields write a day.
	dayForm = "2006-01-02"
	// maxSearch is how much may be searched for, in characters.
	maxSearch = 200
)

// ticketQuery is a view of the list as the address spells it, and nothing but
// the address says what is seen (D-88). What an address does not say, or says
// in no way we know, is as usual; an id that nothing has finds nothing.
type ticketQuery struct {
	tab                                                     queries.GridTab
	q, priority, department, technician, customer, from, to string
	sort                                                    queries.GridSort
	desc                                                    bool
	after, before                                           string
}

func readTicketQuery(u *url.URL) (ticketQuery, error) {
	v := u.Query()
	text, refused := fault.Line("q", v.Get("q"), 0, maxSearch)
	if refused != nil {
		return ticketQuery{}, refused
	}
	t := ticketQuery{
		tab: queries.ParseGridTab(v.Get("tab")), q: text,
		department: v.Get("department"), technician: v.Get("technician"), customer: v.Get("customer"),
		sort: queries.ParseGridSort(v.Get("sort")), after: v.Get("after"), before: v.Get("before"),
	}
	if _, ok := ticket.ParsePriority(v.Get("priority")); ok {
		t.priority = v.Get("priority")
	}
	if day := v.Get("from"); isDay(day) {
		t.from = day
	}
	if day := v.Get("to"); isDay(day) {
		t.to = day
	}
	switch v.Get("order") {
	case "asc":
	case "desc":
		t.desc = true
	default:
		t.desc = t.sort.Desc()
	}
	return t, nil
}

func isDay(text string) bool {
	_, err := time.Parse(dayForm, text)
	return err == nil
}

// grid is the view as the database is asked for it. Days are the company's.
func (t ticketQuery) grid(l locale.Locale, reader uuid.UUID) queries.TicketGrid {
	g := queries.TicketGrid{
		Tab: t.tab, Search: queries.ParseTicketSearch(t.q),
		Department: gridRef(t.department), Technician: gridRef(t.technician), Customer: queries.GridRef{ID: chosenID(t.customer)},
		Sort: t.sort, Desc: t.desc, After: t.after, Before: t.before,
	}
	g.Priority, _ = ticket.ParsePriority(t.priority)
	if t.technician == technicianMe {
		g.Technician = queries.GridRef{ID: reader}
	}
	if t.from != "" {
		g.From = startOf(t.from, 0, l.Zone)
		// Nothing was opened after today: saying so tells how long the period is.
		g.To = startOf(l.Now.In(l.Zone).Format(dayForm), 1, l.Zone)
	}
	if t.to != "" {
		g.To = startOf(t.to, 1, l.Zone)
	}
	return g
}

func gridRef(text string) queries.GridRef {
	if text == components.NoneChosen {
		return queries.GridRef{None: true}
	}
	return queries.GridRef{ID: chosenID(text)}
}

// startOf is when the day that is so many days after the written one begins.
func startOf(day string, after int, zone *time.Location) time.Time {
	d, err := time.Parse(dayForm, day)
	if err != nil {
		return time.Time{}
	}
	return time.Date(d.Year(), d.Month(), d.Day()+after, 0, 0, 0, 0, zone)
}

// filtered reports whether the view leaves out more than other statuses.
func (t ticketQuery) filtered() bool {
	return t.q+t.priority+t.department+t.technician+t.customer+t.from+t.to != ""
}

// with is the view with something changed, at its first page.
func (t ticketQuery) with(change func(*ticketQuery)) ticketQuery {
	t.after, t.before = "", ""
	change(&t)
	return t
}

// cleared is the view without its filters.
func (t ticketQuery) cleared() ticketQuery {
	return ticketQuery{tab: t.tab, sort: t.sort, desc: t.desc}
}

// at is the address of the view below a path; what is as usual is left out.
func (t ticketQuery) at(path string) string {
	v := t.values()
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func (t ticketQuery) values() url.Values {
	v := url.Values{}
	for name, value := range map[string]string{
		"tab": unusual(t.tab, queries.TabActive), "sort": unusual(t.sort, queries.SortActivity),
		"q": t.q, "priority": t.priority, "department": t.department, "technician": t.technician, "customer": t.customer,
		"from": t.from, "to": t.to, "after": t.after, "before": t.before,
	} {
		if value != "" {
			v.Set(name, value)
		}
	}
	if t.desc != t.sort.Desc() {
		v.Set("order", direction(t.desc))
	}
	return v
}

func direction(desc bool) string {
	if desc {
		return "desc"
	}
	return "asc"
}
