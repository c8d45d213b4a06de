// Package handlers is the door people come in by: HTTP in, HTML out. A handler
// turns strings into types, reads on the read-only pool or calls a command,
// and draws the answer. It decides no rule and writes nothing itself.
package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/alexedwards/scs/pgxstore"
	"github.com/alexedwards/scs/v2"

	"helphub/internal/admin"
	"helphub/internal/helpdesk"
	"helphub/internal/live"
	"helphub/internal/postgres"
	"helphub/internal/staff"
	"helphub/queries"
)

// Options are what the door needs from the rest of the house.
type Options struct {
	DB       *postgres.DB
	Desk     *helpdesk.Desk
	Office   *admin.Office
	Hub      *live.Hub
	Parts    *live.Parts
	Presence *live.Presence
	Log      *slog.Logger
	// PublicURL is how browsers reach us; its scheme decides about secure
	// cookies. Nil means plain http under whatever name was asked.
	PublicURL *url.URL
	// TrustedProxies are the only peers whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// Ready answers /readyz.
	Ready func(context.Context) Readiness
	// Observe counts a finished request for the metrics; may be nil.
	Observe func(route, method string, status int, took time.Duration)
	// Version is shown to administrators only.
	Version string
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// App is the door with its tools.
type App struct {
	Options
	read     *queries.Queries
	sessions *scs.SessionManager
	brakes   brakes
	exports  chan struct{} // one place for each that is being written
	secure   bool          // the public URL is https
	table    []Route
	zones    sync.Map // by name
}

// New returns the whole site as one handler.
func New(o Options) (*App, http.Handler, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	a := &App{Options: o, read: queries.New(o.DB.Read), exports: make(chan struct{}, maxExports)}
	a.secure = o.PublicURL != nil && o.PublicURL.Scheme == "https"
	a.sessions = a.newSessions()
	a.brakes = newBrakes()
	h, err := a.routes()
	if err != nil {
		return nil, nil, fmt.Errorf("build routes: %w", err)
	}
	return a, h, nil
}

// newSessions is the carrier of the session id: a cookie, and a row that holds
// nothing else. Who is logged in is the business of staff_session.
func (a *App) newSessions() *scs.SessionManager {
	s := scs.New()
	s.Store = pgxstore.NewWithCleanupInterval(a.DB.Write, 0)
	s.HashTokenInStore = true
	s.Codec = carrier{}
	s.Lifetime = staff.RememberedLife
	s.Cookie = scs.SessionCookie{
		Name: a.cookieName("session"), Path: "/", HttpOnly: true, Secure: a.secure, SameSite: http.SameSiteLaxMode,
		Persist: false, // unless the person asked to stay signed in
	}
	s.ErrorFunc = func(w http.ResponseWriter, r *http.Request, err error) { a.fail(w, r, fmt.Errorf("session: %w", err)) }
	return s
}

// carrier writes a cookie's row as JSON: its package's own way works out anew,
// at every request, how two short values are read.
type carrier struct{}

type carried struct {
	Deadline time.Time      `json:"deadline"`
	Values   map[string]any `json:"values"`
}

// Encode implements scs.Codec.
func (carrier) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(carried{deadline, values})
}

// Decode implements scs.Codec.
func (carrier) Decode(raw []byte) (time.Time, map[string]any, error) {
	var c carried
	err := json.Unmarshal(raw, &c)
	return c.Deadline, c.Values, err
}

// cookieName adds the prefix that binds a cookie to this host and https.
func (a *App) cookieName(name string) string {
	if a.secure {
		return "__Host-" + name
	}
	return name
}

// Brake forgets what it counted about addresses that have been quiet; call it
// every few minutes.
func (a *App) Brake() { a.brakes.forget() }
