// Package throttle is "so many tries per key and window" as arithmetic: given
// when something was tried, how long the next try has to wait, and what a try
// is counted under. It keeps nothing and reads no clock; the counting is done in
// the database, because every instance has to see the same count.
package throttle

import (
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// Wait says how long the next try has to wait; 0 means that it may happen now.
//
// Tries are free until limit of them fell within one window. From the last of
// those on, everything is refused for a whole window: counting on a sliding
// window alone would let a guesser back in as soon as the oldest try is
// forgotten. So times must reach back two windows; their order does not
// matter. Refused tries are not to be recorded, else nobody who is being
// guessed at ever gets in again. A limit below 1 refuses nothing, since that
// is what "no limit" is configured as. The answer is never more than window,
// not even when another instance's clock put a try into the future.
func Wait(times []time.Time, now time.Time, limit int, window time.Duration) time.Duration {
	if limit < 1 || len(times) < limit {
		return 0
	}
	sorted := slices.SortedFunc(slices.Values(times), time.Time.Compare)
	// The latest run of limit tries within one window is the one that counts:
	// a try after it was only let in because its wait was over.
	for last := len(sorted) - 1; last >= limit-1; last-- {
		if sorted[last].Sub(sorted[last-limit+1]) < window {
			return min(max(sorted[last].Add(window).Sub(now), 0), window)
		}
	}
	return 0
}

// RetryAfter is a wait in whole seconds, rounded up and at least 1, as the
// Retry-After header wants it (RFC 9110, 10.2.3).
func RetryAfter(wait time.Duration) int {
	return max(1, int((wait+time.Second-1)/time.Second))
}

// AccountKey is what tries on an account are counted under, whether or not
// there is such an account: the name as the login form reads it (blanks around
// it and capitals do not matter), hashed, so that the table of tries does not
// list the names that people typed, a password by mistake among them.
func AccountKey(username string) string {
	return key("account", strings.ToLower(strings.TrimSpace(username)))
}

// AddressKey is what tries from an address are counted under, hashed like an
// account. An IPv6 address counts as its /64, which is what one customer of a
// provider is given; an IPv4 address counts as itself, also when it comes
// written as IPv6. All unknown addresses share one count.
func AddressKey(addr netip.Addr) string { return key("address", Block(addr)) }

// Block is an address as it is counted, readable: 203.0.113.7,
// 2001:db8:1:2::/64, or "unknown" for the zero address. It is the key of limits
// that are only held in memory.
func Block(addr netip.Addr) string {
	addr = addr.Unmap().WithZone("")
	switch {
	case !addr.IsValid():
		return "unknown"
	case addr.Is4():
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}

// key keeps the kinds apart, so that an account named like an address is not
// counted with it.
func key(kind, value string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + value))
	return kind + "-" + hex.EncodeToString(sum[:16])
}
