package customer

import (
	"slices"
	"strings"

	"helphub/internal/fault"
)

// Address is where a customer is, in Brazil. Any of it may be empty.
type Address struct {
	PostalCode PostalCode
	Street     string
	Number     string // text: 1210, 12-B, s/n
	Complement string
	District   string
	City       string
	State      string // one of States
}

// Lines are the address as on an envelope, blank lines left out: street, number
// and complement; district, city and state; postal code.
func (a Address) Lines() []string {
	city := a.City
	if city != "" && a.State != "" {
		city += "\u00a0–\u00a0"
	}
	return filled(
		join(a.Street, a.Number, a.Complement),
		join(a.District, city+a.State),
		a.PostalCode.Masked(),
	)
}

// Line is the address on one line.
func (a Address) Line() string { return strings.Join(a.Lines(), ", ") }

func join(parts ...string) string { return strings.Join(filled(parts...), ", ") }

func filled(parts ...string) []string {
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// PostalCode is a CEP as stored: 8 digits, or empty.
type PostalCode string

// postalCodeLength is the length of a CEP, in digits.
const postalCodeLength = 8

// ErrPostalCode refuses what is not a CEP.
var ErrPostalCode = fault.New(fault.Invalid, "customer.postal_code")

// ParsePostalCode reads a CEP in any usual spelling; nothing is the empty one.
func ParsePostalCode(s string) (PostalCode, error) {
	s = withoutPunctuation(s)
	if s != "" && (len(s) != postalCodeLength || !allDigits(s)) {
		return "", ErrPostalCode
	}
	return PostalCode(s), nil
}

// Masked writes the code as people read it: 12210-100.
func (p PostalCode) Masked() string {
	if len(p) != postalCodeLength {
		return string(p)
	}
	return string(p[:5] + "-" + p[5:])
}

// States lists the 26 states and the Federal District by their two letters, in
// alphabetical order.
func States() []string {
	return []string{
		"AC", "AL", "AM", "AP", "BA", "CE", "DF", "ES", "GO", "MA", "MG", "MS", "MT", "PA",
		"PB", "PE", "PI", "PR", "RJ", "RN", "RO", "RR", "RS", "SC", "SE", "SP", "TO",
	}
}
