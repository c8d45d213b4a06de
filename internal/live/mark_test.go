package live

import (
	"math/rand/v2"
	"testing"
)

func TestAMarkIsReadOnlyByTheInstanceThatWroteIt(t *testing.T) {
	t.Parallel()
	for _, p := range []position{{seq: 0}, {seq: 1}, {seq: 1<<64 - 1}, {seq: 35, stream: 36}} {
		m := writeMark("abc", p)
		if got, ok := readMark("abc", m); !ok || got != p {
			t.Errorf("%s: got %+v, %v", m, got, ok)
		}
		if _, ok := readMark("abd", m); ok {
			t.Errorf("%s read by another instance", m)
		}
	}
	for _, m := range []Mark{"", "abc", "abc-", "abc--1", "abc-1-", "abc-1-2-3", "abc- 1", "abc-1\n", "abc-é", "abc-zzzzzzzzzzzzzzzz"} {
		if got, ok := readMark("abc", m); ok {
			t.Errorf("%q read as %+v", m, got)
		}
	}
}

// The memory against one that forgets nothing: it may say "heard" too often,
// never too seldom. Seen to fail with the floor not raised in prune.
func TestABoundedMemoryNeverForgetsWhatAMarkDependsOn(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(7, 7))
	m, all := newMemory(8), map[Topic]uint64{}
	topics := make([]Topic, 40)
	for i := range topics {
		topics[i] = Topic(rune('a' + i))
	}
	spared := 0
	for range 20_000 {
		spoke := topics[random.IntN(len(topics))]
		all[spoke] = m.speak(spoke)
		if random.IntN(500) == 0 {
			seq := m.doubt()
			for _, topic := range topics {
				all[topic] = seq
			}
		}
		if len(m.last) > 8 {
			t.Fatalf("%d topics remembered", len(m.last))
		}
		asked, since := topics[random.IntN(len(topics))], m.seq-uint64(random.IntN(20))
		told := !m.remembers(since) || m.last[asked] > since
		if all[asked] > since && !told {
			t.Fatalf("%s spoke at %d, after %d, and is not told", asked, all[asked], since)
		}
		if v := m.version([]Topic{asked}); v < all[asked] {
			t.Fatalf("%s spoke at %d, its version is %d", asked, all[asked], v)
		}
		if !told {
			spared++
		}
	}
	if spared < 2000 {
		t.Errorf("only %d of 20,000 were spared: the memory is of no use", spared)
	}
}
