package live

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// Presence times. A stay is announced when it begins and ends and when writing
// begins and ends; never per beat.
const (
	// grace is how long somebody whose last stream ended still counts as there:
	// a reload, a posted form, a reconnection (1 to 8 s) are not a departure.
	grace = 10 * time.Second
	// beatLife is how long one sign of writing lasts; a page gives one every few
	// seconds while somebody types.
	beatLife = 10 * time.Second
	// reannounce is how often an instance with people on it says all of them
	// again, and silence is when what an instance said is no longer believed.
	reannounce = 30 * time.Second
	silence    = 90 * time.Second
	// sweepEvery is how often what has run out is noticed.
	sweepEvery = time.Second
	// singles is how many changes are announced one by one; more at once go as
	// one snapshot, for every notification costs the database a lock.
	singles = 8
	// sayTimeout is how long one announcement may take.
	sayTimeout = 3 * time.Second
)

// Here is one person on a ticket.
type Here struct {
	Staff   uuid.UUID
	Writing bool // else only looking
}

// Presence knows who is on which ticket on all instances: this one's people
// from their streams (who hears a ticket's presence is on it) and signs of
// writing, the others' from what their instances announce on the channel. It
// is kept in memory only; when in doubt it asks, and forgets who is not said
// again. Run must be running.
type Presence struct {
	hub     *Hub
	publish func(ctx context.Context, payload string) error

	mu       sync.Mutex
	own      map[place]*stay
	others   map[string]map[place]*echo // by instance
	tickets  map[uuid.UUID]map[place]struct{}
	dirty    map[place]struct{} // own stays whose state was not announced yet
	asks     bool               // others must be asked
	resay    bool               // all of ours must be said
	said     time.Time          // when all of ours was last said
	gridDue  bool               // PresenceAll must be told
	changed  map[uuid.UUID]struct{}
	wake     chan struct{}
	failures atomic.Uint64
}

// place is a person on a ticket.
type place struct{ ticket, staff uuid.UUID }

// stay is a place taken on this instance. shown changes only when somebody is
// told, so that what On says is what a page told last would show.
type stay struct {
	streams   int
	leaves    time.Time // the grace ends
	writes    time.Time // the last sign of writing runs out
	shown     state
	announced state
}

// echo is a place that another instance announced.
type echo struct {
	state state
	until time.Time
}

// state is what somebody does on a ticket; the letters go over the wire.
type state byte

const (
	gone    state = 'g'
	viewing state = 'v'
	writing state = 'w'
)

func (s *stay) now(t time.Time) state {
	switch {
	case t.Before(s.writes):
		return writing
	case s.streams > 0 || t.Before(s.leaves):
		return viewing
	}
	return gone
}

// NewPresence attaches presence to the hub; call it before the hub serves.
// publish puts a payload below 8,000 bytes on Channel, for every instance.
func NewPresence(h *Hub, publish func(ctx context.Context, payload string) error) *Presence {
	p := &Presence{
		hub: h, publish: publish,
		own: make(map[place]*stay), others: make(map[string]map[place]*echo),
		tickets: make(map[uuid.UUID]map[place]struct{}),
		dirty:   make(map[place]struct{}), changed: make(map[uuid.UUID]struct{}),
		asks: true, wake: make(chan struct{}, 1),
	}
	h.mu.Lock()
	h.presence = p
	h.mu.Unlock()
	return p
}

// On returns who is on the ticket, on any instance, by staff id. It includes
// the person who asks; leaving them out is the page's business.
func (p *Presence) On(ticket uuid.UUID) []Here {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []Here
	for at := range p.tickets[ticket] {
		if s := p.union(at); s != gone {
			all = append(all, Here{Staff: at.staff, Writing: s == writing})
		}
	}
	slices.SortFunc(all, func(a, b Here) int { return bytes.Compare(a.Staff[:], b.Staff[:]) })
	return all
}

// Write is a sign that somebody is writing on the ticket; it lasts ten
// seconds. The caller has checked that they may read it.
func (p *Presence) Write(ticket, person uuid.UUID) {
	p.update(place{ticket, person}, func(s *stay, now time.Time) { s.writes = now.Add(beatLife) })
}

// Rest ends writing at once: the text was sent or emptied.
func (p *Presence) Rest(ticket, person uuid.UUID) {
	p.update(place{ticket, person}, func(s *stay, now time.Time) {
		if now.Before(s.writes) && s.streams == 0 {
			s.leaves = now.Add(grace)
		}
		s.writes = time.Time{}
	})
}

// arrive notes a stream of somebody on the ticket.
func (p *Presence) arrive(ticket, person uuid.UUID) {
	p.update(place{ticket, person}, func(s *stay, _ time.Time) { s.streams++ })
}

// depart notes that such a stream ended.
func (p *Presence) depart(ticket, person uuid.UUID) {
	p.update(place{ticket, person}, func(s *stay, now time.Time) {
		s.streams--
		s.leaves = now.Add(grace)
	})
}

func (p *Presence) update(at place, change func(*stay, time.Time)) {
	now := time.Now()
	p.mu.Lock()
	s := p.own[at]
	if s == nil {
		s = &stay{shown: gone, announced: gone}
		p.own[at] = s
		p.index(at)
	}
	change(s, now)
	p.settle(at, s, now)
	told := p.takeChanged()
	p.mu.Unlock()
	p.tellTickets(told)
}

// settle shows what has become of a stay and marks it to be announced; p.mu is
// held.
func (p *Presence) settle(at place, s *stay, now time.Time) {
	before := p.union(at)
	s.shown = s.now(now)
	if s.shown != s.announced {
		p.dirty[at] = struct{}{}
		p.poke()
	} else {
		delete(p.dirty, at)
		if s.shown == gone {
			delete(p.own, at)
			p.unindex(at)
		}
	}
	p.noteChange(at, before)
}

// union is what somebody does on a ticket, over all instances; writing
// anywhere is writing. p.mu is held.
func (p *Presence) union(at place) state {
	best := gone
	consider := func(s state) {
		if s == writing || best == gone {
			best = s
		}
	}
	if s := p.own[at]; s != nil {
		consider(s.shown)
	}
	for _, places := range p.others {
		if e := places[at]; e != nil {
			consider(e.state)
		}
	}
	return best
}

func (p *Presence) noteChange(at place, before state) {
	if p.union(at) != before {
		p.changed[at.ticket] = struct{}{}
	}
}

func (p *Presence) index(at place) {
	if p.tickets[at.ticket] == nil {
		p.tickets[at.ticket] = make(map[place]struct{})
	}
	p.tickets[at.ticket][at] = struct{}{}
}

// unindex forgets a place that nobody speaks of any more.
func (p *Presence) unindex(at place) {
	if p.own[at] != nil {
		return
	}
	for _, places := range p.others {
		if places[at] != nil {
			return
		}
	}
	if delete(p.tickets[at.ticket], at); len(p.tickets[at.ticket]) == 0 {
		delete(p.tickets, at.ticket)
	}
}

// takeChanged returns the tickets to tell of; p.mu is held.
func (p *Presence) takeChanged() []Topic {
	if len(p.changed) == 0 {
		return nil
	}
	topics := make([]Topic, 0, len(p.changed)+1)
	for ticket := range p.changed {
		topics = append(topics, PresenceOn(ticket))
	}
	clear(p.changed)
	p.gridDue = true
	return topics
}

// tellTickets tells the pages of the tickets at once; the grids hear of all
// of them together with the next sweep.
func (p *Presence) tellTickets(topics []Topic) {
	if len(topics) > 0 {
		p.hub.tell(topics...)
	}
}

func (p *Presence) poke() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}
