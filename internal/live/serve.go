package live

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/uuid"
)

// MaxTopics is how many topics one stream may ask for. It bounds what can ever
// wait for a stream: one place per topic, never a queue of events.
const MaxTopics = 64

// Why Serve refuses; nothing has been written then.
var (
	// ErrDraining: the instance stops. Answer 503 with Retry-After.
	ErrDraining = errors.New("live: draining")
	// ErrTooMany: the person holds as many streams as they may. Answer 429.
	ErrTooMany = errors.New("live: too many streams of one person")
	// ErrTopics: no topic, more than MaxTopics, one outside of the allow-list,
	// or the presence of two tickets, which nobody can be on at once. Answer 422.
	ErrTopics = errors.New("live: topics do not fit")
	// ErrWriter: the connection cannot be given a write deadline, so a stalled
	// reader could not be dropped. A middleware without Unwrap; a bug.
	ErrWriter = errors.New("live: connection without write deadlines")
)

// Subscription is who listens and to what. The caller has authenticated the
// person and authorised every topic (ParseTopics).
type Subscription struct {
	Person  uuid.UUID // required
	Session uuid.UUID
	Topics  []Topic
	// Mark is the page's, taken before it read. The request's Last-Event-ID
	// beats it: the page has heard more since.
	Mark Mark
	// Check asks whether the person may still hear these topics: once as soon
	// as the stream is registered, so that a session that ended meanwhile is
	// noticed, and with every heartbeat. False ends the stream. It must obey
	// its context, and say true when it cannot tell (database away): the names
	// told are worthless, and what is asked with them is authorised again. May
	// be nil.
	Check func(ctx context.Context) bool
}

// viewing is the ticket whose page this is, if any.
func (s Subscription) viewing() (uuid.UUID, bool) {
	for _, t := range s.Topics {
		if family, id := t.Split(); family == FamilyPresence {
			return id, true
		}
	}
	return uuid.Nil, false
}

// fits checks the topics once more: only what the allow-list accepts can be
// written into a stream without breaking its lines.
func (s Subscription) fits() bool {
	if len(s.Topics) == 0 || len(s.Topics) > MaxTopics {
		return false
	}
	present := 0
	for _, t := range s.Topics {
		switch family, _ := t.Split(); family {
		case "":
			return false
		case FamilyPresence:
			present++
		}
	}
	return present <= 1
}

// Serve streams to one page until it leaves, is ended, or has lived its life,
// and then returns nil. It returns ErrDraining, ErrTooMany, ErrTopics or
// ErrWriter before anything is written. It lifts the server's write timeout
// from this connection and sets its own deadline for each write; no middleware
// that limits time or compresses may be in front of it.
func (h *Hub) Serve(w http.ResponseWriter, r *http.Request, sub Subscription) error {
	if !sub.fits() {
		return ErrTopics
	}
	mark := sub.Mark
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		mark = Mark(id)
	}
	s, err := h.join(r.Context(), sub, mark)
	if err != nil {
		h.count.refused.Add(1)
		return err
	}
	defer h.leave(s)

	control := http.NewResponseController(w)
	if err := control.SetWriteDeadline(noDeadline); err != nil {
		return fmt.Errorf("%w: %w", ErrWriter, err)
	}
	s.run(&writer{http: w, control: control, timeout: h.options.WriteTimeout, written: s.written, fail: s.fail})
	return nil
}

// join registers a stream, so that from now on nothing is missed, and works
// out what its topics said since the mark.
func (h *Hub) join(ctx context.Context, sub Subscription, mark Mark) (*stream, error) {
	s := newStream(ctx, h, sub)
	if err := h.register(s, mark); err != nil {
		s.cancel(err)
		return nil, err
	}
	if ticket, ok := sub.viewing(); ok {
		if p := h.presenceNow(); p != nil {
			p.arrive(ticket, sub.Person)
		}
	}
	return s, nil
}

func (h *Hub) register(s *stream, mark Mark) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return ErrDraining
	}
	// What is no mark of ours reads as position 0, which is never remembered.
	at, _ := readMark(h.instance, mark)
	person := s.subscription.Person
	// A page that comes back names its former stream in the mark: one whose
	// network went away quietly must not use up the person's places.
	if old := h.streams[at.stream]; old != nil && old.subscription.Person == person {
		h.drop(old, Replaced)
	}
	if h.people[person] >= h.options.PerPerson {
		return ErrTooMany
	}

	h.number++
	s.number = h.number
	h.streams[s.number] = s
	h.people[person]++
	for _, t := range s.subscription.Topics {
		if h.asked[t] == nil {
			h.asked[t] = make(map[*stream]struct{})
		}
		h.asked[t][s] = struct{}{}
	}
	h.open.Add(1)
	s.catchUp(h.memory, at)
	return nil
}

// leave forgets a stream whose handler is about to return.
func (h *Hub) leave(s *stream) {
	h.mu.Lock()
	h.drop(s, Left)
	h.mu.Unlock()
	h.count.ended[s.reason()].Add(1)
	if ticket, ok := s.subscription.viewing(); ok {
		if p := h.presenceNow(); p != nil {
			p.depart(ticket, s.subscription.Person)
		}
	}
	h.open.Done()
}

// drop takes a stream out of the fan-out and cancels it; h.mu is held. Its
// handler returns on its own. Dropping twice does nothing.
func (h *Hub) drop(s *stream, why Reason) {
	if h.streams[s.number] != s {
		return
	}
	delete(h.streams, s.number)
	if h.people[s.subscription.Person]--; h.people[s.subscription.Person] == 0 {
		delete(h.people, s.subscription.Person)
	}
	for _, t := range s.subscription.Topics {
		if delete(h.asked[t], s); len(h.asked[t]) == 0 {
			delete(h.asked, t)
		}
	}
	s.cancel(why)
}
