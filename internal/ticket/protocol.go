package ticket

import (
	"crypto/rand"
	"strings"
	"time"
)

// Protocol is a ticket's public name, 20261123-7F3K9Q2M: the day in the
// company's zone and 8 Crockford base-32 characters. It can be dictated on the
// phone and tells neither volume nor order.
type Protocol string

const (
	crockford     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	protocolChars = 8
	protocolLen   = len("20060102-") + protocolChars
)

// NewProtocol draws a protocol for a ticket opened now. The 40 random bits are
// not enough to be unique by themselves: the database refuses a repeat and the
// caller draws again.
func NewProtocol(now time.Time, zone *time.Location) Protocol {
	var random [protocolChars]byte
	rand.Read(random[:]) //nolint:errcheck // crypto/rand.Read never fails (Go 1.24)
	for i, b := range random {
		random[i] = crockford[b%32]
	}
	return Protocol(now.In(zone).Format("20060102") + "-" + string(random[:]))
}

// Letters that are misheard or misread for another, by Crockford's base 32.
var mishearings = strings.NewReplacer("O", "0", "I", "1", "L", "1")

// ParseProtocol reads a protocol as people type it: any case, spaces around
// it, O for 0 and I or L for 1, with or without the dash. It reports false for
// anything else.
func ParseProtocol(typed string) (Protocol, bool) {
	s := strings.ToUpper(strings.TrimSpace(typed))
	s = strings.NewReplacer("-", "", " ", "", "–", "").Replace(s)
	if len(s) != protocolLen-1 {
		return "", false
	}
	s = mishearings.Replace(s)
	for i, c := range s {
		if i < 8 && (c < '0' || c > '9') || !strings.ContainsRune(crockford, c) {
			return "", false
		}
	}
	return Protocol(s[:8] + "-" + s[8:]), true
}

// ParseProtocolPart reads the random part alone, as people dictate it.
func ParseProtocolPart(typed string) (string, bool) {
	s := mishearings.Replace(strings.ToUpper(strings.TrimSpace(typed)))
	if len(s) != protocolChars {
		return "", false
	}
	for _, c := range s {
		if !strings.ContainsRune(crockford, c) {
			return "", false
		}
	}
	return s, true
}

// Part is the random part, which people dictate.
func (p Protocol) Part() string {
	if len(p) < protocolLen {
		return string(p)
	}
	return string(p[9:])
}
