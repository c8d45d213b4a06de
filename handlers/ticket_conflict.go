package handlers

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"helphub/components"
	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/ticket"
)

// shownInConflict is how much of a long text a conflict shows, in characters.
const shownInConflict = 400

// conflictOf tells what others changed meanwhile, in the reader's words; nil
// when the refusals are about something else.
func (a *App) conflictOf(ctx context.Context, fs fault.Faults) (*components.ConflictView, error) {
	l := locale.From(ctx)
	var lines []components.ConflictLine
	var told []string
	for _, f := range fs {
		c, ok := f.Detail.(ticket.Conflict)
		if !ok {
			continue
		}
		line, err := a.conflictLine(ctx, c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, line)
		told = append(told, l.T("ticket.conflict_who", "name", c.By, "field", theField(l, c.Field), "at", l.When(c.At)))
	}
	if lines == nil {
		return nil, nil
	}
	return &components.ConflictView{
		Title: l.T("ticket.conflict_title"), Text: strings.Join(told, " ") + " " + l.T("ticket.conflict_kept"), Lines: lines,
	}, nil
}

func (a *App) conflictLine(ctx context.Context, c ticket.Conflict) (components.ConflictLine, error) {
	l := locale.From(ctx)
	name := fieldName(l, c.Field)
	line := components.ConflictLine{
		Field: name, BeforeLabel: l.T("ticket.conflict_before", "field", name),
		NowLabel: l.T("ticket.conflict_now"), AskedLabel: l.T("ticket.conflict_asked"),
	}
	for _, one := range []struct {
		stored string
		shown  *string
	}{{c.Was, &line.Before}, {c.Is, &line.Now}, {c.AskedTo, &line.Asked}} {
		text, err := a.valueName(ctx, c.Field, one.stored)
		if err != nil {
			return line, err
		}
		*one.shown = text
	}
	return line, nil
}

func fieldName(l locale.Locale, f ticket.Field) string {
	switch f {
	case ticket.FieldStatus:
		return l.T("ticket.status_label")
	case ticket.FieldPriority:
		return l.T("ticket.priority")
	case ticket.FieldLevel:
		return l.T("ticket.level")
	case ticket.FieldSubject:
		return l.T("ticket.subject")
	case ticket.FieldDescription:
		return l.T("ticket.description")
	case ticket.FieldCustomer:
		return l.T("ticket.customer")
	case ticket.FieldDepartment:
		return l.T("ticket.department")
	case ticket.FieldTechnician:
		return l.T("ticket.technician")
	}
	return string(f)
}

// theField is a field inside a sentence.
func theField(l locale.Locale, f ticket.Field) string {
	switch f {
	case ticket.FieldStatus:
		return l.T("ticket.the_status")
	case ticket.FieldPriority:
		return l.T("ticket.the_priority")
	case ticket.FieldLevel:
		return l.T("ticket.the_level")
	case ticket.FieldSubject:
		return l.T("ticket.the_subject")
	case ticket.FieldDescription:
		return l.T("ticket.the_description")
	case ticket.FieldCustomer:
		return l.T("ticket.the_customer")
	case ticket.FieldDepartment:
		return l.T("ticket.the_department")
	case ticket.FieldTechnician:
		return l.T("ticket.the_technician")
	}
	return string(f)
}

// valueName is a stored value in the reader's words: names instead of ids.
func (a *App) valueName(ctx context.Context, f ticket.Field, stored string) (string, error) {
	l := locale.From(ctx)
	switch f {
	case ticket.FieldStatus:
		return l.T("ticket.status." + stored), nil
	case ticket.FieldPriority:
		return l.T("ticket.priority." + stored), nil
	case ticket.FieldLevel:
		return "N" + stored, nil
	case ticket.FieldSubject, ticket.FieldDescription:
		return shortened(stored), nil
	case ticket.FieldDepartment:
		return a.nameOf(ctx, stored, l.T("ticket.triage"), func(ctx context.Context, id uuid.UUID) (string, error) {
			row, err := a.read.GetDepartment(ctx, id)
			return row.Name, err
		})
	case ticket.FieldTechnician:
		return a.nameOf(ctx, stored, l.T("ui.nobody"), func(ctx context.Context, id uuid.UUID) (string, error) {
			row, err := a.read.GetStaff(ctx, id)
			return row.Name, err
		})
	case ticket.FieldCustomer:
		return a.nameOf(ctx, stored, "", func(ctx context.Context, id uuid.UUID) (string, error) {
			row, err := a.read.GetCustomer(ctx, id)
			if row.TradeName != "" {
				return row.TradeName, err
			}
			return row.LegalName, err
		})
	}
	return stored, nil
}

// nameOf looks up what an id names; none is what the empty one means.
func (a *App) nameOf(ctx context.Context, stored, none string, get func(context.Context, uuid.UUID) (string, error)) (string, error) {
	if stored == "" {
		return none, nil
	}
	id, err := uuid.Parse(stored)
	if err != nil {
		return "", fmt.Errorf("read id %q: %w", stored, err)
	}
	name, err := get(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return locale.From(ctx).T("ticket.no_longer_there"), nil
	}
	if err != nil {
		return "", fmt.Errorf("look up name of %s: %w", id, err)
	}
	return name, nil
}

func shortened(text string) string {
	runes := []rune(text)
	if len(runes) <= shownInConflict {
		return text
	}
	return string(runes[:shownInConflict]) + "…"
}
