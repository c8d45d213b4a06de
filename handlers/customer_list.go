package handlers

import (
	"context"
	"net/http"
	"net/url"

	"helphub/components"
	"helphub/internal/customer"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/taxid"
	"helphub/queries"
)

// customerQuery is a view of the list as the address names it. What the address
// does not say, or says wrong, is as usual: active customers by name.
type customerQuery struct {
	q       string
	show    queries.CustomerShow
	pending bool
	sort    queries.CustomerSort
	desc    bool
	after   string
	before  string
}

func readCustomerQuery(u *url.URL) customerQuery {
	v := u.Query()
	return customerQuery{
		q: v.Get("q"), show: queries.ParseCustomerShow(v.Get("show")), pending: v.Get("document") == "pending",
		sort: queries.ParseCustomerSort(v.Get("sort")), desc: v.Get("order") == "desc",
		after: v.Get("after"), before: v.Get("before"),
	}
}

func (c customerQuery) grid() queries.CustomerGrid {
	return queries.CustomerGrid{
		Terms: customer.ParseTerms(c.q), Show: c.show, Pending: c.pending,
		Sort: c.sort, Desc: c.desc, After: c.after, Before: c.before,
	}
}

// with returns the view with something changed, at its first page.
func (c customerQuery) with(change func(*customerQuery)) customerQuery {
	c.after, c.before = "", ""
	change(&c)
	return c
}

// at is the address of the view below a path; what is as usual is left out.
func (c customerQuery) at(path string) string {
	v := url.Values{}
	set := func(name, value, usual string) {
		if value != "" && value != usual {
			v.Set(name, value)
		}
	}
	set("q", c.q, "")
	set("show", string(c.show), string(queries.ShowActive))
	set("sort", string(c.sort), string(queries.CustomersByName))
	set("after", c.after, "")
	set("before", c.before, "")
	if c.pending {
		v.Set("document", "pending")
	}
	if c.desc {
		v.Set("order", "desc")
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// listCustomers is the list of customers.
func (a *App) listCustomers(w http.ResponseWriter, r *http.Request) error {
	mark := a.Hub.Mark()
	view, err := a.customerList(r.Context(), readCustomerQuery(r.URL))
	if err != nil {
		return err
	}
	title := locale.From(r.Context()).T("shell.customers")
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionCustomers, Trail: []components.Crumb{{Text: title}},
		Class: "grid-page", Mark: mark, Topics: []live.Topic{live.Customers},
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Customers(shell, view))
}

// showCustomerRows is the list as a live part.
func (a *App) showCustomerRows(w http.ResponseWriter, r *http.Request) error {
	c := readCustomerQuery(r.URL)
	return a.part(w, r, live.Part{
		Topics: []live.Topic{live.Customers},
		Render: func(ctx context.Context) ([]byte, error) {
			view, err := a.customerList(ctx, c)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.CustomerRows(view))
		},
	})
}

// customerList reads one page of the list and how many there are: two queries.
func (a *App) customerList(ctx context.Context, c customerQuery) (components.CustomerList, error) {
	page, err := queries.ListCustomerGrid(ctx, a.DB.Read, c.grid())
	if err != nil {
		return components.CustomerList{}, err
	}
	total, err := queries.CountCustomerGrid(ctx, a.DB.Read, c.grid(), countCap+1)
	if err != nil {
		return components.CustomerList{}, err
	}
	v, _ := ctx.Value(visitorKey{}).(visitor)
	l := locale.From(ctx)
	view := components.CustomerList{
		Q: c.q, Pending: c.pending, URL: c.at("/customers/rows"), MayAdd: v.Actor.Can(staff.CustomerWrite),
		Clear:       c.with(func(n *customerQuery) { n.q, n.pending = "", false }).at("/customers"),
		PendingHref: c.with(func(n *customerQuery) { n.pending = true }).at("/customers"),
		Tabs:        customerTabs(l, c), Chips: customerChips(l, c),
		Name:    customerColumn(c, queries.CustomersByName, l.T("customer.name")),
		City:    customerColumn(c, queries.CustomersByCity, l.T("customer.city")),
		Created: customerColumn(c, queries.CustomersByCreated, l.T("customer.created")),
		Count:   customerCount(l, total),
	}
	// The search keeps the part and the order one is in.
	view.Show, view.Sort, view.Order = unusual(c.show, queries.ShowActive), unusual(c.sort, queries.CustomersByName), ""
	if c.desc {
		view.Order = "desc"
	}
	view.Pager.Text = view.Count
	if page.Previous != "" {
		view.Pager.Previous = c.with(func(n *customerQuery) { n.before = page.Previous }).at("/customers")
	}
	if page.Next != "" {
		view.Pager.Next = c.with(func(n *customerQuery) { n.after = page.Next }).at("/customers")
	}
	for _, row := range page.Rows {
		view.Rows = append(view.Rows, customerRow(row))
	}
	if len(view.Rows) == 0 {
		view.Empty = emptyCustomers(l, c, view.MayAdd)
	}
	return view, nil
}

