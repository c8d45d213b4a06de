package live

import "sync/atomic"

// Reason is why a stream ended.
type Reason int

// The reasons. Slow is the one to watch: readers that stopped reading.
const (
	Left     Reason = iota // the browser went
	Slow                   // a write took longer than Options.WriteTimeout
	Broken                 // a write failed
	Aged                   // Options.Life was over
	Unproven               // Subscription.Check said no
	Ended                  // EndPerson or EndSession
	Replaced               // the same page came back on a new stream
	Drained                // the instance stops
	reasons                // how many there are
)

// String is the reason's name in metrics and logs.
func (r Reason) String() string {
	names := [reasons]string{"left", "slow", "broken", "aged", "unproven", "ended", "replaced", "drained"}
	if r < 0 || r >= reasons {
		return "unknown"
	}
	return names[r]
}

// Error lets a reason be the cause of a stream's context.
func (r Reason) Error() string { return "stream ended: " + r.String() }

// Stats is a snapshot of the hub for metrics and the health page. Counts run
// from the start of the process.
type Stats struct {
	Streams   int               // open now
	People    int               // with at least one stream now
	Topics    int               // remembered now
	Hearing   bool              // the listener listens
	Draining  bool              // no new streams
	Told      uint64            // events written, without greetings and heartbeats
	Greeted   uint64            // streams that got their first event
	Doubts    uint64            // times everybody was told to ask again
	Ignored   uint64            // notifications that were neither topic, order nor presence
	Refused   uint64            // streams refused: too many or draining
	HighWater int               // most topics that ever waited for one stream
	Ended     map[string]uint64 // ended streams by reason
}

// counters are the counts behind Stats.
type counters struct {
	told, greeted, doubts, ignored, refused, highWater atomic.Uint64
	ended                                              [reasons]atomic.Uint64
}

// waited keeps the largest number of waiting topics seen.
func (c *counters) waited(n int) {
	for {
		old := c.highWater.Load()
		if uint64(n) <= old || c.highWater.CompareAndSwap(old, uint64(n)) {
			return
		}
	}
}

// Stats returns a snapshot.
func (h *Hub) Stats() Stats {
	h.mu.Lock()
	s := Stats{
		Streams: len(h.streams), People: len(h.people), Topics: len(h.memory.last),
		Hearing: h.hearing, Draining: h.draining,
	}
	h.mu.Unlock()
	s.Told, s.Greeted = h.count.told.Load(), h.count.greeted.Load()
	s.Doubts, s.Ignored = h.count.doubts.Load(), h.count.ignored.Load()
	s.Refused, s.HighWater = h.count.refused.Load(), int(h.count.highWater.Load())
	s.Ended = make(map[string]uint64, reasons)
	for r := range reasons {
		s.Ended[r.String()] = h.count.ended[r].Load()
	}
	return s
}
