package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

const staffPath = "/admin/staff"

// staffShown is how many people the list shows: more than work in any company
// this is for.
const staffShown = 500

// staffQuery is a view of the team as the address names it.
type staffQuery struct{ q, show string }

func readStaffQuery(u *url.URL) staffQuery {
	s := staffQuery{q: u.Query().Get("q"), show: u.Query().Get("show")}
	if s.show != showInactive && s.show != showAll {
		s.show = showActive
	}
	return s
}

// The parts of the team's list.
const (
	showActive   = string(queries.ShowActive)
	showInactive = string(queries.ShowInactive)
	showAll      = string(queries.ShowAll)
)

func (s staffQuery) at(path string) string {
	v := url.Values{}
	if s.q != "" {
		v.Set("q", s.q)
	}
	if s.show != showActive {
		v.Set("show", s.show)
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// listStaff is the team.
func (a *App) listStaff(w http.ResponseWriter, r *http.Request) error {
	mark := a.Hub.Mark()
	s := readStaffQuery(r.URL)
	view, err := a.staffList(r.Context(), s)
	if err != nil {
		return err
	}
	l := locale.From(r.Context())
	if view.Tabs, err = a.staffTabs(r.Context(), s); err != nil {
		return err
	}
	if s.q != "" {
		view.Chips = []components.Chip{{Name: l.T("ui.searched"), Value: s.q, Remove: staffQuery{show: s.show}.at(staffPath)}}
	}
	title := l.T("shell.staff")
	shell, err := a.shell(w, r, frame{
		Title: title, Section: components.SectionStaff, Trail: []components.Crumb{{Text: title}},
		Class: "grid-page", Mark: mark, Topics: []live.Topic{live.Admin},
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Staff(shell, view))
}

// showStaffRows is the list as a live part.
func (a *App) showStaffRows(w http.ResponseWriter, r *http.Request) error {
	s := readStaffQuery(r.URL)
	return a.part(w, r, live.Part{
		Topics: []live.Topic{live.Admin},
		Render: func(ctx context.Context) ([]byte, error) {
			view, err := a.staffList(ctx, s)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.StaffRows(view))
		},
	})
}

func (a *App) staffList(ctx context.Context, s staffQuery) (components.StaffList, error) {
	rows, err := a.read.ListStaff(ctx, queries.ListStaffParams{
		Show: s.show, Search: queries.Literally(s.q), RowLimit: staffShown + 1,
	})
	if err != nil {
		return components.StaffList{}, fmt.Errorf("list staff: %w", err)
	}
	view := components.StaffList{Q: s.q, Show: unusual(s.show, showActive), URL: s.at(staffPath + "/rows"), Cut: len(rows) > staffShown}
	for _, p := range rows[:min(len(rows), staffShown)] {
		view.Rows = append(view.Rows, components.StaffRow{
			ID: p.ID, Name: p.Name, Username: p.Username, Email: p.Email, Role: namedRole(p.RoleKey, p.RoleName),
			Active: p.Active, Seen: p.LastSeenAt, Version: int(p.Version),
		})
	}
	if len(view.Rows) == 0 {
		view.Empty = emptyStaff(locale.From(ctx), s)
	}
	return view, nil
}

// staffTabs are active, inactive and all, each with how many there are (D-93).
func (a *App) staffTabs(ctx context.Context, s staffQuery) ([]components.Tab, error) {
	counts, err := a.read.CountStaff(ctx)
	if err != nil {
		return nil, fmt.Errorf("count staff: %w", err)
	}
	l := locale.From(ctx)
	tab := func(show, text string, n int32) components.Tab {
		return components.Tab{Text: text, Href: staffQuery{s.q, show}.at(staffPath), Count: l.Number(int(n)), Current: s.show == show}
	}
	return []components.Tab{
		tab(showActive, l.T("staff.tab_active"), counts.Active), tab(showInactive, l.T("staff.tab_inactive"), counts.Inactive),
		tab(showAll, l.T("staff.tab_all"), counts.Active+counts.Inactive),
	}, nil
}

func emptyStaff(l locale.Locale, s staffQuery) components.EmptyView {
	if s.q == "" {
		return components.EmptyView{Icon: "users", Title: l.T("staff.none_inactive"), Text: l.T("staff.none_inactive_text")}
	}
	e := components.EmptyView{Icon: "search", Title: l.T("staff.none_found"), Text: l.T("staff.none_found_text")}
	if s.show != showAll {
		e.Href, e.Action, e.ActionIcon = staffQuery{s.q, showAll}.at(staffPath), l.T("staff.search_all"), "search"
	}
	return e
}

// namedRole is a role as a list shows it.
func namedRole(key *string, name string) staff.Role {
	role := staff.Role{Name: name}
	if key != nil {
		role.Key = staff.RoleKey(*key)
	}
	return role
}
