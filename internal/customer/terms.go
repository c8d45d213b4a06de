package customer

import (
	"slices"
	"strings"

	"helphub/internal/taxid"
)

// Bounds of a search: more words than anybody types in one box, and the
// shortest piece of a number that says anything.
const (
	maxWords  = 8
	minNumber = 3
)

// Terms is what somebody typed to find a customer, as it is looked for: either
// all of the words occur, or one of the numbers does. Numbers have no
// punctuation, as they are stored, so CPF, CNPJ and telephone are found however
// they are written, and by a part of them.
type Terms struct {
	Words   []string
	Numbers []string
}

// ParseTerms reads what was typed; nothing gives no terms.
func ParseTerms(q string) Terms {
	words := strings.Fields(q)
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	t := Terms{Words: words}
	add := func(number string) {
		if len(number) >= minNumber && !slices.Contains(t.Numbers, number) && !slices.Contains(words, number) {
			t.Numbers = append(t.Numbers, number)
		}
	}
	if phone, err := ParsePhone(q); err == nil {
		add(strings.TrimPrefix(string(phone), "+"))
	}
	if bare := withoutPunctuation(taxid.Strip(q)); isNumber(bare) && (len(words) == 1 || allDigits(bare)) {
		add(strings.ToLower(bare))
	}
	return t
}

// isNumber reports whether s could be a piece of a CPF, CNPJ or telephone:
// digits, and letters as a CNPJ has them, but not letters alone.
func isNumber(s string) bool {
	return strings.ContainsAny(s, "0123456789") &&
		strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && (r < 'A' || r > 'Z') }) < 0
}
