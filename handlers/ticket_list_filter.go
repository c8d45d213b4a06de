package handlers

import (
	"slices"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/ticket"
	"helphub/queries"
)

// ticketFilters is the bar above the list: the search, the form of filters, and
// a chip for each in use.
func ticketFilters(l locale.Locale, actor staff.Actor, t ticketQuery, around queries.TicketFrame) components.TicketFilters {
	first := t.with(func(*ticketQuery) {})
	f := components.TicketFilters{
		Q: t.q, Tab: unusual(t.tab, queries.TabActive),
		Fields: []components.FieldView{
			priorityField(l, t), departmentField(l, t, around), technicianField(l, actor, t, around),
		},
		Customer: filterField(l, "customer", "ticket.customer", t.customer, "grid.any_customer"),
		From:     filterField(l, "from", "grid.from", t.from, ""),
		To:       filterField(l, "to", "grid.to", t.to, ""),
		Sort:     sortField(l, t),
		Order: components.FieldView{Name: "order", ID: "filter-order", Label: l.T("grid.order"), Value: direction(t.desc), Options: []components.Option{
			{Value: "desc", Text: l.T("grid.order_desc")}, {Value: "asc", Text: l.T("grid.order_asc")},
		}},
		Chips: ticketChips(l, actor, t, around), Clear: t.cleared().at(ticketsPath), CSV: first.at(ticketCSVPath),
	}
	if t.customer != "" && around.Customer != "" {
		f.Customer.Options = []components.Option{{Value: t.customer, Text: around.Customer}}
	}
	values := first.values()
	names := make([]string, 0, len(values))
	for name := range values {
		if name != "q" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		f.Hidden = append(f.Hidden, components.Hidden{Name: name, Value: values.Get(name)})
	}
	return f
}

func filterField(l locale.Locale, name, label, value, blank string) components.FieldView {
	f := components.FieldView{Name: name, ID: "filter-" + name, Label: l.T(label), Value: value}
	if blank != "" {
		f.Blank = l.T(blank)
	}
	return f
}

func priorityField(l locale.Locale, t ticketQuery) components.FieldView {
	f := filterField(l, "priority", "ticket.priority", t.priority, "grid.any_priority")
	for _, p := range slices.Backward(ticket.Priorities()) {
		f.Options = append(f.Options, components.Option{Value: p.String(), Text: l.T("ticket.priority." + p.String())})
	}
	return f
}

func departmentField(l locale.Locale, t ticketQuery, around queries.TicketFrame) components.FieldView {
	f := filterField(l, "department", "ticket.department", t.department, "grid.any_department")
	f.Options = []components.Option{{Value: components.NoneChosen, Text: l.T("ticket.triage")}}
	for _, d := range around.Departments {
		f.Options = append(f.Options, components.Option{Value: d.ID.String(), Text: d.Name})
	}
	return f
}

func technicianField(l locale.Locale, actor staff.Actor, t ticketQuery, around queries.TicketFrame) components.FieldView {
	f := filterField(l, "technician", "ticket.technician", t.technician, "grid.any_technician")
	if actor.Can(staff.VisitPerform) || t.technician == technicianMe {
		f.Options = append(f.Options, components.Option{Value: technicianMe, Text: l.T("grid.me")})
	}
	f.Options = append(f.Options, components.Option{Value: components.NoneChosen, Text: l.T("ui.nobody")})
	for _, p := range around.People {
		if p.Technician || p.ID.String() == t.technician {
			f.Options = append(f.Options, components.Option{Value: p.ID.String(), Text: p.Name})
		}
	}
	return f
}

// sortField offers the orders whose keys are on the screen.
func sortField(l locale.Locale, t ticketQuery) components.FieldView {
	f := filterField(l, "sort", "grid.sort", string(t.sort), "")
	for _, s := range queries.GridSorts() {
		if s != queries.SortVisit || t.sort == s {
			f.Options = append(f.Options, components.Option{Value: string(s), Text: l.T("grid.sort_" + string(s))})
		}
	}
	return f
}

// ticketChips are the filters in use, by name; an id that nothing has is said
// to be unknown (D-94).
func ticketChips(l locale.Locale, actor staff.Actor, t ticketQuery, around queries.TicketFrame) []components.Chip {
	var chips []components.Chip
	add := func(name, value string, without func(*ticketQuery)) {
		if value == "" {
			value = l.T("grid.unknown")
		}
		chips = append(chips, components.Chip{Name: name, Value: value, Remove: t.with(without).at(ticketsPath)})
	}
	if t.q != "" {
		add(l.T("grid.searched"), t.q, func(n *ticketQuery) { n.q = "" })
	}
	if t.priority != "" {
		add(l.T("ticket.priority"), l.T("ticket.priority."+t.priority), func(n *ticketQuery) { n.priority = "" })
	}
	if t.department != "" {
		add(l.T("ticket.department"), named(t.department, around.Departments, l.T("ticket.triage")), func(n *ticketQuery) { n.department = "" })
	}
	if t.technician != "" {
		name := named(t.technician, around.People, l.T("ui.nobody"))
		if t.technician == technicianMe {
			name = actor.Name
		}
		add(l.T("ticket.technician"), name, func(n *ticketQuery) { n.technician = "" })
	}
	if t.customer != "" {
		add(l.T("ticket.customer"), around.Customer, func(n *ticketQuery) { n.customer = "" })
	}
	if t.from+t.to != "" {
		add(l.T("grid.opened"), period(l, t), func(n *ticketQuery) { n.from, n.to = "", "" })
	}
	return chips
}

// named is what a filter's value is called; "" when nothing has it.
func named(value string, all []queries.GridPerson, none string) string {
	if value == components.NoneChosen {
		return none
	}
	id, err := uuid.Parse(value)
	if err != nil {
		return ""
	}
	for _, one := range all {
		if one.ID == id {
			return one.Name
		}
	}
	return ""
}

// period says the days of opening as people do.
func period(l locale.Locale, t ticketQuery) string {
	from, to := startOf(t.from, 0, l.Zone), startOf(t.to, 0, l.Zone)
	switch {
	case t.from == t.to:
		return l.Day(from)
	case t.to == "":
		return l.T("grid.since", "day", l.Day(from))
	case t.from == "":
		return l.T("grid.until", "day", l.Day(to))
	}
	return l.T("grid.between", "from", l.Day(from), "to", l.Day(to))
}
