package locale_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of the tests exist on any machine

	"helphub/internal/locale"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func utc(t *testing.T, stamp string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, stamp)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// D-55 to D-58: days and hours were the server's or UTC's, so that the evening
// in Brasília already was tomorrow.
func TestD56TheDayIsTheCompanysDay(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, zone, now, at string
		pt, en              string
	}{
		{"the evening in São Paulo is still today", "America/Sao_Paulo", "2026-11-24T00:30:00Z", "2026-11-23T23:59:00Z", "hoje 20:59", "today 20:59"},
		{"the same in UTC was yesterday", "UTC", "2026-11-24T00:30:00Z", "2026-11-23T23:59:00Z", "ontem 23:59", "yesterday 23:59"},
		{"a minute past midnight, a minute before it", "America/Sao_Paulo", "2026-11-24T03:01:00Z", "2026-11-24T02:59:00Z", "ontem 23:59", "yesterday 23:59"},
		{"tomorrow", "America/Sao_Paulo", "2026-11-23T12:00:00Z", "2026-11-24T12:00:00Z", "amanhã 09:00", "tomorrow 09:00"},
		{"this year", "America/Sao_Paulo", "2026-11-23T12:00:00Z", "2026-11-17T11:21:00Z", "ter 17 nov 08:21", "Tue 17 Nov 08:21"},
		{"long ago, without the hour", "America/Sao_Paulo", "2026-11-23T12:00:00Z", "2025-11-24T12:00:00Z", "24 nov 2025", "24 Nov 2025"},
		{"over the end of the year", "America/Sao_Paulo", "2027-01-02T12:00:00Z", "2026-12-30T12:00:00Z", "qua 30 dez 09:00", "Wed 30 Dec 09:00"},
		{"a zone ahead of UTC", "Asia/Tokyo", "2026-11-23T23:00:00Z", "2026-11-23T14:00:00Z", "ontem 23:00", "yesterday 23:00"},
		{"half an hour of offset", "Asia/Kolkata", "2026-11-23T12:00:00Z", "2026-11-23T12:00:00Z", "hoje 17:30", "today 17:30"},
		{"the day clocks go back has 25 hours", "America/New_York", "2026-11-02T05:30:00Z", "2026-11-01T04:30:00Z", "ontem 00:30", "yesterday 00:30"},
		{"the day clocks go forward has 23 hours", "America/New_York", "2027-03-15T04:15:00Z", "2027-03-14T04:59:00Z", "sáb 13 mar 23:59", "Sat 13 Mar 23:59"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for lang, want := range map[locale.Lang]string{locale.PtBR: test.pt, locale.En: test.en} {
				l := locale.New(lang, zone(t, test.zone), utc(t, test.now))
				if got := l.When(utc(t, test.at)); got != want {
					t.Errorf("%s says %q, want %q", lang, got, want)
				}
			}
		})
	}
}

func TestExactTimesSayTheirOffset(t *testing.T) {
	t.Parallel()
	l := locale.New(locale.PtBR, zone(t, "America/Sao_Paulo"), utc(t, "2026-11-23T12:00:00Z"))
	at := utc(t, "2026-11-24T02:59:07Z")
	if got, want := l.Exact(at), "seg 23 nov 2026, 23:59:07 (UTC-03:00)"; got != want {
		t.Errorf("exactly %q, want %q", got, want)
	}
	if got, want := l.Stamp(at), "2026-11-23T23:59:07-03:00"; got != want {
		t.Errorf("stamp %q, want %q", got, want)
	}
	if got := l.Clock(at); got != "23:59" {
		t.Errorf("clock %q", got)
	}
	if got := l.When(time.Time{}); got != "" {
		t.Errorf("no time is said as %q", got)
	}
}

func TestNumbersAndSizesAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	pt, en := locale.New(locale.PtBR, nil, time.Time{}), locale.New(locale.En, nil, time.Time{})
	for n, want := range map[int][2]string{
		0: {"0", "0"}, 7: {"7", "7"}, 999: {"999", "999"}, 1000: {"1.000", "1,000"}, -1204: {"-1.204", "-1,204"},
		1234567: {"1.234.567", "1,234,567"}, -999: {"-999", "-999"},
	} {
		if got := [2]string{pt.Number(n), en.Number(n)}; got != want {
			t.Errorf("%d is written %q, want %q", n, got, want)
		}
	}
	for n, want := range map[int64][2]string{
		0: {"0 B", "0 B"}, 999: {"999 B", "999 B"}, 412_300: {"412 KB", "412 KB"}, 1_250_000: {"1,2 MB", "1.2 MB"}, 10_000_000: {"10,0 MB", "10.0 MB"},
	} {
		if got := [2]string{pt.Bytes(n), en.Bytes(n)}; got != want {
			t.Errorf("%d bytes are written %q, want %q", n, got, want)
		}
	}
}

func TestListsEndWithTheLanguagesAnd(t *testing.T) {
	t.Parallel()
	pt, en := locale.New(locale.PtBR, nil, time.Time{}), locale.New(locale.En, nil, time.Time{})
	for _, test := range []struct {
		words  []string
		pt, en string
	}{
		{nil, "", ""},
		{[]string{"Ana"}, "Ana", "Ana"},
		{[]string{"Ana", "Bruno"}, "Ana e Bruno", "Ana and Bruno"},
		{[]string{"Ana", "Bruno", "Célia"}, "Ana, Bruno e Célia", "Ana, Bruno and Célia"},
	} {
		if got := pt.List(test.words); got != test.pt {
			t.Errorf("pt-BR says %q", got)
		}
		if got := en.List(test.words); got != test.en {
			t.Errorf("en says %q", got)
		}
	}
}

func TestPlaceholdersAreFilledOnceAndAnUnknownKeyIsItself(t *testing.T) {
	t.Parallel()
	l := locale.New(locale.En, nil, time.Time{})
	if got, want := l.T("fault.too_long", "max", 1500, "n", 20000), "Over the limit of 1,500 characters: it has 20,000."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	// What a person typed is not read as a placeholder.
	if got, want := l.T("fault.too_long", "max", "{n}", "n", "{max}"), "Over the limit of {n} characters: it has {max}."; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := l.T("no.such_key", "n", 1); got != "no.such_key" {
		t.Errorf("an unknown key is %q", got)
	}
}

func TestTheLanguageIsTheFirstOneWeHave(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]locale.Lang{
		"": locale.PtBR, "en-GB,en;q=0.9": locale.En, "pt-PT": locale.PtBR, "de-DE,en;q=0.5,pt;q=0.3": locale.En,
		"*": locale.PtBR, ";;,,": locale.PtBR, "english": locale.PtBR, " EN ": locale.En,
	} {
		if got := locale.Accepted(header); got != want {
			t.Errorf("%q is read as %s, want %s", header, got, want)
		}
	}
	if _, ok := locale.ParseLang("xx"); ok {
		t.Error("xx is a language")
	}
}
