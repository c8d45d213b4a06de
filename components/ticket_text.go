package components

import (
	"regexp"
	"strings"
)

// piece is a stretch of what somebody wrote; Href is set for an address.
type piece struct {
	Text string
	Href string
}

// address finds web addresses in a text. Only http and https: nothing else
// becomes a link, whatever it looks like (D-31).
var address = regexp.MustCompile(`(?i)\bhttps?://[^\s<>"'` + "`" + `]+`)

// trailing ends a sentence rather than an address.
const trailing = ".,;:!?…"

// pieces splits a text into words and addresses; joined they are the text
// again. The words are escaped where they are drawn.
func pieces(text string) []piece {
	var out []piece
	at := 0
	var addresses [][]int
	if strings.Contains(text, "://") { // most hold none, and looking closer takes a while
		addresses = address.FindAllStringIndex(text, -1)
	}
	for _, found := range addresses {
		from, to := found[0], found[1]
		link := trimAddress(text[from:to])
		if strings.HasSuffix(link, "//") {
			continue // a scheme and nothing behind it
		}
		if from > at {
			out = append(out, piece{Text: text[at:from]})
		}
		out = append(out, piece{Text: link, Href: link})
		at = from + len(link)
	}
	if at < len(text) {
		out = append(out, piece{Text: text[at:]})
	}
	return out
}

// trimAddress takes off what ends the sentence, and a closing bracket whose
// opening one is not part of the address.
func trimAddress(link string) string {
	for {
		short := strings.TrimRight(link, trailing)
		for _, pair := range []string{"()", "[]", "{}"} {
			if strings.HasSuffix(short, pair[1:]) && strings.Count(short, pair[:1]) < strings.Count(short, pair[1:]) {
				short = strings.TrimSuffix(short, pair[1:])
			}
		}
		if short == link {
			return link
		}
		link = short
	}
}
