package queries

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"

	"helphub/internal/ticket"
)

const (
	// shortest is how many letters or digits in a row a word needs: the index
	// of the text knows runs of three, and where a run begins.
	shortest = 3
	// maxWords is how many words are looked for; the others are not looked at.
	maxWords = 8
	// maxCustomers is how many customers one word may mean, as SQL.
	maxCustomers = "500"
)

// TicketSearch is what was typed into the list's search, read once: words that
// must all be in the ticket (protocol, subject, description) or in its customer
// (names, tax id, phone, e-mail, city). Accents, case and wildcards mean
// nothing (D-82). A whole protocol is looked up as such.
type TicketSearch struct {
	protocol ticket.Protocol
	words    []searchWord
	short    []string // too short to find anything by, only to narrow
}

// searchWord is one word and its other spellings.
type searchWord struct {
	inTicket   []string
	inCustomer []string
}

// ParseTicketSearch reads what was typed; blank text finds everything.
func ParseTicketSearch(typed string) TicketSearch {
	typed = strings.TrimSpace(typed)
	if p, ok := ticket.ParseProtocol(typed); ok {
		return TicketSearch{protocol: p}
	}
	fields := strings.Fields(typed)
	if whole := strings.Join(fields, " "); dictated(whole) || number(whole) {
		fields = []string{whole} // spaces as people say numbers
	}
	var s TicketSearch
	for _, f := range fields {
		switch {
		case !indexed(f) && !number(f) && !dictated(f):
			s.short = append(s.short, f)
		case len(s.words) < maxWords:
			s.words = append(s.words, readWord(f))
		}
	}
	s.short = s.short[:min(len(s.short), maxWords)]
	return s
}

// Short reports whether something was typed and none of it is long enough to
// be found.
func (s TicketSearch) Short() bool { return s.protocol == "" && len(s.words) == 0 && len(s.short) > 0 }

// Blank reports whether nothing was typed.
func (s TicketSearch) Blank() bool { return s.protocol == "" && len(s.words) == 0 && len(s.short) == 0 }

func readWord(f string) searchWord {
	var w searchWord
	if indexed(f) {
		w = searchWord{inTicket: []string{f}, inCustomer: []string{f}}
	}
	if part, ok := ticket.ParseProtocolPart(letters(f)); ok {
		// As it stands in the text that is searched: behind the date.
		w.inTicket = append(w.inTicket, "-"+part+" ")
	}
	if bare := letters(f); bare != f && strings.ContainsFunc(f, unicode.IsDigit) && utf8.RuneCountInString(bare) >= shortest {
		w.inCustomer = append(w.inCustomer, bare) // tax ids and phones are kept without punctuation
	}
	return w
}

// dictated reports whether the text is the random part of a protocol as it is
// said on the phone, in groups: "7F3K 9Q2M".
func dictated(text string) bool {
	_, ok := ticket.ParseProtocolPart(letters(text))
	return ok && strings.ContainsFunc(text, unicode.IsDigit)
}

// number reports whether the text is a number in groups, such as a phone's.
func number(text string) bool {
	bare := letters(text)
	return len(bare) >= shortest && strings.Trim(bare, "0123456789") == ""
}

// letters is the text without what is neither letter nor digit.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, text)
}

// indexed reports whether the index of the text can find a word: it holds three
// letters or digits in a row, or four in several runs.
func indexed(word string) bool {
	runs := strings.FieldsFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for _, run := range runs {
		if utf8.RuneCountInString(run) >= shortest {
			return true
		}
	}
	return len(runs) > 1 && utf8.RuneCountInString(letters(word)) > shortest
}

func (s TicketSearch) conditions(args pgx.NamedArgs) []string {
	if s.protocol != "" {
		args["protocol"] = string(s.protocol)
		return []string{"t.protocol = @protocol::text"}
	}
	var where []string
	for i, w := range s.words {
		name := "word" + strconv.Itoa(i)
		tests := like("t.search", name, w.inTicket, args)
		if len(w.inCustomer) > 0 {
			tests = append(tests, "t.customer_id = ANY (ARRAY(SELECT c.id FROM customer AS c WHERE "+
				strings.Join(like("c.search", name+"c", w.inCustomer, args), " OR ")+" ORDER BY c.id LIMIT "+maxCustomers+"))")
		}
		where = append(where, "("+strings.Join(tests, " OR ")+")")
	}
	for i, text := range s.short {
		where = append(where, s.narrowed("short"+strconv.Itoa(i), text, args))
	}
	return where
}

// narrowed keeps the tickets that hold a short word themselves, or whose
// customer does and was found by a longer one: no index knows short words.
func (s TicketSearch) narrowed(name, text string, args pgx.NamedArgs) string {
	args[name] = text
	var found []string
	for i, w := range s.words {
		found = append(found, like("c.search", "word"+strconv.Itoa(i)+"c", w.inCustomer, args)...)
	}
	inText := "position(fold(@" + name + "::text) IN t.search) > 0"
	if len(found) == 0 {
		return inText
	}
	return "(" + inText + " OR t.customer_id = ANY (ARRAY(SELECT c.id FROM customer AS c WHERE (" + strings.Join(found, " OR ") +
		") AND position(fold(@" + name + "::text) IN c.search) > 0 ORDER BY c.id LIMIT " + maxCustomers + ")))"
}

// like looks for each of the spellings in a folded column. They are folded first
// and escaped then: folding a full-width percent sign makes a wildcard of it.
func like(column, name string, spellings []string, args pgx.NamedArgs) []string {
	tests := make([]string, len(spellings))
	for i, text := range spellings {
		arg := name + string(rune('a'+i))
		args[arg] = text
		tests[i] = column + ` LIKE '%' || replace(replace(replace(fold(@` + arg + `::text), '\', '\\'), '%', '\%'), '_', '\_') || '%'`
	}
	return tests
}
