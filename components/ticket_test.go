package components

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"helphub/internal/ticket"
)

func TestAddressesInATextBecomeLinksAndNothingElseDoes_D31(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                 nil,
		"sem endereço":                     nil,
		"https://exemplo.com.br":           {"https://exemplo.com.br"},
		"Veja https://a.br/x?y=1&z=2#w.":   {"https://a.br/x?y=1&z=2#w"},
		"(ver http://a.br/b)":              {"http://a.br/b"},
		"http://a.br/b_(c)":                {"http://a.br/b_(c)"},
		"HTTPS://A.BR e http://b.br!":      {"HTTPS://A.BR", "http://b.br"},
		"javascript:alert(1)":              nil,
		"JaVaScRiPt://https://a.br":        {"https://a.br"},
		"data:text/html,x ftp://a.br":      nil,
		"www.exemplo.com.br":               nil,
		"//evil.example":                   nil,
		"https://":                         nil,
		"https://a.br/<script>":            {"https://a.br/"},
		`https://a.br/"onmouseover="x`:     {"https://a.br/"},
		"https://a.br/\nhttps://b.br/":     {"https://a.br/", "https://b.br/"},
		"https://a.br/ç?q=ã":               {"https://a.br/ç?q=ã"},
		strings.Repeat("https://a.br ", 3): {"https://a.br", "https://a.br", "https://a.br"},
	} {
		var links []string
		var all strings.Builder
		for _, p := range pieces(text) {
			all.WriteString(p.Text)
			if p.Href != "" {
				links = append(links, p.Href)
			}
		}
		if diff := cmp.Diff(want, links); diff != "" {
			t.Errorf("%q:\n%s", text, diff)
		}
		if all.String() != text {
			t.Errorf("%q reads %q", text, all.String())
		}
	}
}

func TestRunsFoldEventsOnly(t *testing.T) {
	t.Parallel()
	for kinds, want := range map[string]string{
		"":         "",
		"e":        "1",
		"ee":       "1 1",
		"eee":      "3",
		"reeer":    "1 3 1",
		"eereeeee": "1 1 1 5",
		"rnc":      "1 1 1",
	} {
		var entries []EntryView
		for i, k := range kinds {
			kind := map[rune]ticket.Kind{'e': ticket.EventKind, 'r': ticket.Reply, 'n': ticket.Note, 'c': ticket.CustomerWords}[k]
			entries = append(entries, EntryView{Entry: ticket.Entry{ID: uuid.UUID{15: byte(i + 1)}, Kind: kind, CreatedAt: time.Unix(int64(i), 0)}})
		}
		var sizes []string
		seen := 0
		for _, r := range runs(entries) {
			sizes = append(sizes, string(rune('0'+len(r))))
			for _, e := range r {
				if e.ID != entries[seen].ID {
					t.Errorf("%q: entry %d is out of order", kinds, seen)
				}
				seen++
			}
		}
		if got := strings.Join(sizes, " "); got != want || seen != len(entries) {
			t.Errorf("%q: %q, want %q", kinds, got, want)
		}
	}
}
