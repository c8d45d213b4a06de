package components

import (
	"context"
	"strings"

	"helphub/internal/fault"
	"helphub/internal/locale"
)

// t is the message of key in the reader's language, with name, value pairs
// filled in.
func t(ctx context.Context, key string, args ...any) string {
	return locale.From(ctx).T(key, args...)
}

// n is t for a counted thing: key+".one" or key+".other", {n} filled in.
func n(ctx context.Context, key string, count int, args ...any) string {
	return locale.From(ctx).N(key, count, args...)
}

// Message is a refusal in the reader's language.
func Message(ctx context.Context, f *fault.Fault) string {
	return t(ctx, f.Key, f.Args...)
}

// ErrorFor is the message of the first refusal that belongs to field, "" when
// there is none. An empty field means the form as a whole.
func ErrorFor(ctx context.Context, faults fault.Faults, field string) string {
	for _, f := range faults {
		if f.Field == field {
			return Message(ctx, f)
		}
	}
	return ""
}

// Fill returns the fields with the refusals written into their Error.
func Fill(ctx context.Context, faults fault.Faults, fields ...*FieldView) {
	for _, f := range fields {
		if text := ErrorFor(ctx, faults, f.Name); text != "" {
			f.Error = text
		}
	}
}

// ProblemsOf lists the refusals for ErrorSummary: the form's own first, then
// those of the fields, in the order of the fields.
func ProblemsOf(ctx context.Context, faults fault.Faults, fields ...FieldView) []FieldError {
	var out []FieldError
	known := map[string]bool{}
	for _, f := range fields {
		known[f.Name] = true
	}
	for _, f := range faults {
		if !known[f.Field] {
			out = append(out, FieldError{Text: Message(ctx, f)})
		}
	}
	for _, f := range fields {
		if text := ErrorFor(ctx, faults, f.Name); text != "" {
			out = append(out, FieldError{Field: f.id(), Label: f.Label, Text: text})
		}
	}
	return out
}

// random is the part of a protocol that people dictate: what follows the date.
func random(protocol string) (date, part string) {
	if i := strings.LastIndex(protocol, "-"); i >= 0 {
		return protocol[:i+1], protocol[i+1:]
	}
	return "", protocol
}
