package customer

import (
	"strings"
	"unicode"

	"helphub/internal/fault"
)

// Phone is a number as stored: digits only. A Brazilian number has its area
// code and no prefix (10 digits, 11 for mobile and toll-free ones); one of
// another country begins with + and its country's code, 8 to 15 digits in all.
// Empty is none.
type Phone string

// Lengths of a number, in digits (Anatel's numbering plan; ITU-T E.164 for the
// foreign ones).
const (
	landlineLength = 10
	mobileLength   = 11
	minForeign     = 8
	maxForeign     = 15
)

// ErrPhone refuses what is not a phone number with its area code.
var ErrPhone = fault.New(fault.Invalid, "customer.phone")

// brazil is the country code that is left out of stored numbers.
const brazil = "55"

// ParsePhone reads a number in any usual spelling: with +55, 0055 or the
// long-distance 0, so that one number is always stored alike and found by
// however it is typed.
func ParsePhone(s string) (Phone, error) {
	s = withoutPunctuation(s)
	if s == "" {
		return "", nil
	}
	foreign := strings.HasPrefix(s, "+")
	s = strings.TrimPrefix(s, "+")
	if rest, ok := strings.CutPrefix(s, "00"); ok && !foreign {
		s, foreign = rest, true
	}
	if !allDigits(s) {
		return "", ErrPhone
	}
	if local, ok := strings.CutPrefix(s, brazil); ok && (foreign || len(s) > mobileLength) {
		s, foreign = local, false
	}
	if foreign {
		if len(s) < minForeign || len(s) > maxForeign || s[0] == '0' {
			return "", ErrPhone
		}
		return Phone("+" + s), nil
	}
	if !tollFree(s) {
		s = strings.TrimPrefix(s, "0")
	}
	if !tollFree(s) && !withAreaCode(s) {
		return "", ErrPhone
	}
	return Phone(s), nil
}

// Masked writes the number as people read it: (19) 3234-5678, (19) 99123-4567,
// 0800 123 4567; a foreign one as it is stored.
func (p Phone) Masked() string {
	s := string(p)
	switch {
	case strings.HasPrefix(s, "+"):
		return s
	case tollFree(s):
		return s[:4] + " " + s[4:7] + " " + s[7:]
	case len(s) == landlineLength:
		return "(" + s[:2] + ") " + s[2:6] + "-" + s[6:]
	case len(s) == mobileLength:
		return "(" + s[:2] + ") " + s[2:7] + "-" + s[7:]
	}
	return s
}

// Dial is the number for a tel: link, with its country's code.
func (p Phone) Dial() string {
	s := string(p)
	if s == "" || strings.HasPrefix(s, "+") || tollFree(s) {
		return s
	}
	return "+" + brazil + s
}

func withAreaCode(s string) bool {
	return (len(s) == landlineLength || len(s) == mobileLength) && s[0] != '0' && s[1] != '0'
}

// tollFree: 0800 and 0300 numbers have no area code; they are dialled as they are.
func tollFree(s string) bool {
	return len(s) == mobileLength && (strings.HasPrefix(s, "0800") || strings.HasPrefix(s, "0300"))
}

// withoutPunctuation takes away blanks and what numbers are grouped with.
func withoutPunctuation(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || strings.ContainsRune("().", r) {
			return -1
		}
		return r
	}, s)
}

func allDigits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}
