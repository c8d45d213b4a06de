// Package intake is the door other systems' data comes in by: it reads an
// export and replays it through the same commands people use, so that rules,
// timeline and audit are the same as if it had happened here. It is not a
// loader: it writes no row of its own.
package intake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"helphub/internal/ticket"
)

// Row is one line of an ITSM audit log: how an incident stood after one change.
type Row struct {
	Line     int // in the file, the header being line 1
	Number   string
	State    ticket.Status
	Mods     int // sys_mod_count: the order of an incident's rows
	Caller   string
	OpenedBy string
	OpenedAt time.Time
	By       string // who made the change
	At       time.Time
	Priority ticket.Priority
	Group    string // empty: unknown
	Assignee string // empty: unknown or nobody
	// Facts describe the incident in the other system's words, as "name: value".
	Facts []string
}

// Incident is one number with its rows in order.
type Incident struct {
	Number string
	Rows   []Row
}

// Refusal is one line that could not be read, and why.
type Refusal struct {
	Line int
	Why  string
}

// String reads as a compiler's message does: line 12: what is wrong.
func (r Refusal) String() string { return fmt.Sprintf("line %d: %s", r.Line, r.Why) }

// group gathers rows into incidents, in order of first appearance; the order
// within one is Mods, then At, then the file's.
func group(rows []Row) []Incident {
	index := map[string]int{}
	var incidents []Incident
	for _, r := range rows {
		i, ok := index[r.Number]
		if !ok {
			i = len(incidents)
			index[r.Number] = i
			incidents = append(incidents, Incident{Number: r.Number})
		}
		incidents[i].Rows = append(incidents[i].Rows, r)
	}
	for _, in := range incidents {
		slices.SortStableFunc(in.Rows, func(a, b Row) int {
			if a.Mods != b.Mods {
				return a.Mods - b.Mods
			}
			return a.At.Compare(b.At)
		})
	}
	return incidents
}

// Names lists the distinct values of one column, sorted, without the unknown.
func names(incidents []Incident, of func(Row) string) []string {
	seen := map[string]bool{}
	for _, in := range incidents {
		for _, r := range in.Rows {
			if n := of(r); n != "" {
				seen[n] = true
			}
		}
	}
	out := make([]string, 0, len(seen))
	for n := range seen {
		out = append(out, n)
	}
	slices.SortFunc(out, strings.Compare)
	return out
}
