package live

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Mark is a point in what one hub has heard. It is opaque to everyone else,
// safe in a URL and a header, and nothing secret: who forges one only fools
// their own page. The empty mark, and any that this hub did not write or no
// longer remembers, means "ask again for everything".
type Mark string

// position is what a mark of this hub says: everything up to seq was heard,
// and, for a mark that came as an event's id, by which stream.
type position struct {
	seq    uint64
	stream uint64 // 0 for a page's mark
}

// writeMark spells a position of the named instance: instance-seq[-stream].
func writeMark(instance string, p position) Mark {
	b := make([]byte, 0, len(instance)+16)
	b = append(b, instance...)
	b = append(b, '-')
	b = strconv.AppendUint(b, p.seq, 36)
	if p.stream != 0 {
		b = append(b, '-')
		b = strconv.AppendUint(b, p.stream, 36)
	}
	return Mark(b)
}

// readMark reads a mark of the named instance; false for any other text.
func readMark(instance string, m Mark) (position, bool) {
	rest, ok := strings.CutPrefix(string(m), instance+"-")
	if !ok {
		return position{}, false
	}
	seqText, streamText, hasStream := strings.Cut(rest, "-")
	seq, err := strconv.ParseUint(seqText, 36, 64)
	if err != nil {
		return position{}, false
	}
	p := position{seq: seq}
	if hasStream {
		if p.stream, err = strconv.ParseUint(streamText, 36, 64); err != nil {
			return position{}, false
		}
	}
	return p, true
}

// memory is what the hub heard: a running number and, for each topic, the
// number when it last spoke. It forgets the topics that have been silent
// longest and then knows less: marks of before floor are too old.
type memory struct {
	seq   uint64 // of the latest news; starts at 1, so that 0 is always too old
	floor uint64 // nothing is known about what was told up to here
	last  map[Topic]uint64
	limit int // topics remembered at most
}

func newMemory(limit int) memory {
	return memory{seq: 1, floor: 1, last: make(map[Topic]uint64), limit: limit}
}

// speak notes that a topic spoke now and returns its number.
func (m *memory) speak(t Topic) uint64 {
	m.seq++
	m.last[t] = m.seq
	if len(m.last) > m.limit {
		m.prune()
	}
	return m.seq
}

// doubt forgets everything: any topic may have spoken unheard.
func (m *memory) doubt() uint64 {
	m.seq++
	m.floor = m.seq
	clear(m.last)
	return m.seq
}

// prune forgets the longer silent half of the topics.
func (m *memory) prune() {
	oldest := slices.SortedFunc(maps.Keys(m.last), func(a, b Topic) int {
		return cmp.Compare(m.last[a], m.last[b])
	})
	for _, t := range oldest[:len(oldest)/2] {
		m.floor = m.last[t]
		delete(m.last, t)
	}
}

// remembers reports whether everything after seq is still known. A number from
// the future is a forgery.
func (m *memory) remembers(seq uint64) bool { return seq >= m.floor && seq <= m.seq }

// version is the number at which the latest of the topics spoke, as far as is
// remembered. It grows whenever one of them speaks; it may grow without.
func (m *memory) version(topics []Topic) uint64 {
	v := m.floor
	for _, t := range topics {
		v = max(v, m.last[t])
	}
	return v
}