func customerRow(r queries.CustomerGridRow) components.CustomerRow {
	row := components.CustomerRow{
		ID: r.ID, Name: r.DisplayName, TaxID: taxid.ID(r.TaxID).Masked(), Phone: customer.Phone(r.Phone).Masked(),
		Place: customer.Address{City: r.City, State: r.State}.Line(), Active: r.Active, Created: r.CreatedAt, Version: int(r.Version),
	}
	if r.LegalName != r.DisplayName {
		row.Legal = r.LegalName
	}
	return row
}

func customerTabs(l locale.Locale, c customerQuery) []components.Tab {
	var tabs []components.Tab
	for _, tab := range []struct {
		show queries.CustomerShow
		text string
	}{
		{queries.ShowActive, l.T("customer.tab_active")}, {queries.ShowInactive, l.T("customer.tab_inactive")}, {queries.ShowAll, l.T("customer.tab_all")},
	} {
		tabs = append(tabs, components.Tab{
			Text: tab.text, Href: c.with(func(n *customerQuery) { n.show = tab.show }).at("/customers"), Current: c.show == tab.show,
		})
	}
	return tabs
}

func customerChips(l locale.Locale, c customerQuery) []components.Chip {
	var chips []components.Chip
	if c.q != "" {
		chips = append(chips, components.Chip{
			Name: l.T("ui.searched"), Value: c.q, Remove: c.with(func(n *customerQuery) { n.q = "" }).at("/customers"),
		})
	}
	if c.pending {
		chips = append(chips, components.Chip{
			Name: l.T("customer.document"), Value: l.T("customer.document_pending"),
			Remove: c.with(func(n *customerQuery) { n.pending = false }).at("/customers"),
		})
	}
	return chips
}

// customerColumn is a heading that sorts, or turns the order around.
func customerColumn(c customerQuery, sort queries.CustomerSort, text string) components.ColumnView {
	column := components.ColumnView{Text: text, Sorted: "none"}
	desc := sort == queries.CustomersByCreated // the newest first
	if c.sort == sort {
		desc = !c.desc
		column.Sorted = "ascending"
		if c.desc {
			column.Sorted = "descending"
		}
	}
	column.Href = c.with(func(n *customerQuery) { n.sort, n.desc = sort, desc }).at("/customers")
	return column
}

// emptyCustomers says what belongs where nothing is, and the one next step.
func emptyCustomers(l locale.Locale, c customerQuery, mayAdd bool) components.EmptyView {
	e := components.EmptyView{Icon: "store"}
	switch {
	case c.q != "" && c.show != queries.ShowAll:
		e.Icon, e.Title, e.Text = "search", l.T("customer.none_found"), l.T("customer.none_found_here")
		e.Href, e.Action, e.ActionIcon = c.with(func(n *customerQuery) { n.show = queries.ShowAll }).at("/customers"), l.T("customer.search_all"), "search"
	case c.q != "":
		e.Icon, e.Title, e.Text = "search", l.T("customer.none_found"), l.T("customer.none_found_text")
	case c.pending:
		e.Icon, e.Title, e.Text = "check", l.T("customer.none_pending"), l.T("customer.none_pending_text")
	case c.show == queries.ShowInactive:
		e.Title, e.Text = l.T("customer.none_inactive"), l.T("customer.none_inactive_text")
	default:
		e.Title, e.Text = l.T("customer.none"), l.T("customer.none_text")
		if mayAdd {
			e.Href, e.Action = "/customers/new", l.T("customer.new")
		}
	}
	return e
}

// unusual is a choice, empty when it is the usual one.
func unusual[T ~string](choice, usual T) string {
	if choice == usual {
		return ""
	}
	return string(choice)
}

// customerCount says how many there are, none counted beyond countCap.
func customerCount(l locale.Locale, n int) string {
	if n > countCap {
		return l.T("customer.count_many", "n", countCap)
	}
	return l.N("customer.count", n)
}
