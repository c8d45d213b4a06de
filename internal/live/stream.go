package live

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/r3labs/sse/v2"
)

// Hello names the first event of every stream. It tells nothing changed; it
// carries how long to wait before coming back.
const Hello = "hello"

// stream is one page listening. What waits for it is at most one place per
// topic it asked for, and one event is on its way at a time: a slow reader is
// told less often, never a queue. It has no goroutine of its own: who brings
// news hands the next event over, and so does the write that has finished.
type stream struct {
	hub          *Hub
	number       uint64 // from 1, never used again
	subscription Subscription
	ends         time.Time // the end of its life

	ctx      context.Context
	cancel   context.CancelCauseFunc
	failure  atomic.Int32 // the Reason a write failed for; 0: none did
	encoder  *encoder     // set before ready
	checking atomic.Bool
	helpers  sync.WaitGroup // checks and the heartbeat to come

	mu       sync.Mutex
	waiting  []news // by first, ascending
	told     uint64 // with nothing waiting, everything up to here was told
	ready    bool   // the encoder delivers
	greeted  bool   // the greeting was handed over
	underway kind
	beat     *time.Timer
	beatDue  bool
	beatless bool // the stream ends
}

// news is a topic that spoke and has not been told yet.
type news struct {
	topic       Topic
	first, last uint64 // earliest and latest untold; first 0: who knows
}

// kind is what is on its way to the reader.
type kind int

const (
	nothing kind = iota
	greeting
	heartbeat
	telling
)

// upTo is a random time, so that what begins together does not return together.
func upTo(longest time.Duration) time.Duration {
	return rand.N(longest + 1) //nolint:gosec // spreads load, guards nothing
}

func newStream(ctx context.Context, h *Hub, sub Subscription) *stream {
	s := &stream{hub: h, subscription: sub}
	s.ends = time.Now().Add(h.options.Life - upTo(h.options.Life/10))
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	return s
}

// catchUp puts down what the topics said after the page's position: all of
// them when the hub does not remember it.
func (s *stream) catchUp(m memory, at position) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := m.remembers(at.seq)
	for _, t := range s.subscription.Topics {
		switch {
		case !known:
			s.waiting = append(s.waiting, news{topic: t, last: m.seq})
		case m.last[t] > at.seq:
			s.waiting = append(s.waiting, news{topic: t, first: at.seq + 1, last: m.seq})
		}
	}
	s.told = m.seq
	s.hub.count.waited(len(s.waiting))
}

// add puts down that a topic spoke and sends it on its way.
func (s *stream) add(t Topic, seq uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.put(t, seq)
	s.advance()
}

// addAll puts down every topic and sends them within the given time.
func (s *stream) addAll(seq uint64, within time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.subscription.Topics {
		s.put(t, seq)
	}
	time.AfterFunc(upTo(within), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.advance()
	})
}

// put notes a topic; equal topics that wait become one. s.mu is held.
func (s *stream) put(t Topic, seq uint64) {
	for i := range s.waiting {
		if s.waiting[i].topic == t {
			s.waiting[i].last = seq
			return
		}
	}
	s.waiting = append(s.waiting, news{topic: t, first: seq, last: seq})
	s.hub.count.waited(len(s.waiting))
}

// advance hands over what is due next, unless something is on its way; it
// never waits. s.mu is held.
func (s *stream) advance() {
	if !s.ready || s.underway != nothing || s.ctx.Err() != nil {
		return
	}
	switch {
	case !s.greeted:
		s.greeted = true
		s.send(greeting, s.hello())
	case s.beatDue:
		s.beatDue = false
		s.send(heartbeat, &sse.Event{Comment: []byte("beat")})
	case len(s.waiting) > 0:
		n := s.waiting[0]
		s.waiting = append(s.waiting[:0], s.waiting[1:]...)
		s.told = max(s.told, n.last)
		s.send(telling, &sse.Event{ID: []byte(s.mark()), Event: []byte(n.topic), Data: []byte("1")})
	}
}

func (s *stream) send(what kind, event *sse.Event) {
	if s.encoder.offer(event) {
		s.underway = what
	}
}

// written is called when what was on its way has reached the connection.
func (s *stream) written() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.underway {
	case greeting:
		s.hub.count.greeted.Add(1)
	case telling:
		s.hub.count.told.Add(1)
	}
	s.underway = nothing
	s.advance()
}

// mark is what the page may claim to have heard: with something still waiting
// only what came before that. s.mu is held.
func (s *stream) mark() Mark {
	seq := s.told
	if len(s.waiting) > 0 {
		seq = max(s.waiting[0].first, 1) - 1
	}
	return writeMark(s.hub.instance, position{seq: seq, stream: s.number})
}

// hello sets how long the browser waits before it comes back, at random so
// that an instance that stops does not get everybody back at once.
func (s *stream) hello() *sse.Event {
	wait := time.Second + upTo(7*time.Second)
	return &sse.Event{
		ID: []byte(s.mark()), Event: []byte(Hello), Data: []byte("1"),
		Retry: strconv.AppendInt(nil, wait.Milliseconds(), 10),
	}
}

// run streams until the context ends and leaves nothing behind. The order is
// the one r3labs needs: the context first, its stream last.
func (s *stream) run(out *writer) {
	s.encoder = newEncoder(out, s.begin)
	stop := context.AfterFunc(s.ctx, out.abort)
	s.helpers.Go(s.check)
	s.startBeat()
	s.encoder.serve(s.ctx)
	s.cancel(Left)
	s.stopBeat()
	s.helpers.Wait()
	s.encoder.close()
	stop()
	out.finish()
}

// begin is called when the encoder delivers.
func (s *stream) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ready = true
	s.advance()
}

func (s *stream) startBeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.helpers.Add(1)
	s.beat = time.AfterFunc(s.hub.options.Heartbeat, s.beats)
}

// stopBeat lets no further heartbeat begin, not even from one that runs.
func (s *stream) stopBeat() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beatless = true
	if s.beat.Stop() {
		s.helpers.Done()
	}
}

// beats says something, so that no proxy cuts a silent stream, and checks the
// rights again; it ends a stream that has lived its life.
func (s *stream) beats() {
	defer s.helpers.Done()
	if !time.Now().Before(s.ends) {
		s.cancel(Aged)
		return
	}
	if s.nextBeat() {
		s.check()
	}
}

func (s *stream) nextBeat() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.beatless {
		return false
	}
	s.beatDue = true
	s.advance()
	s.helpers.Add(1)
	s.beat.Reset(s.hub.options.Heartbeat)
	return true
}

// check asks whether the person may still hear, once at a time. It runs beside
// everything else, so that a slow database delays no news.
func (s *stream) check() {
	if s.subscription.Check == nil || !s.checking.CompareAndSwap(false, true) {
		return
	}
	defer s.checking.Store(false)
	if !s.subscription.Check(s.ctx) {
		s.cancel(Unproven)
	}
}

// fail ends the stream after a write failed. net/http has often cancelled the
// request by then, so the reason is kept beside the context's cause.
func (s *stream) fail(why Reason) {
	s.failure.Store(int32(why))
	s.cancel(why)
}

// reason is why the stream ended: what we ended it for, else what the write
// failed for, else Left.
func (s *stream) reason() Reason {
	if why := Left; errors.As(context.Cause(s.ctx), &why) {
		return why
	}
	return Reason(s.failure.Load())
}
