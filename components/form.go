package components

import (
	"context"

	"helphub/internal/fault"
)

// FormView is what every form on a page of its own has.
type FormView struct {
	Action string
	// Back is where the way out leads.
	Back string
	CSRF string
	// FormID makes one that is sent twice happen once; empty for a change.
	FormID string
	// Version a change was made from; not used by a form that makes something.
	Version int
	Faults  fault.Faults
	// Others are who has a value already, by field.
	Others map[string]Link
	// Conflict tells what somebody else saved meanwhile; nil when nobody did.
	Conflict *ConflictView
}

// IsNew reports whether the form makes something.
func (f FormView) IsNew() bool { return f.FormID != "" }

// fill writes the refusals into the fields they belong to.
func (f FormView) fill(ctx context.Context, fields []FieldView) []FieldView {
	for i := range fields {
		Fill(ctx, f.Faults, &fields[i])
		fields[i].Other = f.Others[fields[i].Name]
	}
	return fields
}

// problems are the refusals for the summary, besides a conflict that has a
// notice of its own.
func (f FormView) problems(ctx context.Context, fields []FieldView) []FieldError {
	var rest fault.Faults
	for _, one := range f.Faults {
		if f.Conflict == nil || one.Kind != fault.Conflict {
			rest = append(rest, one)
		}
	}
	return ProblemsOf(ctx, rest, fields...)
}
