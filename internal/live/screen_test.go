package live

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"
)

// world is a database with one number per topic and two instances that hear of
// its commits, late and not always.
type world struct {
	desks []*desk
	parts []*Parts
	// news are the notifications on their way to each instance.
	news []chan string

	mu     sync.Mutex
	random *rand.Rand
	rows   map[Topic]int
}

var worldTopics = []Topic{Tickets, Agenda, Ticket(printer), Dashboard}

// a while is a short random time.
func (w *world) aWhile() {
	w.mu.Lock()
	d := time.Duration(w.random.IntN(40)) * time.Millisecond
	w.mu.Unlock()
	time.Sleep(d)
}

func (w *world) chance(percent int) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(100) < percent
}

func (w *world) pick(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

// commit writes a topic and sends the notification on its way.
func (w *world) commit(instance int, t Topic) {
	w.mu.Lock()
	w.rows[t]++
	w.mu.Unlock()
	w.desks[instance].hub.Heard(t)
	for _, news := range w.news {
		news <- string(t)
	}
}

func (w *world) row(t Topic) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows[t]
}

// read asks an instance for the live part of a topic.
func (w *world) read(ctx context.Context, instance int, t Topic) (int, error) {
	body, err := w.parts[instance].Get(ctx, Part{
		Key: PartKey{URL: "/" + string(t)}, Topics: []Topic{t},
		Render: func(context.Context) ([]byte, error) {
			w.aWhile()
			n := w.row(t)
			w.aWhile()
			return strconv.AppendInt(nil, int64(n), 10), nil
		},
	})
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(string(body.HTML))
}

// hear is an instance's listener: in order, delayed, and now and then cut off,
// when what comes is lost and it may take a while to be noticed.
func (w *world) hear(instance int) {
	hub := w.desks[instance].hub
	hub.Doubt()
	for payload := range w.news[instance] {
		w.aWhile()
		if !w.chance(10) {
			hub.Notify(payload)
			continue
		}
		// Cut off: this one is lost, and what comes in the meantime.
		if w.chance(50) {
			hub.Deaf()
		}
		for range w.pick(5) {
			if _, more := <-w.news[instance]; !more {
				break
			}
		}
		w.aWhile()
		hub.Doubt()
	}
	hub.Doubt() // whatever was cut off at the very end
}

// screen is a browser page: it reads, listens, and asks again for what speaks.
type screen struct {
	world *world
	shows map[Topic]int
	last  string // Last-Event-ID
}

// live loads the page and follows its streams until ctx ends.
func (s *screen) live(ctx context.Context, t *testing.T) {
	instance := s.world.pick(2)
	mark := string(s.world.desks[instance].hub.Mark())
	for _, topic := range worldTopics {
		s.world.aWhile()
		n, err := s.world.read(ctx, instance, topic)
		if err != nil {
			return
		}
		s.shows[topic] = n
	}
	for ctx.Err() == nil {
		s.world.aWhile()
		s.follow(ctx, t, instance, mark)
		instance = s.world.pick(2)
	}
}

// follow listens on one stream until it is cut.
func (s *screen) follow(ctx context.Context, t *testing.T, instance int, mark string) {
	d := s.world.desks[instance]
	p := d.open(t, ask{person: ana, mark: mark, lastID: s.last, on: worldTopics})
	defer func() { _ = p.conn.Close() }()
	if p.status != http.StatusOK {
		t.Errorf("stream refused: %d", p.status)
		return
	}
	stop := context.AfterFunc(ctx, func() { _ = p.conn.Close() })
	defer stop()
	for {
		e, err := readEvent(p.body)
		if err != nil {
			return
		}
		if e.id != "" {
			s.last = e.id
		}
		if e.name != "" && e.name != Hello {
			n, err := s.world.read(ctx, instance, Topic(e.name))
			if err != nil {
				return
			}
			s.shows[Topic(e.name)] = n
		}
		if s.world.chance(5) && !s.world.settled() {
			return // the network cut the stream
		}
	}
}

// settled reports that the writers are done.
func (w *world) settled() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows["done"] == 1
}

// Whatever is cut, lost, delayed or coalesced, in whatever order: in the end
// every screen shows what a reload would. Seen to fail with the mark taken
// after reading, with an event's id covering what still waits, with Doubt
// telling nobody, with a part's flight shared across news, and with a foreign
// mark taken as ours.
func TestTheScreenAlwaysEndsUpEqualToAReload(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T) { oneWorld(t, seed) })
		})
	}
}

func oneWorld(t *testing.T, seed uint64) {
	w := &world{random: rand.New(rand.NewPCG(seed, 1)), rows: map[Topic]int{}}
	for range 2 {
		d := newDesk(t, Options{PerPerson: 100, Topics: 3, Spread: 50 * time.Millisecond})
		w.desks = append(w.desks, d)
		w.parts = append(w.parts, NewParts(d.hub, PartsOptions{}))
		w.news = append(w.news, make(chan string, 1000))
	}
	ctx, cancel := context.WithCancel(t.Context())
	var listeners, screens, writers sync.WaitGroup
	for i := range w.desks {
		listeners.Go(func() { w.hear(i) })
	}
	pages := make([]*screen, 6)
	for i := range pages {
		pages[i] = &screen{world: w, shows: map[Topic]int{}}
		screens.Go(func() { pages[i].live(ctx, t) })
	}
	for i := range 3 {
		writers.Go(func() {
			for range 40 {
				w.aWhile()
				w.commit(i%2, worldTopics[w.pick(len(worldTopics))])
			}
		})
	}
	writers.Wait()
	w.mu.Lock()
	w.rows["done"] = 1
	w.mu.Unlock()
	for _, news := range w.news {
		close(news)
	}
	listeners.Wait()
	pass(5 * time.Second)
	cancel()
	screens.Wait()
	for i, p := range pages {
		for _, topic := range worldTopics {
			if p.shows[topic] != w.row(topic) {
				t.Errorf("page %d shows %s %d, a reload %d", i, topic, p.shows[topic], w.row(topic))
			}
		}
	}
}
