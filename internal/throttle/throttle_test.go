package throttle_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"helphub/internal/throttle"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// at makes times out of minutes after noon.
func at(minutes ...float64) []time.Time {
	times := make([]time.Time, len(minutes))
	for i, m := range minutes {
		times[i] = noon.Add(time.Duration(m * float64(time.Minute)))
	}
	return times
}

// D-35: nothing counted wrong passwords per account. Five within a quarter of
// an hour are free, the sixth waits.
func TestD35TheSixthTryWaitsAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		tries []time.Time
		now   float64 // minutes after noon
		want  time.Duration
	}{
		{"nothing tried", nil, 0, 0},
		{"four tries", at(0, 1, 2, 3), 4, 0},
		{"five tries, the sixth at once", at(0, 0, 0, 0, 0), 0, 15 * time.Minute},
		{"five tries, the sixth later", at(0, 1, 2, 3, 4), 5, 14 * time.Minute},
		{"newest first, as the database lists them", at(4, 3, 2, 1, 0), 5, 14 * time.Minute},
		{"the oldest is out of the window, the wait is not over", at(0, 1, 2, 3, 14), 16, 13 * time.Minute},
		{"a second before the wait is over", at(0, 1, 2, 3, 4), 19 - 1.0/60, time.Second},
		{"the wait is over", at(0, 1, 2, 3, 4), 19, 0},
		{"five tries never within one window", at(0, 5, 10, 15, 20), 21, 0},
		{"exactly a window apart is not within it", at(0, 1, 2, 3, 15), 15, 0},
		{"one more after the wait counts alone", at(0, 0, 0, 0, 0, 15.5), 16, 0},
		{"a try from a clock ahead never waits longer than a window", at(0, 0, 0, 0, 30), 20, 0},
		{"all tries from a clock ahead", at(30, 30, 30, 30, 30), 0, 15 * time.Minute},
		{"many tries", at(0, 0, 0, 0, 0, 0, 0, 0), 1, 14 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now := noon.Add(time.Duration(test.now * float64(time.Minute)))
			if got := throttle.Wait(test.tries, now, 5, 15*time.Minute); got != test.want {
				t.Errorf("waits %v, want %v", got, test.want)
			}
		})
	}
}

func TestNoLimitNeverWaits(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{0, -1} {
		if got := throttle.Wait(at(0, 0, 0), noon, limit, time.Hour); got != 0 {
			t.Errorf("limit %d waits %v", limit, got)
		}
	}
}

// Playing a guesser who tries every ten seconds for a day: as often as the
// throttle lets in, and no more. Seen to fail: with a sliding window (the wait
// counted from the oldest of the five) the guesser gets 480 tries.
func TestD35AGuesserGetsFiveTriesPerWait(t *testing.T) {
	t.Parallel()
	var admitted []time.Time
	for now := noon; now.Before(noon.Add(24 * time.Hour)); now = now.Add(10 * time.Second) {
		var recent []time.Time
		for _, when := range admitted {
			if when.After(now.Add(-30 * time.Minute)) {
				recent = append(recent, when)
			}
		}
		if throttle.Wait(recent, now, 5, 15*time.Minute) == 0 {
			admitted = append(admitted, now)
		}
	}
	// Five tries take 40 seconds, then a quarter of an hour of silence.
	if got := len(admitted); got < 455 || got > 465 {
		t.Errorf("%d tries in a day", got)
	}
}

func TestRetryAfterIsWholeSecondsAndNeverZero(t *testing.T) {
	t.Parallel()
	for wait, want := range map[time.Duration]int{
		0: 1, time.Millisecond: 1, time.Second: 1, time.Second + 1: 2, 15 * time.Minute: 900,
	} {
		if got := throttle.RetryAfter(wait); got != want {
			t.Errorf("RetryAfter(%v) = %d, want %d", wait, got, want)
		}
	}
}

func TestAddressesOfOneHouseholdAreCountedTogether(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"203.0.113.7":            "203.0.113.7",
		"::ffff:203.0.113.7":     "203.0.113.7",
		"2001:db8:1:2::1":        "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff::9":   "2001:db8:1:2::/64",
		"2001:db8:1:3::1":        "2001:db8:1:3::/64",
		"fe80::1%eth0":           "fe80::/64",
		"fe80::2%another-device": "fe80::/64",
		"::1":                    "::/64",
	} {
		if got := throttle.Block(netip.MustParseAddr(addr)); got != want {
			t.Errorf("%s counts as %s, want %s", addr, got, want)
		}
	}
	if got := throttle.Block(netip.Addr{}); got != "unknown" {
		t.Errorf("no address counts as %s", got)
	}
	one := throttle.AddressKey(netip.MustParseAddr("2001:db8:1:2::1"))
	if other := throttle.AddressKey(netip.MustParseAddr("2001:db8:1:2:ffff::9")); other != one {
		t.Errorf("one /64 has two keys, %s and %s", one, other)
	}
	if other := throttle.AddressKey(netip.MustParseAddr("2001:db8:1:3::1")); other == one {
		t.Error("two /64 share a key")
	}
}

func TestAnAccountIsCountedUnderEverySpellingOfItsName(t *testing.T) {
	t.Parallel()
	want := throttle.AccountKey("ana")
	for _, typed := range []string{"Ana", " ana ", "ANA\n"} {
		if got := throttle.AccountKey(typed); got != want {
			t.Errorf("%q is counted under %s, want %s", typed, got, want)
		}
	}
	for _, other := range []string{"", "bruno", "an a"} {
		if throttle.AccountKey(other) == want {
			t.Errorf("%q is counted as ana", other)
		}
	}
}

func TestKeysTellNeitherNamesNorAddresses(t *testing.T) {
	t.Parallel()
	account, address := throttle.AccountKey("203.0.113.7"), throttle.AddressKey(netip.MustParseAddr("203.0.113.7"))
	if account == address {
		t.Error("an account named like an address shares its count")
	}
	for _, key := range []string{account, address} {
		if strings.Contains(key, "203") && strings.Contains(key, "113.7") {
			t.Errorf("key %s tells what it counts", key)
		}
	}
}
