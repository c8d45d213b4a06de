package handlers

import (
	"fmt"
	"net/http"
	"strings"

	"helphub/components"
	"helphub/internal/locale"
	"helphub/queries"
)

// listSessions shows where one is signed in.
func (a *App) listSessions(w http.ResponseWriter, r *http.Request) error {
	actor := visitorOf(r).Actor
	rows, err := a.read.ListSessions(r.Context(), queries.ListSessionsParams{StaffID: actor.ID, Now: a.Now()})
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	var list []components.SessionView
	for _, s := range rows {
		browser, system := device(s.UserAgent)
		list = append(list, components.SessionView{
			ID: s.ID, Browser: browser, System: system, IP: s.Ip, Began: s.CreatedAt, Seen: s.LastSeenAt,
			Remembered: s.Remembered, Here: s.ID == actor.Session,
		})
	}
	l := locale.From(r.Context())
	title := l.T("profile.sessions")
	shell, err := a.shell(w, r, frame{
		Title: title, Class: "pad", Trail: []components.Crumb{{Text: l.T("shell.profile"), Href: "/profile"}, {Text: title}},
	})
	if err != nil {
		return err
	}
	return render(w, r, http.StatusOK, components.Sessions(shell, list))
}

// revokeSession ends one of one's own sessions; this one is a logout.
func (a *App) revokeSession(w http.ResponseWriter, r *http.Request) error {
	id, err := pathID(r)
	if err != nil {
		return err
	}
	actor := visitorOf(r).Actor
	if id == actor.Session {
		return a.deleteSession(w, r)
	}
	if err := a.Office.EndSession(r.Context(), actor, id); err != nil {
		return err
	}
	return a.redirect(w, r, "/profile/sessions", "session_ended")
}

// device says which browser on which system a user agent claims to be, as
// people call them; what it does not know is empty. Order matters: Edge and
// Opera claim to be Chrome, Chrome claims to be Safari, Android to be Linux.
func device(userAgent string) (browser, system string) {
	first := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(userAgent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser = first([][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"},
		{"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"},
	})
	system = first([][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Macintosh", "Mac"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	})
	return browser, system
}
