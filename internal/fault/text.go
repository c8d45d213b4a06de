package fault

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// The refusals every form shares.
var (
	ErrRequired = New(Invalid, "fault.required")
	ErrTooShort = New(Invalid, "fault.too_short")
	ErrTooLong  = New(Invalid, "fault.too_long")
	ErrNotText  = New(Invalid, "fault.not_text")
	ErrUnknown  = New(Invalid, "fault.unknown")
	ErrMissing  = New(Missing, "fault.missing")
	ErrDenied   = New(Forbidden, "fault.denied")
)

// Text checks one field of text and returns it trimmed, with line ends as \n.
// Lengths are in characters (runes), both ends included; max 0 means no upper
// limit. Invalid UTF-8 and control characters other than line breaks and tabs
// are refused: PostgreSQL cannot hold NUL and nobody can read the others.
func Text(field, value string, min, max int) (string, *Fault) {
	if !Readable(value) {
		return value, ErrNotText.On(field)
	}
	value = strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(value, "\r\n", "\n"), "\r", "\n"))
	n := utf8.RuneCountInString(value)
	switch {
	case min > 0 && !visible(value):
		return value, ErrRequired.On(field)
	case n < min:
		return value, ErrTooShort.On(field).With("min", min)
	case max > 0 && n > max:
		return value, ErrTooLong.On(field).With("max", max, "n", n)
	}
	return value, nil
}

// Line is Text for a field of one line: line breaks and tabs become spaces.
func Line(field, value string, min, max int) (string, *Fault) {
	if !Readable(value) {
		return value, ErrNotText.On(field)
	}
	return Text(field, strings.Join(strings.Fields(value), " "), min, max)
}

// Readable reports whether s is valid UTF-8 without control characters other
// than line breaks and tabs.
func Readable(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for _, r := range s {
		if (r < 0x20 && r != '\n' && r != '\r' && r != '\t') || r == 0x7f || (r >= 0x80 && r < 0xa0) {
			return false
		}
	}
	return true
}

// visible reports whether a reader sees anything: spaces and zero-width
// characters alone are an empty field.
func visible(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) })
}
