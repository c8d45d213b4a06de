package fault

import (
	"net/mail"
	"strings"
	"unicode"
)

// ErrEmail refuses what is not one plain e-mail address.
var ErrEmail = New(Invalid, "fault.email")

// MaxEmail is the longest e-mail address there is, in characters (RFC 5321,
// 4.5.3.1.3, less the angle brackets).
const MaxEmail = 254

// maxLabel is the longest part of a domain between dots, in bytes (RFC 1035, 2.3.4).
const maxLabel = 63

// Email checks one field that holds an e-mail address, or nothing, and returns
// it trimmed with its domain in lower case. It accepts an address alone (no
// name around it, no quoted local part, no address in brackets) whose domain
// has a dot: what a mail can be sent to from anywhere. Whether a mailbox is
// there, only a mail can tell.
func Email(field, value string) (string, *Fault) {
	value, f := Line(field, value, 0, MaxEmail)
	if f != nil || value == "" {
		return value, f
	}
	address, err := mail.ParseAddress(value)
	if err != nil || address.Address != value || strings.ContainsAny(value, `" `) {
		return value, ErrEmail.On(field)
	}
	at := strings.LastIndexByte(value, '@')
	local, domain := value[:at], strings.ToLower(value[at+1:])
	if !isDomain(domain) {
		return value, ErrEmail.On(field)
	}
	return local + "@" + domain, nil
}

// isDomain reports whether a lower-case name has at least two labels of
// letters, digits and inner hyphens.
func isDomain(name string) bool {
	if !strings.Contains(name, ".") {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		for _, r := range label {
			if r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
				return false
			}
		}
	}
	return true
}
