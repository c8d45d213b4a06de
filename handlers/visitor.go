package handlers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

// visitor is who is asking and how they read; the zero value is a stranger.
type visitor struct {
	Actor         staff.Actor
	Theme         string
	TimelineOrder string
	Company       string
	// NeedsSetup is true until the first administrator exists.
	NeedsSetup bool
	// language as stored; empty is the company's.
	language string
	email    string
}

type visitorKey struct{}

func visitorOf(r *http.Request) visitor {
	v, _ := r.Context().Value(visitorKey{}).(visitor)
	return v
}

// sessionKey is the only thing the cookie's row holds.
const sessionKey = "sid"

// identified finds out who is asking: one query for a person with a session,
// one for a stranger.
func (a *App) identified(next http.Handler) http.Handler {
	return a.do(func(w http.ResponseWriter, r *http.Request) error {
		v, l, err := a.identify(r)
		if err != nil {
			return err
		}
		ctx := context.WithValue(r.Context(), visitorKey{}, v)
		ctx = locale.With(ctx, l)
		next.ServeHTTP(w, r.WithContext(ctx))
		return nil
	})
}

func (a *App) identify(r *http.Request) (visitor, locale.Locale, error) {
	if id, err := uuid.Parse(a.sessions.GetString(r.Context(), sessionKey)); err == nil {
		row, err := a.read.SessionActor(r.Context(), queries.SessionActorParams{ID: id, Now: a.Now()})
		switch {
		case err == nil:
			return a.known(r, row)
		case !errors.Is(err, pgx.ErrNoRows):
			return visitor{}, locale.Locale{}, fmt.Errorf("look for session: %w", err)
		}
	}
	return a.stranger(r)
}

func (a *App) known(r *http.Request, row queries.SessionActorRow) (visitor, locale.Locale, error) {
	zone, err := a.zone(row.TimeZone)
	if err != nil {
		return visitor{}, locale.Locale{}, err
	}
	v := visitor{
		Actor: staff.Actor{
			ID: row.ID, Name: row.Name, Username: row.Username, Role: roleOf(row), Session: row.SessionID,
			IP: address(r), UserAgent: userAgent(r), RequestID: requestIDOf(r),
		},
		Theme: row.Theme, TimelineOrder: row.TimelineOrder, Company: row.CompanyName, language: row.Language, email: row.Email,
	}
	if err := a.Office.Seen(r.Context(), v.Actor, row.LastSeenAt); err != nil {
		a.Log.WarnContext(r.Context(), "note session in use", "error", err)
	}
	lang, ok := locale.ParseLang(row.Language)
	if !ok {
		lang, _ = locale.ParseLang(row.CompanyLanguage)
	}
	return v, locale.New(lang, zone, a.Now()), nil
}

// stranger reads in the language of the link they followed, of their browser,
// or the company's.
func (a *App) stranger(r *http.Request) (visitor, locale.Locale, error) {
	v := visitor{Actor: staff.Actor{IP: address(r), UserAgent: userAgent(r), RequestID: requestIDOf(r)}}
	company, err := a.read.GetCompany(r.Context())
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		v.NeedsSetup = true
		company.Language, company.TimeZone = string(locale.PtBR), "America/Sao_Paulo"
	case err != nil:
		return v, locale.Locale{}, fmt.Errorf("get company: %w", err)
	}
	v.Company = company.Name
	zone, err := a.zone(company.TimeZone)
	if err != nil {
		return v, locale.Locale{}, err
	}
	lang, _ := locale.ParseLang(company.Language)
	if accepted := r.Header.Get("Accept-Language"); accepted != "" {
		lang = locale.Accepted(accepted)
	}
	if chosen, ok := locale.ParseLang(r.FormValue("lang")); ok {
		lang = chosen
	}
	return v, locale.New(lang, zone, a.Now()), nil
}

// zone is a time zone by name. Loading one reads a file, so each is kept.
func (a *App) zone(name string) (*time.Location, error) {
	if z, ok := a.zones.Load(name); ok {
		if zone, ok := z.(*time.Location); ok {
			return zone, nil
		}
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, fmt.Errorf("load zone %s: %w", name, err)
	}
	a.zones.Store(name, zone)
	return zone, nil
}

func roleOf(row queries.SessionActorRow) staff.Role {
	role := staff.Role{ID: row.RoleID, Name: row.RoleName}
	if row.RoleKey != nil {
		role.Key = staff.RoleKey(*row.RoleKey)
	}
	for _, name := range row.Permissions {
		if p, ok := staff.ParsePermission(name); ok {
			role.Permissions = append(role.Permissions, p)
		}
	}
	return role
}

func address(r *http.Request) string {
	if ip := clientIP(r); ip.IsValid() {
		return ip.String()
	}
	return ""
}

// maxUserAgent is as much of a browser's name as the audit keeps, in bytes.
const maxUserAgent = 300

func userAgent(r *http.Request) string {
	ua := r.UserAgent()
	clean := make([]rune, 0, maxUserAgent)
	for _, c := range ua {
		if len(clean) == maxUserAgent {
			break
		}
		if c < ' ' || c == 0x7f || c == 0xfffd {
			c = '?'
		}
		clean = append(clean, c)
	}
	return string(clean)
}
