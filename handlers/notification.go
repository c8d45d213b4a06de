package handlers

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/ticket"
	"helphub/queries"
)

// How many of what one was told the page and the bell's menu show.
const (
	notificationsShown = 50
	bellShown          = 10
)

// The two places of the list: every line's id says which, because both can be
// on one page.
const (
	inMenu = "menu-"
	onPage = ""
)

// listNotifications is the page of what one was told.
func (a *App) listNotifications(w http.ResponseWriter, r *http.Request) error {
	mark := a.Hub.Mark()
	view, err := a.notifications(r.Context(), onPage, notificationsShown)
	if err != nil {
		return err
	}
	view.CSRF = token(r)
	title := locale.From(r.Context()).T("shell.bell")
	shell, err := a.shell(w, r, frame{Title: title, Trail: []components.Crumb{{Text: title}}, Class: "pad", Mark: mark})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Notifications(shell, view))
}

// showBell is the bell's button as a live part.
func (a *App) showBell(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	return a.part(w, r, live.Part{
		Key: live.PartKey{Person: v.Actor.ID}, Topics: []live.Topic{live.Staff(v.Actor.ID)},
		Render: func(ctx context.Context) ([]byte, error) {
			unread, err := a.read.CountUnread(ctx, v.Actor.ID)
			if err != nil {
				return nil, fmt.Errorf("count unread: %w", err)
			}
			return html(ctx, components.BellButton(bellOf(v, int(unread))))
		},
	})
}

// showBellList is the list: the latest in the bell's menu, more on the page
// that asks for on=page.
func (a *App) showBellList(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	page := r.URL.Query().Get("on") == "page"
	return a.part(w, r, live.Part{
		Key: live.PartKey{Person: v.Actor.ID}, Topics: []live.Topic{live.Staff(v.Actor.ID), live.Tickets},
		Render: func(ctx context.Context) ([]byte, error) {
			if page {
				view, err := a.notifications(ctx, onPage, notificationsShown)
				if err != nil {
					return nil, err
				}
				return html(ctx, components.NotificationRows(view))
			}
			view, err := a.notifications(ctx, inMenu, bellShown)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.BellMenuList(view))
		},
	})
}

// readNotifications marks all as read; the other pages of the same person are
// told.
func (a *App) readNotifications(w http.ResponseWriter, r *http.Request) error {
	if err := a.Desk.ReadNotifications(r.Context(), visitorOf(r).Actor, a.Now()); err != nil {
		return err
	}
	if !fromHTMX(r) {
		return a.redirect(w, r, "/notifications", "notifications_read")
	}
	view, err := a.notifications(r.Context(), inMenu, bellShown)
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.BellMenuList(view))
}

// notifications reads what the person in the context was told, newest first.
func (a *App) notifications(ctx context.Context, place string, n int32) (components.NotificationsView, error) {
	v, _ := ctx.Value(visitorKey{}).(visitor)
	rows, err := a.read.ListNotifications(ctx, queries.ListNotificationsParams{StaffID: v.Actor.ID, RowLimit: n})
	if err != nil {
		return components.NotificationsView{}, fmt.Errorf("list notifications: %w", err)
	}
	view := components.NotificationsView{
		URL: "/notifications/list?" + url.Values{"on": {"page"}}.Encode(), Topic: string(live.Staff(v.Actor.ID)),
	}
	l := locale.From(ctx)
	for _, row := range rows {
		view.Unread = view.Unread || row.ReadAt == nil
		icon, text := newsOf(l, row.Event, row.ActorName)
		view.List = append(view.List, components.Notification{
			ID: place + row.ID.String(), Text: text, Icon: icon, Subject: row.Subject,
			Href: components.TicketPath(ticket.Protocol(row.Protocol), ""), At: row.CreatedAt, Unread: row.ReadAt == nil,
		})
	}
	return view, nil
}

// newsOf is one event in words, with the icon that stands for it. One that this
// version has no words for is a change like any other.
func newsOf(l locale.Locale, event, name string) (icon, text string) {
	switch event {
	case "opened":
		return "inbox", l.T("bell.opened", "name", name)
	case "replied":
		return "chat", l.T("bell.replied", "name", name)
	case "noted":
		return "lock", l.T("bell.noted", "name", name)
	case "heard":
		return "chat", l.T("bell.heard", "name", name)
	case "took":
		return "user", l.T("bell.took", "name", name)
	case "assigned":
		return "user", l.T("bell.assigned", "name", name)
	case "transferred":
		return "transfer", l.T("bell.transferred", "name", name)
	case "escalated":
		return "status-escalated", l.T("bell.escalated", "name", name)
	case "moved":
		return "refresh", l.T("bell.moved", "name", name)
	case "set_pending":
		return "status-pending", l.T("bell.set_pending", "name", name)
	case "closed":
		return "status-closed", l.T("bell.closed", "name", name)
	case "reopened":
		return "undo", l.T("bell.reopened", "name", name)
	}
	return "pencil", l.T("bell.edited", "name", name)
}
