package handlers

import (
	"context"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"helphub/components"
	"helphub/internal/helpdesk"
)

// chosenID reads an id somebody chose: empty is the zero id, and what is no id
// becomes one that nothing has, so that the command refuses it at its field.
func chosenID(text string) uuid.UUID {
	if text == "" {
		return uuid.Nil
	}
	id, err := uuid.Parse(text)
	if err != nil || id == uuid.Nil {
		return uuid.Max
	}
	return id
}

// passingOf reads the form of a transfer or an escalation: an empty choice
// leaves a field alone, "none" means triage, or nobody.
func passingOf(r *http.Request) helpdesk.Passing {
	p := helpdesk.Passing{Reason: r.PostFormValue("reason")}
	p.Department = namedID(r.PostFormValue("department_id"))
	p.Technician = namedID(r.PostFormValue("technician_id"))
	if text := r.PostFormValue("level"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n == 0 {
			n = -1 // no level there is
		}
		p.Level = n
	}
	return p
}

func namedID(text string) *uuid.UUID {
	if text == "" {
		return nil
	}
	id := uuid.Nil
	if text != components.NoneChosen {
		id = chosenID(text)
	}
	return &id
}

// typedPassing puts what was chosen back into a form of transfer or escalation.
func typedPassing(r *http.Request) func(*components.ActionView) {
	return func(v *components.ActionView) {
		v.Department, v.Level = r.PostFormValue("department_id"), r.PostFormValue("level")
		v.Technician, v.Reason = r.PostFormValue("technician_id"), r.PostFormValue("reason")
	}
}

func (a *App) departmentOptions(ctx context.Context) ([]components.Option, error) {
	rows, err := a.read.DepartmentOptions(ctx)
	if err != nil {
		return nil, fmt.Errorf("list departments: %w", err)
	}
	options := make([]components.Option, len(rows))
	for i, row := range rows {
		options[i] = components.Option{Value: row.ID.String(), Text: row.Name}
	}
	return options, nil
}
