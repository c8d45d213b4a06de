package components

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"helphub/internal/locale"
	"helphub/internal/ticket"
)

// phrase is an event as a sentence: its parts, some of them strong, and an old
// text too long for a line.
type phrase struct {
	Icon  string
	Parts []phrasePart
	Old   string
}

type phrasePart struct {
	Text   string
	Strong bool
}

// text is the sentence without its shape.
func (p phrase) text() string {
	var b strings.Builder
	for _, part := range p.Parts {
		b.WriteString(part.Text)
	}
	return b.String()
}

// Render writes the sentence as HTML, without the spaces a template would put
// between its parts.
func (p phrase) Render(_ context.Context, w io.Writer) error {
	for _, part := range p.Parts {
		text := templ.EscapeString(part.Text)
		if part.Strong {
			text = "<b>" + text + "</b>"
		}
		if _, err := io.WriteString(w, text); err != nil {
			return fmt.Errorf("write sentence: %w", err)
		}
	}
	return nil
}

// phraseOf says what happened in the reader's language.
func phraseOf(ctx context.Context, e ticket.Entry) phrase {
	name := authorOf(ctx, e)
	ev := e.Event
	switch ev.Name {
	case ticket.Opened:
		return say(ctx, "plus", "event.opened", name, "", "")
	case ticket.Imported:
		return say(ctx, "download", "event.imported", name, "", "")
	case ticket.Took:
		return say(ctx, "user", "event.assumed", name, "", "")
	case ticket.Assigned:
		return assigned(ctx, e, name)
	case ticket.Edited:
		return edited(ctx, ev, name)
	case ticket.Moved:
		return moved(ctx, ev, name)
	case ticket.Transferred:
		from, to := passed(ctx, ev)
		return because(ctx, say(ctx, "transfer", "event.transferred", name, from, to), ev.Reason)
	case ticket.EscalatedTo:
		from, to := passed(ctx, ev)
		key := "event.escalated"
		if to == "" {
			key = "event.escalated_again"
		}
		return because(ctx, say(ctx, "status-escalated", key, name, from, to), ev.Reason)
	}
	return say(ctx, "info", "event.unknown", name, "", "")
}

// because adds the reason somebody gave.
func because(ctx context.Context, p phrase, reason string) phrase {
	if reason != "" {
		p.Parts = append(p.Parts, phrasePart{Text: t(ctx, "event.reason", "text", reason)})
	}
	return p
}

// authorOf is who did it. The program itself signs with the name of the work.
func authorOf(ctx context.Context, e ticket.Entry) string {
	if e.Author.None() && e.Author.Name == "janitor" {
		return t(ctx, "event.by_janitor")
	}
	return e.Author.Name
}

func assigned(ctx context.Context, e ticket.Entry, name string) phrase {
	from, to := refOf(e.Event.FromTechnician), refOf(e.Event.ToTechnician)
	switch {
	case to.None():
		return say(ctx, "user", "event.unassigned", name, from.Name, "")
	case to.ID == e.Author.ID:
		return say(ctx, "user", "event.assumed", name, "", "")
	case from.None():
		return say(ctx, "user", "event.assigned", name, "", to.Name)
	}
	return say(ctx, "user", "event.assigned_from", name, from.Name, to.Name)
}

func edited(ctx context.Context, ev ticket.Event, name string) phrase {
	switch ev.Field {
	case ticket.FieldSubject:
		return say(ctx, "pencil", "event.edited_subject", name, ev.From, ev.To)
	case ticket.FieldDescription:
		p := say(ctx, "pencil", "event.edited_description", name, "", "")
		p.Old = ev.From
		return p
	case ticket.FieldPriority:
		return say(ctx, "flag", "event.edited_priority", name, priorityName(ctx, ev.From), priorityName(ctx, ev.To))
	case ticket.FieldCustomer:
		return say(ctx, "store", "event.edited_customer", name, ev.From, ev.To)
	case ticket.FieldDepartment:
		return say(ctx, "layers", "event.edited_department", name, orTriage(ctx, ev.From), orTriage(ctx, ev.To))
	case ticket.FieldStatus, ticket.FieldLevel, ticket.FieldTechnician:
	}
	return say(ctx, "info", "event.unknown", name, "", "")
}

func moved(ctx context.Context, ev ticket.Event, name string) phrase {
	from, to := ticket.Status(ev.From), ticket.Status(ev.To)
	icon := "status-open"
	if s, ok := ticket.ParseStatus(ev.To); ok {
		icon = "status-" + string(s)
	}
	switch {
	case to == ticket.Closed:
		return say(ctx, icon, "event.closed", name, "", "")
	case from == ticket.Closed:
		return say(ctx, icon, "event.reopened", name, "", "")
	}
	return say(ctx, icon, "event.moved", name, statusName(ctx, ev.From), statusName(ctx, ev.To))
}

// passed names what a transfer or an escalation changed, before and after:
// department, level, technician.
func passed(ctx context.Context, ev ticket.Event) (from, to string) {
	var was, is []string
	if ev.ToDepartment != nil {
		was = append(was, orTriage(ctx, refOf(ev.FromDepartment).Name))
		is = append(is, orTriage(ctx, ev.ToDepartment.Name))
	}
	if ev.ToLevel != 0 && ev.ToLevel != ev.FromLevel {
		was = append(was, levelName(ev.FromLevel))
		is = append(is, levelName(ev.ToLevel))
	}
	if ev.ToTechnician != nil {
		was = append(was, orNobody(ctx, refOf(ev.FromTechnician).Name))
		is = append(is, orNobody(ctx, ev.ToTechnician.Name))
	}
	return strings.Join(was, ", "), strings.Join(is, ", ")
}

func refOf(r *ticket.Ref) ticket.Ref {
	if r == nil {
		return ticket.Ref{}
	}
	return *r
}

func levelName(l ticket.Level) string { return "N" + strconv.Itoa(int(l)) }

// statusName and priorityName read a stored value; one that nobody knows any
// more is shown as it is.
func statusName(ctx context.Context, stored string) string {
	if s, ok := ticket.ParseStatus(stored); ok {
		return t(ctx, "ticket.status."+string(s))
	}
	return stored
}

func priorityName(ctx context.Context, stored string) string {
	if p, ok := ticket.ParsePriority(stored); ok {
		return t(ctx, "ticket.priority."+p.String())
	}
	return stored
}

// say fills a sentence of the catalog and keeps apart what is strong in it: who,
// and what it became.
func say(ctx context.Context, icon, key, name, from, to string) phrase {
	p := phrase{Icon: icon}
	rest := locale.From(ctx).T(key)
	for rest != "" {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			p.Parts = append(p.Parts, phrasePart{Text: before})
		}
		if !found {
			break
		}
		var slot string
		slot, rest, _ = strings.Cut(after, "}")
		switch slot {
		case "name":
			p.Parts = append(p.Parts, phrasePart{Text: name, Strong: true})
		case "from":
			p.Parts = append(p.Parts, phrasePart{Text: from})
		case "to":
			p.Parts = append(p.Parts, phrasePart{Text: to, Strong: true})
		}
	}
	return p
}
