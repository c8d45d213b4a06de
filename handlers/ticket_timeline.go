package handlers

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/internal/ticket"
	"helphub/queries"
)

// timelinePage is how many entries a page of the timeline shows.
const timelinePage = 100

// timelineQuery is which page of the timeline is asked for, in which order and
// of whose voice.
type timelineQuery struct {
	Order  string // asc or desc; empty is the reader's own
	Voice  string // team, customer, events; empty is all
	Before *queries.Cursor
}

// voices are the kinds of entry each choice shows.
var voices = map[string][]ticket.Kind{
	"":         {ticket.Reply, ticket.Note, ticket.CustomerWords, ticket.EventKind},
	"team":     {ticket.Reply, ticket.Note},
	"customer": {ticket.CustomerWords},
	"events":   {ticket.EventKind},
}

// timelineSort names the order a cursor of the timeline is made for.
const timelineSort = "entry"

// readTimelineQuery reads what the address asks for; what it does not know is
// as if nothing had been asked.
func readTimelineQuery(r *http.Request) timelineQuery {
	q := r.URL.Query()
	t := timelineQuery{Order: q.Get("order"), Voice: q.Get("voice")}
	if t.Order != "asc" && t.Order != "desc" {
		t.Order = ""
	}
	if voices[t.Voice] == nil {
		t.Voice = ""
	}
	if c, ok := queries.ParseCursor(q.Get("before"), timelineSort, true); ok {
		if _, err := strconv.ParseInt(c.Value, 10, 64); err == nil {
			t.Before = c
		}
	}
	return t
}

// values is the query as an address carries it.
func (t timelineQuery) values() url.Values {
	v := url.Values{}
	if t.Order != "" {
		v.Set("order", t.Order)
	}
	if t.Voice != "" {
		v.Set("voice", t.Voice)
	}
	if t.Before != nil {
		v.Set("before", t.Before.String())
	}
	return v
}

func (t timelineQuery) href(p ticket.Protocol) string {
	q := t.values().Encode()
	if q == "" {
		return components.TicketPath(p, "")
	}
	return components.TicketPath(p, "") + "?" + q
}

// newestFirst is the order asked for, else the reader's own.
func (t timelineQuery) newestFirst(v visitor) bool {
	if t.Order != "" {
		return t.Order == "desc"
	}
	return v.TimelineOrder == "desc"
}

// place is the cursor as the query reads it: beyond every entry when none was
// asked for.
func (t timelineQuery) place() (time.Time, uuid.UUID) {
	if t.Before == nil {
		return time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), uuid.Max
	}
	micros, err := strconv.ParseInt(t.Before.Value, 10, 64)
	if err != nil {
		micros = 0 // readTimelineQuery refused it already
	}
	return time.UnixMicro(micros), t.Before.ID
}

// timelineOf reads one page of the timeline.
func (a *App) timelineOf(ctx context.Context, v visitor, k ticket.Ticket, q timelineQuery) (components.TimelineView, error) {
	at, id := q.place()
	kinds := make([]string, 0, len(voices[q.Voice]))
	for _, kind := range voices[q.Voice] {
		kinds = append(kinds, string(kind))
	}
	rows, err := a.read.ListEntries(ctx, queries.ListEntriesParams{
		TicketID: k.ID, BeforeAt: at, BeforeID: id, Kinds: kinds, RowLimit: timelinePage + 1,
	})
	if err != nil {
		return components.TimelineView{}, fmt.Errorf("list entries: %w", err)
	}
	shown := q
	shown.Order = map[bool]string{true: "desc", false: "asc"}[q.newestFirst(v)] // also when the reader changes their mind
	view := components.TimelineView{
		Title: k.Subject + " · " + v.Company, URL: liveTicketURL(k, shown), Topic: string(live.Ticket(k.ID)),
		NewestFirst: q.newestFirst(v), Voice: q.Voice,
	}
	if len(rows) > timelinePage {
		rows = rows[:timelinePage]
		older := q
		older.Before = cursorOf(rows[len(rows)-1])
		view.Older = older.href(k.Protocol)
	} else if q.Voice == "" || q.Voice == "customer" {
		view.Opening = &components.OpeningView{Customer: k.Customer.Name, By: k.OpenedBy.Name, At: k.OpenedAt, Text: k.Description}
	}
	if q.Before != nil {
		latest := q
		latest.Before = nil
		view.Latest = latest.href(k.Protocol)
	}
	view.Entries = make([]components.EntryView, 0, len(rows))
	for _, row := range rows {
		view.Entries = append(view.Entries, entryView(v, k, row, a.Now()))
	}
	if !view.NewestFirst {
		slices.Reverse(view.Entries)
	}
	view.Voices, view.Order = timelineLinks(locale.From(ctx), k.Protocol, q, view.NewestFirst)
	return view, nil
}

func cursorOf(row queries.ListEntriesRow) *queries.Cursor {
	return &queries.Cursor{Sort: timelineSort, Desc: true, Value: strconv.FormatInt(row.CreatedAt.UnixMicro(), 10), ID: row.ID}
}

// entryView is a row as its reader sees it.
func entryView(v visitor, k ticket.Ticket, row queries.ListEntriesRow, now time.Time) components.EntryView {
	e := ticket.Entry{
		ID: row.ID, Kind: ticket.Kind(row.Kind), Body: row.Body, Author: refOf(row.AuthorID, row.AuthorName),
		CreatedAt: row.CreatedAt, RetractedAt: timeOf(row.RetractedAt),
	}
	if row.Event != nil {
		// What cannot be read is drawn as an event nobody knows.
		if err := json.Unmarshal(row.Data, &e.Event); err == nil {
			e.Event.Name = ticket.EventName(*row.Event)
		}
	}
	view := components.EntryView{Entry: e, Mine: !e.Author.None() && e.Author.ID == v.Actor.ID}
	if ticket.MayRetract(e, k.Status, v.Actor, now) == nil {
		view.RetractUntil = e.CreatedAt.Add(ticket.RetractionTime)
	}
	return view
}

// timelineLinks are the ways to the other voices and to the other order, each
// from the newest page.
func timelineLinks(l locale.Locale, p ticket.Protocol, q timelineQuery, newestFirst bool) ([]components.Tab, string) {
	q.Before = nil
	tab := func(voice, text string) components.Tab {
		to := q
		to.Voice = voice
		return components.Tab{Text: text, Href: to.href(p), Current: q.Voice == voice}
	}
	other := q
	other.Order = "desc"
	if newestFirst {
		other.Order = "asc"
	}
	return []components.Tab{
		tab("", l.T("ticket.voice_all")), tab("team", l.T("ticket.voice_team")),
		tab("customer", l.T("ticket.voice_customer")), tab("events", l.T("ticket.voice_events")),
	}, other.href(p)
}
