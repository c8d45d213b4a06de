package handlers

import (
	"context"
	"net/http"
	"strings"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/ledger"
	"helphub/internal/locale"
)

// What the forms of customers, departments, staff and profiles have in common.

// pathID reads the id in the path, in its one canonical spelling; anything else
// is a page that does not exist.
func pathID(r *http.Request) (uuid.UUID, error) {
	text := pathValue(r, "id")
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return uuid.Nil, errNoPage
	}
	return id, nil
}

// ticked reports whether a box of the posted form was ticked. Boxes send 1; a
// box without a value sends what browsers make of that.
func ticked(r *http.Request, name string) bool {
	v := r.PostFormValue(name)
	return v == "1" || v == "on"
}

// startsActive is the box "active" of a form that makes something. The page
// shows none, because nobody makes what is to be switched off at once; a script
// may say so all the same.
func startsActive(r *http.Request) bool {
	return !r.PostForm.Has("active") || ticked(r, "active")
}

// refusedForm tells a refusal that a person can act on in their form from
// every other error.
func refusedForm(err error) (fault.Faults, bool) {
	fs := fault.Of(err)
	return fs, len(fs) > 0 && (fs[0].Kind == fault.Invalid || fs[0].Kind == fault.Conflict)
}

// othersOf are links to who has what was refused as taken, by field.
func othersOf(fs fault.Faults, href func(id string) string) map[string]components.Link {
	links := map[string]components.Link{}
	for _, f := range fs {
		if other, ok := f.Detail.(fault.Other); ok {
			links[f.Field] = components.Link{Text: other.Name, Href: href(other.ID)}
		}
	}
	return links
}

// staleOf is what others saved meanwhile; nil when the refusals are about
// something else.
func staleOf(fs fault.Faults) *ledger.Stale {
	for _, f := range fs {
		if stale, ok := f.Detail.(*ledger.Stale); ok {
			return stale
		}
	}
	return nil
}

// formField is a field of a form by its name there, its name on the screen, and
// how a stored value of it is shown; nil shows it as it is.
type formField struct {
	name, label string
	show        func(string) string
}

// clashes tells in words which fields somebody else changed meanwhile, in the
// order of the form.
func clashes(ctx context.Context, stale *ledger.Stale, fields []formField) *components.ConflictView {
	l := locale.From(ctx)
	view := &components.ConflictView{Title: l.T("ui.conflict_title"), Text: l.T("ui.conflict_kept")}
	for _, f := range fields {
		clash, ok := stale.Clashes[f.name]
		if !ok {
			continue
		}
		show := func(stored string) string {
			if f.show != nil {
				stored = f.show(stored)
			}
			if stored == "" {
				return "–"
			}
			return shortened(stored)
		}
		line := components.ConflictLine{
			Field: f.label, NowLabel: l.T("ui.conflict_now"), Now: show(clash.Now),
			AskedLabel: l.T("ui.conflict_asked"), Asked: show(clash.Asked),
		}
		if clash.By != "" {
			line.NowLabel = l.T("ui.conflict_now_by", "name", clash.By, "at", l.When(clash.At))
		}
		if clash.Known {
			line.BeforeLabel, line.Before = l.T("ui.conflict_before", "field", f.label), show(clash.Before)
		} else {
			line.NowLabel = f.label + ", " + strings.ToLower(line.NowLabel[:1]) + line.NowLabel[1:]
		}
		view.Lines = append(view.Lines, line)
	}
	return view
}

// yesNo shows a ticked box.
func yesNo(l locale.Locale) func(string) string {
	return func(v string) string {
		if v == "1" {
			return l.T("ui.yes")
		}
		return l.T("ui.no")
	}
}
