package queries_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/queries"
)

func TestACursorComesBackAsItWas(t *testing.T) {
	t.Parallel()
	want := queries.Cursor{Sort: "name", Desc: true, Value: "Associação “São José” \\ % _ 日本", ID: uuid.New()}
	text := want.String()
	if strings.ContainsAny(text, "+/=&? ") {
		t.Errorf("%q needs escaping in a URL", text)
	}
	got, ok := queries.ParseCursor(text, "name", true)
	if !ok {
		t.Fatalf("%q is not accepted", text)
	}
	if diff := cmp.Diff(want, *got); diff != "" {
		t.Error(diff)
	}
}

func TestAForgedCursorIsNoCursor(t *testing.T) {
	t.Parallel()
	good := queries.Cursor{Sort: "name", Value: "Padaria", ID: uuid.New()}
	encode := func(raw string) string { return base64.RawURLEncoding.EncodeToString([]byte(raw)) }
	for name, text := range map[string]string{
		"empty":            "",
		"not base 64":      "%%%",
		"not JSON":         encode("padaria"),
		"another order":    queries.Cursor{Sort: "city", ID: good.ID}.String(),
		"another way":      queries.Cursor{Sort: "name", Desc: true, ID: good.ID}.String(),
		"an id that isn't": encode(`{"s":"name","v":"x","i":"1"}`),
		"NUL":              encode(`{"s":"name","v":"\u0000"}`),
		"cut":              good.String()[:20],
		"huge":             queries.Cursor{Sort: "name", Value: strings.Repeat("a", 5000)}.String(),
	} {
		if c, ok := queries.ParseCursor(text, "name", false); ok {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
}
