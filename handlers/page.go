package handlers

import (
	"context"
	"fmt"
	"net/http"

	"helphub/components"
	"helphub/internal/live"
	"helphub/internal/locale"
	"helphub/queries"
)

// countCap is how far the numbers beside links are counted; beyond it they
// read "1.000+", because an exact count would cost more than the page.
const countCap = 1000

// frame is what a page tells about itself.
type frame struct {
	Title   string // already translated
	Section components.Section
	Trail   []components.Crumb
	Class   string // of <main>
	// Topics the page listens to, besides its person's own.
	Topics []live.Topic
	// Mark is the hub's mark, taken before the page read anything.
	Mark live.Mark
	// Counts are the frame's numbers, when the page read them with its own; nil
	// has them read.
	Counts *queries.CountRailRow
}

// shell builds the frame around a page: one query for the numbers in it, unless
// the page brings them.
func (a *App) shell(w http.ResponseWriter, r *http.Request, f frame) (components.Shell, error) {
	v := visitorOf(r)
	if f.Counts == nil {
		counts, err := a.countRail(r.Context(), v)
		if err != nil {
			return components.Shell{}, err
		}
		f.Counts = &counts
	}
	if f.Mark == "" {
		f.Mark = a.Hub.Mark()
	}
	topics := append([]live.Topic{live.Tickets, live.Staff(v.Actor.ID)}, f.Topics...)
	return components.Shell{
		Title: f.Title, Company: v.Company, Theme: v.Theme, CSRF: token(r), Actor: v.Actor,
		Rail: railOf(r.Context(), v, f.Section, *f.Counts), Bell: bellOf(v, int(f.Counts.Unread)), Trail: f.Trail, Live: liveURL(f.Mark, topics...),
		Toasts: a.flashed(w, r), Page: f.Class,
	}, nil
}

func (a *App) countRail(ctx context.Context, v visitor) (queries.CountRailRow, error) {
	id := v.Actor.ID
	part := live.Part{Key: live.PartKey{URL: "counts of the rail", Person: id}, Topics: []live.Topic{live.Tickets, live.Staff(id)}}
	return kept(ctx, a, part, func(ctx context.Context) (queries.CountRailRow, error) {
		counts, err := a.read.CountRail(ctx, queries.CountRailParams{StaffID: &id, Cap: countCap + 1})
		if err != nil {
			return counts, fmt.Errorf("count rail: %w", err)
		}
		return counts, nil
	})
}

// kept reads something that is not worth reading again before one of the part's
// topics speaks. What it returns is shared: nobody may change it.
func kept[T any](ctx context.Context, a *App, part live.Part, read func(context.Context) (T, error)) (T, error) {
	part.Read = func(ctx context.Context) (any, error) { return read(ctx) }
	body, err := a.Parts.Get(ctx, part)
	value, _ := body.Value.(T) // the zero value, when there is an error
	return value, err
}

func railOf(ctx context.Context, v visitor, section components.Section, counts queries.CountRailRow) components.Rail {
	l := locale.From(ctx)
	return components.Rail{
		Company: v.Company, Section: section, URL: "/rail?section=" + string(section), May: components.MayOf(v.Actor),
		Active: capped(l, counts.Active), Mine: capped(l, counts.Mine), Unassigned: capped(l, counts.Nobodys),
	}
}

func bellOf(v visitor, unread int) components.Bell {
	return components.Bell{
		Href: "/notifications", Unread: unread, URL: "/notifications/bell", List: "/notifications/list",
		Topic: string(live.Staff(v.Actor.ID)),
	}
}

// capped writes a count that was not taken beyond countCap.
func capped(l locale.Locale, n int32) string {
	if n > countCap {
		return l.Number(countCap) + "+"
	}
	return l.Number(int(n))
}

// public is the frame of the doors and of the error pages.
func (a *App) public(r *http.Request) components.PublicView {
	v := visitorOf(r)
	return components.PublicView{Company: v.Company, Theme: v.Theme, CSRF: token(r)}
}

// showRail is the rail as a live part of its own.
func (a *App) showRail(w http.ResponseWriter, r *http.Request) error {
	v := visitorOf(r)
	section := components.Section(r.URL.Query().Get("section"))
	return a.part(w, r, live.Part{
		Key:    live.PartKey{Person: v.Actor.ID},
		Topics: []live.Topic{live.Tickets, live.Staff(v.Actor.ID)},
		Render: func(ctx context.Context) ([]byte, error) {
			counts, err := a.countRail(ctx, v)
			if err != nil {
				return nil, err
			}
			return html(ctx, components.RailNav(railOf(ctx, v, section, counts)))
		},
	})
}
