package ticket_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/fault"
	"helphub/internal/ticket"
)

func TestADraftIsCheckedFieldByField(t *testing.T) {
	t.Parallel()
	good := ticket.Draft{Subject: "Câmara fria", Description: "Não gela.", Priority: "high", Customer: padaria}
	for name, c := range map[string]struct {
		change func(*ticket.Draft)
		faults []string
	}{
		"good":                       {func(*ticket.Draft) {}, nil},
		"no customer":                {func(d *ticket.Draft) { d.Customer = ticket.Ref{} }, []string{"customer_id: fault.required"}},
		"a subject of 2":             {func(d *ticket.Draft) { d.Subject = "ab" }, []string{"subject: fault.too_short"}},
		"a subject of 3":             {func(d *ticket.Draft) { d.Subject = "abc" }, nil},
		"a subject of spaces":        {func(d *ticket.Draft) { d.Subject = "   " }, []string{"subject: fault.required"}},
		"a subject of 150 accents":   {func(d *ticket.Draft) { d.Subject = strings.Repeat("ã", 150) }, nil},
		"a subject of 151":           {func(d *ticket.Draft) { d.Subject = strings.Repeat("ã", 151) }, []string{"subject: fault.too_long"}},
		"no description":             {func(d *ticket.Draft) { d.Description = "\n" }, []string{"description: fault.required"}},
		"a description of 10,000":    {func(d *ticket.Draft) { d.Description = strings.Repeat("é", 10_000) }, nil},
		"a description of 10,001":    {func(d *ticket.Draft) { d.Description = strings.Repeat("é", 10_001) }, []string{"description: fault.too_long"}},
		"a description with a NUL":   {func(d *ticket.Draft) { d.Description = "a\x00b" }, []string{"description: fault.not_text"}},
		"a description of no text":   {func(d *ticket.Draft) { d.Description = "\xff\xfe" }, []string{"description: fault.not_text"}},
		"no priority":                {func(d *ticket.Draft) { d.Priority = "" }, []string{"priority: fault.unknown"}},
		"a priority that is a label": {func(d *ticket.Draft) { d.Priority = "Crítica" }, []string{"priority: fault.unknown"}},
		"everything wrong": {func(d *ticket.Draft) { *d = ticket.Draft{} },
			[]string{"customer_id: fault.required", "subject: fault.required", "description: fault.required", "priority: fault.unknown"}},
	} {
		d := good
		c.change(&d)
		_, _, faults := d.Check()
		var got []string
		for _, f := range faults {
			got = append(got, f.Error())
		}
		if diff := cmp.Diff(c.faults, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestACheckedDraftIsTrimmedWithPlainLineEnds(t *testing.T) {
	t.Parallel()
	d, p, faults := ticket.Draft{
		Subject: "  Câmara\tfria \n não gela ", Description: "\r\nLinha 1\r\nLinha 2\rLinha 3  ", Priority: "critical", Customer: padaria,
	}.Check()
	if len(faults) != 0 || p != ticket.Critical || d.Subject != "Câmara fria não gela" || d.Description != "Linha 1\nLinha 2\nLinha 3" {
		t.Errorf("%v, %v, %q, %q", faults, p, d.Subject, d.Description)
	}
}

func TestEditingTellsOldAndNewOfEachField(t *testing.T) {
	t.Parallel()
	k := in(ticket.Open)
	events, err := k.Edit(ticket.Draft{Subject: "Balcão", Description: "Pinga.", Customer: hotel, Department: cooling}, ticket.Critical, now)
	if err != nil {
		t.Fatal(err)
	}
	want := []ticket.Event{
		{Name: ticket.Edited, Field: ticket.FieldSubject, From: "Câmara fria", To: "Balcão"},
		{Name: ticket.Edited, Field: ticket.FieldDescription, From: "Não gela.", To: "Pinga."},
		{Name: ticket.Edited, Field: ticket.FieldPriority, From: "normal", To: "critical"},
		{Name: ticket.Edited, Field: ticket.FieldCustomer, From: "Padaria Central", To: "Hotel Mirante"},
		{Name: ticket.Edited, Field: ticket.FieldDepartment, From: "", To: "Refrigeração"},
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Error(diff)
	}
	if k.Subject != "Balcão" || k.Description != "Pinga." || k.Priority != ticket.Critical || k.Customer != hotel || k.Department != cooling || !k.LastActivity.Equal(now) {
		t.Errorf("%+v", k)
	}
}

func TestAnEditOfNothingIsNoEvent(t *testing.T) {
	t.Parallel()
	k := in(ticket.Open)
	before := k.LastActivity
	if events, err := k.Edit(draftOf(k), k.Priority, now); err != nil || len(events) != 0 || !k.LastActivity.Equal(before) {
		t.Errorf("%v, %v, %v", names(events), err, k.LastActivity)
	}
}

// Priority sorts as a number, most urgent last; the predecessor's form and its
// list spelled the most urgent one differently (D-13).
func TestPrioritiesReadBackAndSortByUrgency_D13(t *testing.T) {
	t.Parallel()
	for i, p := range ticket.Priorities() {
		got, ok := ticket.ParsePriority(p.String())
		if !ok || got != p || int(p) != i+1 {
			t.Errorf("%v: %v, %t", p, got, ok)
		}
	}
	if _, ok := ticket.ParsePriority(ticket.Priority(9).String()); ok {
		t.Error("a priority without a name is read")
	}
}

func TestFaultsOfADraftAreInvalid(t *testing.T) {
	t.Parallel()
	_, _, faults := ticket.Draft{}.Check()
	if err := faults.Err(); fault.KindOf(err) != fault.Invalid || !errors.Is(err, fault.ErrRequired) {
		t.Errorf("%v", err)
	}
}
