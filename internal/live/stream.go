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
// told less often, never a queue.
type stream struct {
	hub          *Hub
	number       uint64 // from 1, never used again
	subscription Subscription

	ctx     context.Context
	cancel  context.CancelCauseFunc
	failure atomic.Int32 // the Reason a write failed for; 0: none did

	mu      sync.Mutex
	waiting []news // by first, ascending
	told    uint64 // with nothing waiting, everything up to here was told

	wake     chan struct{} // 1: something waits
	checking atomic.Bool
	helpers  sync.WaitGroup // pump and checks
}

// news is a topic that spoke and has not been told yet.
type news struct {
	topic       Topic
	first, last uint64 // earliest and latest untold; first 0: who knows
}

func newStream(ctx context.Context, h *Hub, sub Subscription) *stream {
	s := &stream{hub: h, subscription: sub, wake: make(chan struct{}, 1)}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	return s
}

// catchUp puts down what the topics said after the page's position: all of
// them when the mark is not ours or too old.
func (s *stream) catchUp(m memory, at position, ours bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := ours && m.remembers(at.seq)
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
	s.poke()
}

// add puts down that a topic spoke; equal topics that wait become one.
func (s *stream) add(t Topic, seq uint64) {
	s.mu.Lock()
	s.put(t, seq)
	s.mu.Unlock()
	s.poke()
}

// addAll puts down every topic and wakes the stream within the given time.
func (s *stream) addAll(seq uint64, within time.Duration) {
	s.mu.Lock()
	for _, t := range s.subscription.Topics {
		s.put(t, seq)
	}
	s.mu.Unlock()
	time.AfterFunc(rand.N(within+1), s.poke)
}

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

// poke wakes the pump; it never waits.
func (s *stream) poke() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// next takes the topic that waits longest and the mark that is true once it
// was told; false when nothing waits.
func (s *stream) next() (Topic, Mark, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.waiting) == 0 {
		return "", "", false
	}
	n := s.waiting[0]
	s.waiting = append(s.waiting[:0], s.waiting[1:]...)
	s.told = max(s.told, n.last)
	return n.topic, s.mark(), true
}

// mark is what the page may claim to have heard: with something still waiting
// only what came before that; s.mu is held.
func (s *stream) mark() Mark {
	seq := s.told
	if len(s.waiting) > 0 {
		seq = max(s.waiting[0].first, 1) - 1
	}
	return writeMark(s.hub.instance, position{seq: seq, stream: s.number})
}

// run streams until the context ends and leaves nothing behind. The order is
// the one r3labs needs: the context first, its stream last.
func (s *stream) run(out *writer) {
	e := newEncoder(out)
	stop := context.AfterFunc(s.ctx, out.abort)
	s.helpers.Go(func() { s.pump(e) })
	e.serve(s.ctx)
	s.cancel(Left)
	s.helpers.Wait()
	e.close()
	stop()
	out.finish()
}

// pump writes the greeting, what waits, heartbeats, and ends the stream when
// its life is over.
func (s *stream) pump(e *encoder) {
	s.check()
	o := s.hub.options
	if !e.wait(s.ctx) || !e.send(s.ctx, s.greeting()) {
		return
	}
	s.hub.count.greeted.Add(1)
	beat := time.NewTicker(o.Heartbeat)
	defer beat.Stop()
	life := time.NewTimer(o.Life - rand.N(o.Life/10+1))
	defer life.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-life.C:
			s.cancel(Aged)
			return
		case <-beat.C:
			s.check()
			if !e.send(s.ctx, &sse.Event{Comment: []byte("beat")}) {
				return
			}
		case <-s.wake:
			if !s.tellAll(e) {
				return
			}
		}
	}
}

// tellAll tells what waits; false when the stream has ended.
func (s *stream) tellAll(e *encoder) bool {
	for {
		topic, mark, ok := s.next()
		if !ok {
			return true
		}
		if !e.send(s.ctx, &sse.Event{ID: []byte(mark), Event: []byte(topic), Data: []byte("1")}) {
			return false
		}
		s.hub.count.told.Add(1)
	}
}

// greeting sets how long the browser waits before it comes back, at random so
// that an instance that stops does not get everybody back at once.
func (s *stream) greeting() *sse.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	wait := time.Second + rand.N(7*time.Second)
	return &sse.Event{
		ID: []byte(s.mark()), Event: []byte(Hello), Data: []byte("1"),
		Retry: strconv.AppendInt(nil, wait.Milliseconds(), 10),
	}
}

// check asks beside the pump, so that a slow database delays no news, whether
// the person may still hear.
func (s *stream) check() {
	if s.subscription.Check == nil || !s.checking.CompareAndSwap(false, true) {
		return
	}
	s.helpers.Go(func() {
		defer s.checking.Store(false)
		if !s.subscription.Check(s.ctx) {
			s.cancel(Unproven)
		}
	})
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
