package handlers

import (
	"helphub/components"
	"helphub/internal/locale"
	"helphub/queries"
)

// ticketTabs are the parts of the list, counted where that is cheap. Scheduled
// is not offered while nothing is.
func ticketTabs(l locale.Locale, t ticketQuery, counts queries.TicketCounts) []components.Tab {
	var tabs []components.Tab
	for _, tab := range queries.GridTabs() {
		if tab == "scheduled" && !counts.Scheduled && t.tab != tab {
			continue
		}
		one := components.Tab{
			Text: l.T("grid.tab_" + string(tab)), Current: t.tab == tab,
			Href: t.with(func(n *ticketQuery) { n.tab = tab }).at(ticketsPath),
		}
		if counts.Tabs != nil {
			one.Count = capped(l, counts.Tab(tab, countCap+1))
		}
		tabs = append(tabs, one)
	}
	return tabs
}

// ticketColumn is a heading that sorts, or turns the order around.
func ticketColumn(t ticketQuery, sort queries.GridSort, text string) components.ColumnView {
	column := components.ColumnView{Text: text, Sorted: "none"}
	desc := sort.Desc()
	if t.sort == sort {
		desc = !t.desc
		column.Sorted = "ascending"
		if t.desc {
			column.Sorted = "descending"
		}
	}
	column.Href = t.with(func(n *ticketQuery) { n.sort, n.desc = sort, desc }).at(ticketsPath)
	return column
}

// ticketPager says which rows these are and leads to the others. Which number a
// row has is only known on the first page: the list moves.
func ticketPager(l locale.Locale, t ticketQuery, page queries.TicketGridPage, counts queries.TicketCounts) components.PagerView {
	var p components.PagerView
	n := len(page.Rows)
	switch {
	case page.First && page.Next == "":
		p.Text = l.T("ui.range", "from", min(n, 1), "to", n, "total", n)
	case counts.Tabs == nil:
		p.Text = l.N("grid.on_page", n)
	default:
		total := capped(l, max(counts.Tab(t.tab, countCap+1), int32(n))) //nolint:gosec // at most a page
		if page.First {
			p.Text = l.T("ui.range", "from", 1, "to", n, "total", total)
		} else {
			p.Text = l.N("grid.on_page_of", n, "total", total)
		}
	}
	if page.Previous != "" {
		p.Previous = t.with(func(next *ticketQuery) { next.before = page.Previous }).at(ticketsPath)
	}
	if page.Next != "" {
		p.Next = t.with(func(next *ticketQuery) { next.after = page.Next }).at(ticketsPath)
	}
	return p
}

// emptyTickets says what belongs where nothing is, and the one next step.
func emptyTickets(l locale.Locale, t ticketQuery, page queries.TicketGridPage, anyTicket, mayOpen bool) components.EmptyView {
	say := func(name, icon string) components.EmptyView {
		return components.EmptyView{Icon: icon, Title: l.T("grid.none_" + name), Text: l.T("grid.none_" + name + "_text")}
	}
	to := func(e components.EmptyView, next ticketQuery, action, icon string) components.EmptyView {
		e.Href, e.Action, e.ActionIcon = next.at(ticketsPath), l.T("grid."+action), icon
		return e
	}
	switch {
	case queries.ParseTicketSearch(t.q).Short():
		return to(say("short", "search"), t.with(func(n *ticketQuery) { n.q = "" }), "clear_search", "close")
	case !page.First:
		return to(say("beyond", "inbox"), t.with(func(*ticketQuery) {}), "to_first", "arrow-up")
	case !anyTicket:
		e := say("at_all", "inbox")
		if mayOpen {
			e.Href, e.Action = "/tickets/new", l.T("ticket.open")
		}
		return e
	case sectionOf(t) == components.SectionMine:
		return to(say("mine", "check"), t.with(func(n *ticketQuery) { n.technician = components.NoneChosen }), "see_unassigned", "tool")
	case sectionOf(t) == components.SectionUnassigned:
		return to(say("unassigned", "check"), t.cleared(), "see_active", "inbox")
	case t.filtered() && t.tab != queries.TabAll:
		return to(say("here", "search"), t.with(func(n *ticketQuery) { n.tab = queries.TabAll }), "search_all", "search")
	case t.filtered():
		return to(say("found", "search"), t.cleared(), "clear_all", "close")
	case t.tab == queries.TabActive:
		e := say("active", "check")
		if mayOpen {
			e.Href, e.Action = "/tickets/new", l.T("ticket.open")
		}
		return e
	}
	return to(say(string(t.tab), "inbox"), t.with(func(n *ticketQuery) { n.tab = queries.TabActive }), "see_active", "inbox")
}
