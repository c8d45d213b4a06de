package live

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
)

// Options are the hub's bounds; a zero field means the default in brackets.
type Options struct {
	// Heartbeat is how often a silent stream says something and its rights are
	// checked again (20 s: below the 30 s after which common proxies cut).
	Heartbeat time.Duration
	// WriteTimeout is how long one write may take before the reader counts as
	// stalled and is dropped (10 s).
	WriteTimeout time.Duration
	// Life is how long a stream lives at most; it ends up to a tenth earlier so
	// that pages opened together do not come back together (1 h).
	Life time.Duration
	// Spread is the time over which a doubt is told, so that thousands of pages
	// do not ask again in one instant (2 s).
	Spread time.Duration
	// PerPerson is how many streams one person may hold on this instance (10).
	PerPerson int
	// Topics is how many topics the hub remembers (8192, about a megabyte).
	Topics int
}

func (o Options) withDefaults() Options {
	set := func(d *time.Duration, def time.Duration) {
		if *d == 0 {
			*d = def
		}
	}
	set(&o.Heartbeat, 20*time.Second)
	set(&o.WriteTimeout, 10*time.Second)
	set(&o.Life, time.Hour)
	set(&o.Spread, 2*time.Second)
	if o.PerPerson == 0 {
		o.PerPerson = 10
	}
	if o.Topics == 0 {
		o.Topics = 8192
	}
	return o
}

// Hub hears news and tells it to the streams that asked. All methods may be
// called from anywhere at any time; none but Serve and Drain ever waits for a
// reader.
type Hub struct {
	instance string // random; two starts of one program are two instances
	options  Options

	mu       sync.Mutex
	memory   memory
	hearing  bool // the listener listens; false until its first Doubt
	draining bool
	number   uint64 // of the newest stream
	streams  map[uint64]*stream
	asked    map[Topic]map[*stream]struct{}
	people   map[uuid.UUID]int
	presence *Presence

	open  sync.WaitGroup // Serve calls that stream
	count counters
}

// New returns a hub that hears nothing yet: until the first Doubt it accepts
// streams, but parts are not kept.
func New(o Options) *Hub {
	o = o.withDefaults()
	return &Hub{
		// 13 characters of base 32 are 65 random bits.
		instance: strings.ToLower(rand.Text()[:13]),
		options:  o,
		memory:   newMemory(o.Topics),
		streams:  make(map[uint64]*stream),
		asked:    make(map[Topic]map[*stream]struct{}),
		people:   make(map[uuid.UUID]int),
	}
}

// Mark is the point to take before a page reads: whatever is heard after it
// will be told to the page's stream.
func (h *Hub) Mark() Mark {
	h.mu.Lock()
	defer h.mu.Unlock()
	return writeMark(h.instance, position{seq: h.memory.seq})
}

// Notify takes one notification off the channel: a topic is told, an order is
// obeyed, presence is noted. Anything else is counted and dropped: it may come
// from a newer version of the program during a rolling restart.
func (h *Hub) Notify(payload string) {
	if t, err := ParseTopic(payload); err == nil {
		h.tell(t)
		return
	}
	if text, ok := strings.CutPrefix(payload, endSessionPrefix); ok {
		if id, ok := canonicalID(text); ok {
			h.EndSession(id)
			return
		}
	}
	if text, ok := strings.CutPrefix(payload, endPersonPrefix); ok {
		if id, ok := canonicalID(text); ok {
			h.EndPerson(id)
			return
		}
	}
	if p := h.presenceNow(); p == nil || !p.hear(payload) {
		h.count.ignored.Add(1)
	}
}

// Heard notes topics that this process has just committed, before the database
// says so: a part rendered earlier is not served any more, so that who wrote
// sees what they wrote. Streams are told by the notification that follows.
func (h *Hub) Heard(topics ...Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		h.memory.speak(t)
	}
}

// Doubt is called when the listener has (re)connected and listens: anything
// may have been missed, so every page is told to ask again for everything,
// spread over Options.Spread.
func (h *Hub) Doubt() {
	h.mu.Lock()
	h.hearing = true
	seq := h.memory.doubt()
	for _, s := range h.streams {
		s.addAll(seq, h.options.Spread)
	}
	p := h.presence
	h.mu.Unlock()
	h.count.doubts.Add(1)
	if p != nil {
		p.ask()
	}
}

// Deaf is called when the listener has lost its connection: until the next
// Doubt no part is kept or shared.
func (h *Hub) Deaf() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hearing = false
}

// EndPerson ends a person's streams on this instance. To end them everywhere,
// announce the order of the same name.
func (h *Hub) EndPerson(id uuid.UUID) {
	h.end(func(s *stream) bool { return s.subscription.Person == id })
}

// EndSession ends a session's streams on this instance. To end them
// everywhere, announce the order of the same name.
func (h *Hub) EndSession(id uuid.UUID) {
	h.end(func(s *stream) bool { return s.subscription.Session == id })
}

// Drain refuses new streams, ends all there are and waits until their handlers
// have returned. It is what http.Server.RegisterOnShutdown is for: without it
// Shutdown waits for streams that never go idle. It returns ctx's error when
// that comes first. A drained hub stays drained.
func (h *Hub) Drain(ctx context.Context) error {
	h.mu.Lock()
	h.draining = true
	for _, s := range h.streams {
		h.drop(s, Drained)
	}
	h.mu.Unlock()

	done := make(chan struct{})
	go func() {
		h.open.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain streams: %w", ctx.Err())
	}
}

// tell notes that the topics spoke and passes them to the streams that asked.
func (h *Hub) tell(topics ...Topic) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range topics {
		seq := h.memory.speak(t)
		for s := range h.asked[t] {
			s.add(t, seq)
		}
	}
}

// end drops the streams that match.
func (h *Hub) end(match func(*stream) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, s := range h.streams {
		if match(s) {
			h.drop(s, Ended)
		}
	}
}

// version is what parts are valid for: the number of the latest news on the
// topics; false while the hub is deaf.
func (h *Hub) version(topics []Topic) (uint64, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.memory.version(topics), h.hearing
}

func (h *Hub) presenceNow() *Presence {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.presence
}
