package fault_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/fault"
)

func TestAFaultIsFoundThroughWrapsWhateverItsArguments(t *testing.T) {
	t.Parallel()
	plain := fault.New(fault.Conflict, "ticket.closed")
	told := plain.With("name", "Ana").On("status").Detailed(7)
	wrapped := fmt.Errorf("close ticket: %w", told)
	if !errors.Is(wrapped, plain) || fault.KindOf(wrapped) != fault.Conflict {
		t.Errorf("%v is not %v", wrapped, plain)
	}
	if errors.Is(wrapped, fault.New(fault.Conflict, "ticket.open")) || errors.Is(wrapped, fault.New(fault.Invalid, "ticket.closed")) {
		t.Error("another key or kind counts as the same")
	}
	if plain.Field != "" || plain.Args != nil || plain.Detail != nil {
		t.Errorf("the declared fault was changed: %+v", plain)
	}
	if got := told.Error(); got != "status: ticket.closed" {
		t.Errorf("reads %q", got)
	}
}

func TestFaultsAreOneErrorOrNone(t *testing.T) {
	t.Parallel()
	var fs fault.Faults
	fs.Add(nil)
	if err := fs.Err(); err != nil {
		t.Errorf("no fault is the error %v", err)
	}
	fs.Add(fault.ErrRequired.On("name"))
	fs.Add(fault.ErrUnknown.On("priority"))
	err := fmt.Errorf("open ticket: %w", fs.Err())
	if !errors.Is(err, fault.ErrUnknown) || errors.Is(err, fault.ErrTooLong) {
		t.Errorf("%v does not hold what was added", err)
	}
	if got := fs.Error(); got != "name: fault.required; priority: fault.unknown" {
		t.Errorf("reads %q", got)
	}
	if got := fault.Of(err); !cmp.Equal(got, fs) {
		t.Errorf("collects %v", got)
	}
	if fault.Of(errors.New("lost connection")) != nil || fault.KindOf(nil) != 0 {
		t.Error("an ordinary error counts as a fault")
	}
}

func TestTextIsTrimmedAndCountedInCharacters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, value, text, line string
		min, max                int
		textFault, lineFault    *fault.Fault
	}{
		{"accents count once", " ação ", "ação", "ação", 4, 4, nil, nil},
		{"line ends become one kind", "a\r\nb\rc\n", "a\nb\nc", "a b c", 1, 5, nil, nil},
		{"nothing, and nothing needed", " \n ", "", "", 0, 5, nil, nil},
		{"nothing, and something needed", " \n ", "", "", 1, 5, fault.ErrRequired, fault.ErrRequired},
		{"too short", "ab", "ab", "ab", 3, 5, fault.ErrTooShort, fault.ErrTooShort},
		{"too long", "abcdef", "abcdef", "abcdef", 3, 5, fault.ErrTooLong, fault.ErrTooLong},
		{"no upper limit", strings.Repeat("a", 1e5), strings.Repeat("a", 1e5), strings.Repeat("a", 1e5), 1, 0, nil, nil},
		{"NUL", "a\x00b", "a\x00b", "a\x00b", 1, 5, fault.ErrNotText, fault.ErrNotText},
		{"escape", "\x1b[31m", "\x1b[31m", "\x1b[31m", 1, 9, fault.ErrNotText, fault.ErrNotText},
		{"invalid UTF-8", "a\xff", "a\xff", "a\xff", 1, 5, fault.ErrNotText, fault.ErrNotText},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, f := fault.Text("body", test.value, test.min, test.max)
			expect(t, f, test.textFault, "body")
			if got != test.text {
				t.Errorf("Text gives %.40q", got)
			}
			got, f = fault.Line("body", test.value, test.min, test.max)
			expect(t, f, test.lineFault, "body")
			if got != test.line {
				t.Errorf("Line gives %.40q", got)
			}
		})
	}
}

func TestAnEmailIsOnePlainAddress(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"":                          "",
		"  ":                        "",
		"ana@padaria.com.br":        "ana@padaria.com.br",
		" Ana.Lima@PADARIA.com.br ": "Ana.Lima@padaria.com.br",
		"ana+os@x.co":               "ana+os@x.co",
		"ana@são-joão.com.br":       "ana@são-joão.com.br",
		"a'b@x.io":                  "a'b@x.io",
	} {
		got, f := fault.Email("email", value)
		expect(t, f, nil, "")
		if got != want {
			t.Errorf("%q is kept as %q, want %q", value, got, want)
		}
	}
	for _, value := range []string{
		"ana", "ana@", "@x.com", "secretaria@localhost", "ana@x..com", "ana@.x.com", "ana@x.com.", "ana@-x.com", "ana@x-.com",
		"ana@x_y.com", "ana@[127.0.0.1]", "Ana <ana@x.com>", "<ana@x.com>", `"ana lima"@x.com`, "ana lima@x.com", "ana@x.com, b@x.com",
		"ana@b!.com", "ana@@x.com", "ana@" + strings.Repeat("a", 64) + ".com",
	} {
		_, f := fault.Email("email", value)
		expect(t, f, fault.ErrEmail, "email")
		if f == nil {
			t.Errorf("%q is accepted", value)
		}
	}
	_, f := fault.Email("email", "ana@"+strings.Repeat("a.", 130)+"com")
	expect(t, f, fault.ErrTooLong, "email")
	_, f = fault.Email("email", "ana@x.com\x00")
	expect(t, f, fault.ErrNotText, "email")
}

func expect(t *testing.T, got, want *fault.Fault, field string) {
	t.Helper()
	switch {
	case want == nil && got != nil:
		t.Errorf("refused: %v", got)
	case want != nil && (got == nil || !errors.Is(got, want) || got.Field != field):
		t.Errorf("fault %v, want %v on %s", got, want, field)
	}
}
