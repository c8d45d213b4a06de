// Package taxid is the number the Brazilian revenue knows a person or a company
// by: CPF and CNPJ, the alphanumeric CNPJ of July 2026 included. It normalises,
// verifies the check digits and writes the number as people read it. It does
// not know whether a number was ever issued: only the revenue does.
package taxid

import (
	"strings"
	"unicode"

	"helphub/internal/fault"
)

// ID is a verified number as it is stored: 11 digits (CPF), or 12 digits or
// capital letters and 2 digits (CNPJ), without punctuation. Parse makes one;
// the empty ID is "documento pendente", a customer without a number.
type ID string

// Kind is whose number it is.
type Kind string

// The kinds of number.
const (
	Person  Kind = "person"  // CPF
	Company Kind = "company" // CNPJ
)

// Lengths of a stored number, in characters.
const (
	cpfLength  = 11
	cnpjLength = 14
	// checkLength is how many of them, at the end, are check digits.
	checkLength = 2
)

// The refusals of Parse, all of kind fault.Invalid.
var (
	// ErrCharacters: something that is neither punctuation, digit nor, in the
	// first 12 places of a CNPJ, a letter from A to Z.
	ErrCharacters = fault.New(fault.Invalid, "taxid.characters")
	// ErrLength: neither 11 nor 14 characters; its message is told {n}.
	ErrLength = fault.New(fault.Invalid, "taxid.length")
	// ErrDigits: the check digits do not belong to the rest.
	ErrDigits = fault.New(fault.Invalid, "taxid.digits")
	// ErrRepeated: one digit all the way. The arithmetic accepts those; nobody
	// was ever given one.
	ErrRepeated = fault.New(fault.Invalid, "taxid.repeated")
)

// Strip takes away what people write numbers with (dots, slashes, dashes,
// blanks) and raises letters to capitals. It verifies nothing: search uses it to
// find a number by whatever part of it was typed.
func Strip(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '.' || r == '/' || unicode.Is(unicode.Pd, r) || unicode.IsSpace(r):
			return -1
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// Parse reads a number in any usual spelling and verifies it: length,
// characters, check digits (CPF: IN RFB 2.172/2024; CNPJ: IN RFB 2.229/2024,
// where a letter counts as its ASCII code less 48). It returns one of the
// refusals above, which the caller puts on its form field.
func Parse(s string) (ID, error) {
	s = Strip(s)
	if !plain(s) {
		return "", ErrCharacters
	}
	if len(s) != cpfLength && len(s) != cnpjLength {
		return "", ErrLength.With("n", len(s))
	}
	base, check := s[:len(s)-checkLength], s[len(s)-checkLength:]
	if !digits(check) || len(s) == cpfLength && !digits(base) {
		return "", ErrCharacters
	}
	if strings.Count(s, s[:1]) == len(s) {
		return "", ErrRepeated
	}
	if checkDigits(base) != check {
		return "", ErrDigits
	}
	return ID(s), nil
}

// Complete adds the check digits to the 9 digits of a CPF or the 12 characters
// of a CNPJ: for sample data, which has to pass Parse. It refuses what Parse
// would refuse.
func Complete(base string) (ID, error) {
	base = Strip(base)
	if !plain(base) {
		return "", ErrCharacters
	}
	return Parse(base + checkDigits(base))
}

// Kind tells a CPF from a CNPJ; empty for the empty ID.
func (id ID) Kind() Kind {
	switch len(id) {
	case cpfLength:
		return Person
	case cnpjLength:
		return Company
	}
	return ""
}

// Masked writes the number as people read it: 123.456.789-09,
// 12.ABC.345/01DE-35. An ID that Parse did not make comes back as it is.
func (id ID) Masked() string {
	s := string(id)
	switch len(s) {
	case cpfLength:
		return s[:3] + "." + s[3:6] + "." + s[6:9] + "-" + s[9:]
	case cnpjLength:
		return s[:2] + "." + s[2:5] + "." + s[5:8] + "/" + s[8:12] + "-" + s[12:]
	}
	return s
}

// checkDigits computes the two digits after base. Both numbers use the same
// sum modulo 11 with weights growing from 2, right to left; a CNPJ's start
// again after 9.
func checkDigits(base string) string {
	highest := 11
	if len(base) > cpfLength-checkLength {
		highest = 9
	}
	s := base
	for range checkLength {
		sum, weight := 0, 2
		for i := len(s) - 1; i >= 0; i-- {
			sum += int(s[i]-'0') * weight
			if weight++; weight > highest {
				weight = 2
			}
		}
		digit := byte('0')
		if r := sum % 11; r >= 2 {
			digit = byte('0' + 11 - r)
		}
		s += string(digit)
	}
	return s[len(base):]
}

func plain(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) < 0
}

func digits(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
