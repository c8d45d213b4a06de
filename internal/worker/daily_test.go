package worker

import (
	"testing"
	"time"
	_ "time/tzdata"
)

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestADailyRunOnTheNightsThatAreDifferent(t *testing.T) {
	t.Parallel()
	const layout = "2006-01-02 15:04:05 -0700"
	for _, test := range []struct {
		name, zone, rule, after, want string
	}{
		{"an ordinary night", "America/Sao_Paulo", "daily 03:05", "2026-11-23 22:00:00 -0300", "2026-11-24 03:05:00 -0300"},
		{"at its very moment the next one is tomorrow's", "America/Sao_Paulo", "daily 03:05", "2026-11-24 03:05:00 -0300", "2026-11-25 03:05:00 -0300"},
		{"a moment before", "America/Sao_Paulo", "daily 03:05", "2026-11-24 03:04:59 -0300", "2026-11-24 03:05:00 -0300"},
		{"the evening in UTC is the same date at home", "America/Sao_Paulo", "daily 23:30", "2026-11-24 00:10:00 +0000", "2026-11-23 23:30:00 -0300"},

		{"São Paulo, October 2018: no midnight", "America/Sao_Paulo", "daily 00:00", "2018-11-03 20:00:00 -0300", "2018-11-04 01:00:00 -0200"},
		{"São Paulo, October 2018: no half past midnight", "America/Sao_Paulo", "daily 00:30", "2018-11-03 20:00:00 -0300", "2018-11-04 01:00:00 -0200"},
		{"and the night after is ordinary", "America/Sao_Paulo", "daily 00:30", "2018-11-04 01:00:00 -0200", "2018-11-05 00:30:00 -0200"},
		{"São Paulo, February 2019: 23:30 comes twice, the first counts", "America/Sao_Paulo", "daily 23:30", "2019-02-16 20:00:00 -0200", "2019-02-16 23:30:00 -0200"},
		{"and not the second", "America/Sao_Paulo", "daily 23:30", "2019-02-16 23:30:00 -0200", "2019-02-17 23:30:00 -0300"},
		{"asked between the two", "America/Sao_Paulo", "daily 23:30", "2019-02-16 23:45:00 -0200", "2019-02-17 23:30:00 -0300"},

		{"New York, March 2027: no 02:30", "America/New_York", "daily 02:30", "2027-03-13 22:00:00 -0500", "2027-03-14 03:00:00 -0400"},
		{"the last moment of what is left out", "America/New_York", "daily 02:59", "2027-03-13 22:00:00 -0500", "2027-03-14 03:00:00 -0400"},
		{"the first moment after it", "America/New_York", "daily 03:00", "2027-03-13 22:00:00 -0500", "2027-03-14 03:00:00 -0400"},
		{"New York, November 2027: 01:30 comes twice, the first counts", "America/New_York", "daily 01:30", "2027-11-06 22:00:00 -0400", "2027-11-07 01:30:00 -0400"},
		{"and not the second", "America/New_York", "daily 01:30", "2027-11-07 01:30:00 -0400", "2027-11-08 01:30:00 -0500"},

		{"Lord Howe, October 2026: half an hour is left out", "Australia/Lord_Howe", "daily 02:15", "2026-10-03 22:00:00 +1030", "2026-10-04 02:30:00 +1100"},
		{"Lord Howe, April 2027: half an hour comes twice", "Australia/Lord_Howe", "daily 01:45", "2027-04-03 22:00:00 +1100", "2027-04-04 01:45:00 +1100"},
		{"and not the second", "Australia/Lord_Howe", "daily 01:45", "2027-04-04 01:45:00 +1100", "2027-04-05 01:45:00 +1030"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rule, err := parseDaily(test.rule)
			if err != nil {
				t.Fatal(err)
			}
			after, err := time.Parse(layout, test.after)
			if err != nil {
				t.Fatal(err)
			}
			zone := zoneOf(t, test.zone)
			if got := rule.next(after, zone).In(zone).Format(layout); got != test.want {
				t.Errorf("after %s the next run is %s, want %s", test.after, got, test.want)
			}
		})
	}
}

// Seen to fail with time.Date in place of on: two runs on one date in São
// Paulo and Havana, and in the table above the wrong moment in all four zones.
func TestThereIsExactlyOneRunForEveryDate(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"America/Sao_Paulo", "America/New_York", "Australia/Lord_Howe", "Europe/Lisbon", "Asia/Kathmandu",
		"America/Havana", "Asia/Beirut", "Pacific/Chatham", "Africa/Casablanca", "Pacific/Kiritimati", "UTC",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := zoneOf(t, name)
			for _, rule := range []daily{{0, 0}, {0, 30}, {1, 30}, {2, 15}, {2, 30}, {3, 5}, {4, 0}, {23, 30}, {23, 59}} {
				checkEveryDate(t, rule, zone)
			}
		})
	}
}

func checkEveryDate(t *testing.T, rule daily, zone *time.Location) {
	t.Helper()
	at := rule.on(2016, time.January, 1, zone)
	end := time.Date(2030, time.January, 1, 12, 0, 0, 0, zone)
	y, m, day := at.In(zone).Date()
	for at.Before(end) {
		day++
		run := rule.next(at, zone)
		want := time.Date(y, m, day, 12, 0, 0, 0, zone)
		if run.In(zone).Format(time.DateOnly) != want.Format(time.DateOnly) {
			t.Fatalf("%s: after %s the next run is %s, on another date than %s",
				rule.rule(), at.In(zone), run.In(zone), want.Format(time.DateOnly))
		}
		if gap := run.Sub(at); gap < 22*time.Hour || gap > 26*time.Hour {
			t.Fatalf("%s: %s lie between the runs of %s and the one before", rule.rule(), gap, run.In(zone))
		}
		at = run
	}
}

func TestARuleReadsAsItIsStored(t *testing.T) {
	t.Parallel()
	for _, stored := range []string{"daily 00:00", "daily 03:05", "daily 23:59"} {
		d, err := parseDaily(stored)
		if err != nil || d.rule() != stored {
			t.Errorf("%q reads as %q, %v", stored, d.rule(), err)
		}
	}
	for _, wrong := range []string{"", "daily", "daily 24:00", "daily 3:05 pm", "hourly 05", "5 3 * * *"} {
		if _, err := parseDaily(wrong); err == nil {
			t.Errorf("%q is taken for a rule", wrong)
		}
	}
}
