package taxid_test

import (
	"errors"
	"regexp"
	"strings"
	"testing"

	"helphub/internal/fault"
	"helphub/internal/taxid"
)

// D-24: any text was accepted, without check digits, and masked and unmasked
// spellings of one number were two customers that did not find each other.
func TestD24EverySpellingOfANumberIsTheSameID(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		want   taxid.ID
		kind   taxid.Kind
		masked string
		typed  []string
	}{
		{"52998224725", taxid.Person, "529.982.247-25", []string{
			"52998224725", "529.982.247-25", " 529 982 247 25 ", "529.982.247/25", "529.982.247–25", "529\u00a0982\u00a0247\u00a025", "\t529.982.247-25\n"}},
		{"00000000191", taxid.Person, "000.000.001-91", []string{"000.000.001-91"}},
		{"11222333000181", taxid.Company, "11.222.333/0001-81", []string{"11222333000181", "11.222.333/0001-81", "11 222 333 0001 81"}},
		{"00000000000191", taxid.Company, "00.000.000/0001-91", []string{"00.000.000/0001-91"}},
		// The revenue's own example of the alphanumeric CNPJ.
		{"12ABC34501DE35", taxid.Company, "12.ABC.345/01DE-35", []string{"12.ABC.345/01DE-35", "12abc34501de35", "12.abc.345/01de-35"}},
	} {
		for _, typed := range test.typed {
			id, err := taxid.Parse(typed)
			if err != nil || id != test.want {
				t.Errorf("Parse(%q) = %q, %v; want %q", typed, id, err, test.want)
			}
		}
		if got := test.want.Kind(); got != test.kind {
			t.Errorf("%s is a %q, want %q", test.want, got, test.kind)
		}
		if got := test.want.Masked(); got != test.masked {
			t.Errorf("%s is shown as %s, want %s", test.want, got, test.masked)
		}
	}
}

// D-24. Seen to fail: with the comparison of the check digits taken out of
// Parse, the eight lines that want ErrDigits are accepted.
func TestD24WhatIsNotANumberIsRefused(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]*fault.Fault{
		"":                   taxid.ErrLength,
		" . / - ":            taxid.ErrLength,
		"5299822472":         taxid.ErrLength,
		"529982247255":       taxid.ErrLength,
		"112223330001811":    taxid.ErrLength,
		"529.982.247-24":     taxid.ErrDigits, // second digit wrong
		"529.982.247-35":     taxid.ErrDigits, // first digit wrong
		"259.982.247-25":     taxid.ErrDigits, // two digits swapped
		"11.222.333/0001-80": taxid.ErrDigits,
		"11.222.333/0001-91": taxid.ErrDigits,
		"12.ABC.345/01DE-36": taxid.ErrDigits,
		"12.ABC.345/01ED-35": taxid.ErrDigits,
		"12.ABD.345/01DE-35": taxid.ErrDigits,
		"000.000.000-00":     taxid.ErrRepeated,
		"111.111.111-11":     taxid.ErrRepeated,
		"99999999999":        taxid.ErrRepeated,
		"00.000.000/0000-00": taxid.ErrRepeated,
		"5299822472A":        taxid.ErrCharacters, // a CPF has no letters
		"A2998224725":        taxid.ErrCharacters,
		"12ABC34501DE3A":     taxid.ErrCharacters, // check digits are digits
		"12.ÀBC.345/01DE-35": taxid.ErrCharacters,
		"５２９９８２２４７２５":        taxid.ErrCharacters, // full-width digits
		"12.ıBC.345/01DE-35": taxid.ErrCharacters, // a Turkish i is not an I
		"não tenho":          taxid.ErrCharacters,
		"52998224725\x00":    taxid.ErrCharacters,
		"\xff\xfe529982247":  taxid.ErrCharacters,
		"529.982.247-25 / x": taxid.ErrLength,
	} {
		id, err := taxid.Parse(typed)
		if !errors.Is(err, want) || id != "" {
			t.Errorf("Parse(%q) = %q, %v; want %v", typed, id, err, want)
		}
	}
}

func TestEveryAllEqualCPFIsRefusedAsRepeated(t *testing.T) {
	t.Parallel()
	for _, length := range []int{11, 14} {
		for d := '0'; d <= '9'; d++ {
			if _, err := taxid.Parse(strings.Repeat(string(d), length)); !errors.Is(err, taxid.ErrRepeated) {
				t.Errorf("%d times %c: %v", length, d, err)
			}
		}
	}
}

func TestSampleNumbersAreCompletedWithTheirCheckDigits(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]taxid.ID{
		"529982247": "52998224725", "112223330001": "11222333000181", "12abc34501de": "12ABC34501DE35",
	} {
		if id, err := taxid.Complete(base); err != nil || id != want {
			t.Errorf("Complete(%q) = %q, %v; want %q", base, id, err, want)
		}
	}
	for base, want := range map[string]*fault.Fault{
		"": taxid.ErrLength, "12345678": taxid.ErrLength, "ana": taxid.ErrLength, "12345678A": taxid.ErrCharacters,
		"000000000": taxid.ErrRepeated, "ção": taxid.ErrCharacters,
	} {
		if id, err := taxid.Complete(base); !errors.Is(err, want) {
			t.Errorf("Complete(%q) = %q, %v; want %v", base, id, err, want)
		}
	}
}

func TestAnUnknownLengthIsShownAsItIs(t *testing.T) {
	t.Parallel()
	for _, id := range []taxid.ID{"", "123"} {
		if id.Masked() != string(id) || id.Kind() != "" {
			t.Errorf("%q: masked %q, kind %q", id, id.Masked(), id.Kind())
		}
	}
}

var stored = regexp.MustCompile(`^([0-9]{11}|[0-9A-Z]{12}[0-9]{2})$`)

// Whatever is typed: no panic, and what is accepted is what the database
// accepts and survives its own mask and lower case.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"529.982.247-25", "11.222.333/0001-81", "12.ABC.345/01DE-35", "", "000.000.000-00", "1٣", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		id, err := taxid.Parse(s)
		if err != nil {
			if id != "" || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("Parse(%q) = %q, %v", s, id, err)
			}
			return
		}
		if !stored.MatchString(string(id)) {
			t.Fatalf("Parse(%q) = %q, which the database refuses", s, id)
		}
		for _, again := range []string{string(id), id.Masked(), strings.ToLower(id.Masked())} {
			if other, err := taxid.Parse(again); err != nil || other != id {
				t.Fatalf("Parse(%q) = %q, %v; want %q", again, other, err, id)
			}
		}
	})
}
