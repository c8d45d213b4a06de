package customer_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/customer"
)

func TestWhatIsTypedIsLookedForAsWordsAndAsNumbers(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		typed   string
		words   []string
		numbers []string
	}{
		{"", []string{}, nil},
		{"  padaria   central ", []string{"padaria", "central"}, nil},
		{"41.287.653/0001-80", []string{"41.287.653/0001-80"}, []string{"41287653000180"}},
		{"12.abc.345/01de-35", []string{"12.abc.345/01de-35"}, []string{"12abc34501de35"}},
		{"41.287", []string{"41.287"}, []string{"41287"}},
		{"41287653", []string{"41287653"}, nil},
		{"(19) 3234-5678", []string{"(19)", "3234-5678"}, []string{"1932345678"}},
		{"+55 19 99123-4567", []string{"+55", "19", "99123-4567"}, []string{"19991234567"}},
		{"019 3234 5678", []string{"019", "3234", "5678"}, []string{"1932345678", "01932345678"}},
		{"3234-5678", []string{"3234-5678"}, []string{"32345678"}},
		{"rua 7", []string{"rua", "7"}, nil},
		{"7-a", []string{"7-a"}, nil},
		{"100%", []string{"100%"}, nil},
		{"ana@padaria.example", []string{"ana@padaria.example"}, nil},
	} {
		got := customer.ParseTerms(test.typed)
		if diff := cmp.Diff(customer.Terms{Words: test.words, Numbers: test.numbers}, got); diff != "" {
			t.Errorf("%q:\n%s", test.typed, diff)
		}
	}
	if n := len(customer.ParseTerms(strings.Repeat("a ", 500)).Words); n > 8 {
		t.Errorf("%d words are looked for", n)
	}
}
