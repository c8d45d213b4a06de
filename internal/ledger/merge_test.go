package ledger

import (
	"maps"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMergeTakesFromEachWhatOnlyTheyChanged(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, time.November, 23, 17, 5, 0, 0, time.UTC)
	shown := Fields{"name": "Padaria", "phone": "1", "city": "Campinas", "active": "1"}
	// Bruno changed the phone, then Célia the phone again and the city.
	first, second := maps.Clone(shown), maps.Clone(shown)
	first["phone"] = "2"
	second["phone"], second["city"] = "3", "Santos"
	changes := []past{
		{before: shown.At(4), after: first.At(5), by: "Bruno", at: at},
		{before: first.At(5), after: second.At(6), by: "Célia", at: at.Add(time.Minute)},
	}
	form := func(change Fields) Fields {
		f := maps.Clone(shown)
		maps.Copy(f, change)
		return f
	}
	for _, test := range []struct {
		name    string
		changes []past
		asked   Fields
		merged  Fields
		clashes map[string]Clash
	}{
		{"a field of one's own", changes, form(Fields{"name": "Padaria Central"}),
			Fields{"name": "Padaria Central", "phone": "3", "city": "Santos", "active": "1"}, map[string]Clash{}},
		{"the same field", changes, form(Fields{"phone": "9"}),
			Fields{"name": "Padaria", "phone": "9", "city": "Santos", "active": "1"},
			map[string]Clash{"phone": {Before: "1", Known: true, Now: "3", Asked: "9", By: "Célia", At: at.Add(time.Minute)}}},
		{"the same field to the same value", changes, form(Fields{"phone": "3"}),
			Fields{"name": "Padaria", "phone": "3", "city": "Santos", "active": "1"}, map[string]Clash{}},
		{"a box unticked", changes, form(Fields{"active": ""}),
			Fields{"name": "Padaria", "phone": "3", "city": "Santos", "active": ""}, map[string]Clash{}},
		{"records that begin too late", changes[1:], form(nil),
			Fields{"name": "Padaria", "phone": "1", "city": "Campinas", "active": "1"},
			map[string]Clash{
				"phone": {Now: "3", Asked: "1", By: "Célia", At: at.Add(time.Minute)},
				"city":  {Now: "Santos", Asked: "Campinas", By: "Célia", At: at.Add(time.Minute)},
			}},
		{"no records at all", nil, form(Fields{"city": "Santos"}),
			Fields{"name": "Padaria", "phone": "1", "city": "Santos", "active": "1"},
			map[string]Clash{"phone": {Now: "3", Asked: "1"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			merged, clashes := merge(test.changes, 4, second, test.asked)
			if diff := cmp.Diff(test.merged, merged); diff != "" {
				t.Errorf("merged:\n%s", diff)
			}
			if diff := cmp.Diff(test.clashes, clashes); diff != "" {
				t.Errorf("clashes:\n%s", diff)
			}
		})
	}
}
