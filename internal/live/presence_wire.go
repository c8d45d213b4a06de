package live

import (
	"encoding/base64"
	"strings"

	"github.com/google/uuid"
)

// What instances say to each other about who is here, on Channel:
//
//	here?:<instance>                                    say all of yours again
//	here:<instance>:<ticket>:<staff>:<viewing|writing|gone>   one change
//	here=<instance>:all:<items>                         these and nobody else
//	here=<instance>:part:<items>                        these, among others
//
// An item of a snapshot is 45 characters: ticket and staff, 16 bytes each in
// raw URL base64, and the letter of the state.
const (
	askPrefix      = "here?:"
	changePrefix   = "here:"
	snapshotPrefix = "here="

	idLength   = 22
	itemLength = 2*idLength + 1
	// itemsAtMost keeps a snapshot below 7,700 bytes; PostgreSQL refuses 8,000
	// and with them the transaction.
	itemsAtMost = 170
)

// stateNames are the words of a single change.
var stateNames = map[state]string{viewing: "viewing", writing: "writing", gone: "gone"}

// report is what an instance said.
type report struct {
	instance string
	asks     bool // to be told of everybody
	all      bool // who is not among items is gone
	items    []item
}

type item struct {
	place
	state state
}

func askPayload(instance string) string { return askPrefix + instance }

func changePayload(instance string, i item) string {
	return changePrefix + instance + ":" + i.ticket.String() + ":" + i.staff.String() + ":" + stateNames[i.state]
}

// snapshotPayloads says the items in as few payloads as they need, at least
// one; only a single one can claim to be all.
func snapshotPayloads(instance string, items []item) []string {
	if len(items) <= itemsAtMost {
		return []string{snapshotPrefix + instance + ":all:" + encodeItems(items)}
	}
	var payloads []string
	for len(items) > 0 {
		n := min(len(items), itemsAtMost)
		payloads = append(payloads, snapshotPrefix+instance+":part:"+encodeItems(items[:n]))
		items = items[n:]
	}
	return payloads
}

func encodeItems(items []item) string {
	b := make([]byte, 0, len(items)*itemLength)
	for _, i := range items {
		b = base64.RawURLEncoding.AppendEncode(b, i.ticket[:])
		b = base64.RawURLEncoding.AppendEncode(b, i.staff[:])
		b = append(b, byte(i.state))
	}
	return string(b)
}

// parseReport reads a payload; false for what is none or is broken anywhere.
func parseReport(payload string) (report, bool) {
	if text, ok := strings.CutPrefix(payload, askPrefix); ok {
		return report{instance: text, asks: true}, isInstance(text)
	}
	if text, ok := strings.CutPrefix(payload, snapshotPrefix); ok {
		return parseSnapshot(text)
	}
	if text, ok := strings.CutPrefix(payload, changePrefix); ok {
		return parseChange(text)
	}
	return report{}, false
}

func parseChange(text string) (report, bool) {
	fields := strings.Split(text, ":")
	if len(fields) != 4 || !isInstance(fields[0]) {
		return report{}, false
	}
	ticket, okTicket := canonicalID(fields[1])
	staff, okStaff := canonicalID(fields[2])
	for s, name := range stateNames {
		if name == fields[3] && okTicket && okStaff {
			return report{instance: fields[0], items: []item{{place{ticket, staff}, s}}}, true
		}
	}
	return report{}, false
}

func parseSnapshot(text string) (report, bool) {
	instance, rest, _ := strings.Cut(text, ":")
	kind, body, _ := strings.Cut(rest, ":")
	if !isInstance(instance) || (kind != "all" && kind != "part") || len(body)%itemLength != 0 {
		return report{}, false
	}
	r := report{instance: instance, all: kind == "all"}
	for ; body != ""; body = body[itemLength:] {
		ticket, okTicket := decodeID(body[:idLength])
		staff, okStaff := decodeID(body[idLength : 2*idLength])
		s := state(body[2*idLength])
		if !okTicket || !okStaff || stateNames[s] == "" {
			return report{}, false
		}
		r.items = append(r.items, item{place{ticket, staff}, s})
	}
	return r, true
}

func decodeID(text string) (uuid.UUID, bool) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return uuid.Nil, false
	}
	id, err := uuid.FromBytes(b)
	return id, err == nil
}

// isInstance reports whether the text may be an instance's name: 13 characters
// of lower-case base 32.
func isInstance(text string) bool {
	return len(text) == 13 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyz234567") == ""
}
