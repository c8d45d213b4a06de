// Package locale is how one request reads: its language, its time zone and
// the moment it asks. It finds messages by key and writes dates and numbers as
// people say them. It knows nothing of HTTP and holds no sentences of its own:
// those are in catalog/, flat and sorted, one folder per language.
package locale

import (
	"context"
	"strings"
	"time"
)

// Lang is a language of the screen, a BCP 47 tag.
type Lang string

// The languages the screen is complete in; a test compares the catalogs.
const (
	PtBR Lang = "pt-BR"
	En   Lang = "en"
)

// Langs lists the languages, the default first.
func Langs() []Lang { return []Lang{PtBR, En} }

// ParseLang reports the language a stored or chosen tag means.
func ParseLang(tag string) (Lang, bool) {
	for _, l := range Langs() {
		if string(l) == tag {
			return l, true
		}
	}
	return PtBR, false
}

// Accepted picks the language of an Accept-Language header: the first of its
// languages that we have, by primary tag; the default when there is none.
func Accepted(header string) Lang {
	for part := range strings.SplitSeq(header, ",") {
		tag, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		switch primary {
		case "pt":
			return PtBR
		case "en":
			return En
		}
	}
	return PtBR
}

// Locale is one reader at one moment.
type Locale struct {
	Lang Lang
	// Zone is the company's zone: every time on the screen is in it.
	Zone *time.Location
	// Now is the moment of the request; "hoje" and "late" are relative to it.
	Now time.Time
}

// New returns a locale; a nil zone means UTC.
func New(lang Lang, zone *time.Location, now time.Time) Locale {
	if zone == nil {
		zone = time.UTC
	}
	return Locale{Lang: lang, Zone: zone, Now: now}
}

type contextKey struct{}

// With returns a context that carries l.
func With(ctx context.Context, l Locale) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

// From returns the context's locale; the default language in UTC when it has none.
func From(ctx context.Context) Locale {
	if l, ok := ctx.Value(contextKey{}).(Locale); ok {
		return l
	}
	return New(PtBR, time.UTC, time.Now())
}

// T returns the message of key with its placeholders filled from name, value
// pairs: T("ticket.opened_by", "name", "Ana"). A key that is missing comes
// back as itself, which a test makes impossible for keys in the code.
func (l Locale) T(key string, args ...any) string {
	text, ok := catalogs[l.Lang][key]
	if !ok {
		return key
	}
	return l.fill(text, args)
}

// Has reports whether the catalog knows key.
func (l Locale) Has(key string) bool {
	_, ok := catalogs[l.Lang][key]
	return ok
}

// N is T for a counted thing: it takes key+".one" for exactly one and
// key+".other" otherwise, and fills {n}.
func (l Locale) N(key string, n int, args ...any) string {
	form := ".other"
	if n == 1 {
		form = ".one"
	}
	return l.T(key+form, append([]any{"n", n}, args...)...)
}

// fill puts the values in the places of their {names}. A name without a value
// stays as it is; braces inside of a value are its own.
func (l Locale) fill(text string, args []any) string {
	if len(args) < 2 {
		return text
	}
	var b strings.Builder
	b.Grow(2 * len(text))
	for {
		before, rest, found := strings.Cut(text, "{")
		name, after, closed := strings.Cut(rest, "}")
		b.WriteString(before)
		if !found || !closed {
			b.WriteString(text[len(before):])
			return b.String()
		}
		if v, ok := valueOf(name, args); ok {
			b.WriteString(l.value(v))
		} else {
			b.WriteString(text[len(before) : len(text)-len(after)])
		}
		text = after
	}
}

// valueOf looks for a name among name, value pairs.
func valueOf(name string, args []any) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}
