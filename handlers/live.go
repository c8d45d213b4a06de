package handlers

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/internal/fault"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/queries"
)

// errStreams refuses the eleventh stream of one person.
var errStreams = fault.New(fault.TooMany, "error.streams")

// streamLive is the page's line to the hub: it is told the names of what
// changed and asks again itself.
func (a *App) streamLive(w http.ResponseWriter, r *http.Request) error {
	actor := visitorOf(r).Actor
	topics, err := live.ParseTopics(r.URL.Query()["on"], func(f live.Family, id uuid.UUID) bool { return mayHear(actor, f, id) })
	switch {
	case errors.Is(err, live.ErrForbiddenTopic):
		return fault.ErrDenied
	case err != nil || len(topics) == 0:
		return fault.ErrUnknown
	}
	w.Header().Del("Content-Encoding")
	err = a.Hub.Serve(w, r, live.Subscription{
		Person: actor.ID, Session: actor.Session, Topics: topics, Mark: live.Mark(r.URL.Query().Get("mark")),
		Check: func(ctx context.Context) bool { return a.stillHears(ctx, actor, topics) },
	})
	switch {
	case errors.Is(err, live.ErrDraining):
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return nil
	case errors.Is(err, live.ErrTooMany):
		return errStreams.Detailed(30 * time.Second)
	case errors.Is(err, live.ErrTopics):
		return fault.ErrUnknown
	}
	return err
}

// mayHear says which news a person may be told. A topic carries no content, so
// the question is only whether the thing it names is theirs to see.
func mayHear(actor staff.Actor, family live.Family, id uuid.UUID) bool {
	switch family {
	case live.FamilyTicket, live.FamilyTickets, live.FamilyPresence, live.FamilyPresenceAll:
		return actor.Can(staff.TicketRead)
	case live.FamilyCustomers:
		return actor.Can(staff.CustomerRead)
	case live.FamilyStaff:
		return id == actor.ID
	case live.FamilyAdmin:
		return actor.Can(staff.StaffManage) || actor.Can(staff.DepartmentManage) || actor.Can(staff.SettingsManage)
	}
	return false
}

// stillHears asks again, with each heartbeat, whether the session lives and
// the rights are the same.
func (a *App) stillHears(ctx context.Context, actor staff.Actor, topics []live.Topic) bool {
	row, err := a.read.SessionActor(ctx, queries.SessionActorParams{ID: actor.Session, Now: a.Now()})
	if errors.Is(err, pgx.ErrNoRows) {
		return false
	}
	if err != nil {
		return true // the database is away: that is no reason to cut everybody off
	}
	now := staff.Actor{ID: row.ID, Role: roleOf(row)}
	for _, t := range topics {
		if !t.Permitted(func(f live.Family, id uuid.UUID) bool { return mayHear(now, f, id) }) {
			return false
		}
	}
	return true
}

// liveURL is the stream of a page that took its mark before it read.
func liveURL(mark live.Mark, topics ...live.Topic) string {
	q := url.Values{"mark": {string(mark)}}
	for _, t := range topics {
		q.Add("on", string(t))
	}
	return "/live?" + q.Encode()
}

// part answers a live part: drawn once per distinct view and change, however
// many pages ask (304 when the page has it already).
func (a *App) part(w http.ResponseWriter, r *http.Request, p live.Part) error {
	l := locale.From(r.Context())
	p.Key.URL = live.CanonicalURL(r.URL)
	p.Key.Permissions = visitorOf(r).Actor.Grants()
	p.Key.Language, p.Key.Zone = string(l.Lang), l.Zone.String()
	p.Until = midnight(l)
	body, err := a.Parts.Get(r.Context(), p)
	if err != nil {
		return err
	}
	return body.WriteTo(w, r)
}

// midnight is when "hoje" becomes "ontem" for the reader.
func midnight(l locale.Locale) time.Time {
	y, m, d := l.Now.In(l.Zone).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, l.Zone)
}
