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
// its commits, late and, in some worlds, not always.
type world struct {
	desks []*desk
	parts []*Parts
	news  []chan string // notifications on their way to each instance
	cuts  int           // percent of notifications at which a listener is cut off

	mu     sync.Mutex
	random *rand.Rand
	rows   map[Topic]int
	calm   bool // nothing is cut or reloaded
}

var worldTopics = []Topic{Tickets, Agenda, Ticket(printer), Dashboard}

func (w *world) pick(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}

// aWhile lets a short random time pass.
func (w *world) aWhile() { time.Sleep(time.Duration(w.pick(40)) * time.Millisecond) }

func (w *world) chance(percent int) bool { return w.pick(100) < percent }

func (w *world) calmed(calm bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calm = calm
}

func (w *world) isCalm() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.calm
}

func (w *world) row(t Topic) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.rows[t]
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
	for payload := range w.news[instance] {
		w.aWhile()
		if !w.chance(w.cuts) {
			hub.Notify(payload)
			continue
		}
		w.aWhile()
		hub.Deaf()
		w.aWhile()
		for len(w.news[instance]) > 0 {
			<-w.news[instance]
		}
		hub.Doubt()
	}
}

// screen is a browser page: it reads, listens, and asks again for what speaks.
type screen struct {
	world *world
	last  string // Last-Event-ID

	mu     sync.Mutex
	shows  map[Topic]int
	hangUp func() // cuts the stream there is
}

// cut lets the network cut the page's stream, if there is one.
func (s *screen) cut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.hangUp != nil {
		s.hangUp()
	}
}

// show reads a topic and puts it on the screen; false when ctx ended.
func (s *screen) show(ctx context.Context, instance int, t Topic) bool {
	n, err := s.world.read(ctx, instance, t)
	if err != nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shows[t] = n
	return true
}

// live loads the page, follows its streams and reloads it now and then, until
// ctx ends.
func (s *screen) live(ctx context.Context, t *testing.T) {
	for ctx.Err() == nil {
		instance := s.world.pick(2)
		mark := string(s.world.desks[instance].hub.Mark())
		s.last = ""
		for _, topic := range worldTopics {
			if !s.show(ctx, instance, topic) {
				return
			}
		}
		for ctx.Err() == nil {
			s.world.aWhile()
			s.follow(ctx, t, instance, mark)
			if !s.world.isCalm() && s.world.chance(30) {
				break
			}
			if s.world.chance(30) {
				instance = s.world.pick(2)
			}
		}
	}
}

// follow listens on one stream until it is cut.
func (s *screen) follow(ctx context.Context, t *testing.T, instance int, mark string) {
	p := s.world.desks[instance].open(t, ask{person: ana, mark: mark, lastID: s.last, on: worldTopics})
	hangUp := func() { _ = p.conn.Close() }
	defer hangUp()
	s.mu.Lock()
	s.hangUp = hangUp
	s.mu.Unlock()
	if p.status != http.StatusOK {
		t.Errorf("stream refused: %d", p.status)
		return
	}
	defer context.AfterFunc(ctx, hangUp)()
	for {
		e, err := readEvent(p.body)
		if err != nil {
			return
		}
		if e.id != "" {
			s.last = e.id
		}
		if e.name != "" && e.name != Hello && !s.show(ctx, instance, Topic(e.name)) {
			return
		}
	}
}

// Whatever is cut, lost, delayed or coalesced, in whatever order: when it is
// calm every screen shows what a reload would. Seen to fail with the mark
// taken after reading, with an event's id covering what still waits, with
// Doubt telling nobody or raising no floor, with a part's flight shared across
// news, and with a foreign mark taken for our own.
func TestTheScreenAlwaysEndsUpEqualToAReload(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			inBubble(t, func(t *testing.T) { oneWorld(t, seed) })
		})
	}
}

func oneWorld(t *testing.T, seed uint64) {
	w := &world{random: rand.New(rand.NewPCG(seed, 1)), rows: map[Topic]int{}, cuts: int(seed%3) * 15}
	ctx, cancel := context.WithCancel(t.Context())
	var listeners, screens sync.WaitGroup
	for range 2 {
		d := newDesk(t, Options{PerPerson: 1000, Topics: 3, Spread: 50 * time.Millisecond})
		w.desks = append(w.desks, d)
		w.parts = append(w.parts, NewParts(d.hub, PartsOptions{}))
		w.news = append(w.news, make(chan string, 1000))
		d.hub.Doubt()
	}
	for i := range w.news {
		listeners.Go(func() { w.hear(i) })
	}
	pages := make([]*screen, 6)
	for i := range pages {
		pages[i] = &screen{world: w, shows: map[Topic]int{}}
		screens.Go(func() { pages[i].live(ctx, t) })
	}
	for round := range 100 {
		w.calmed(false)
		for _, p := range pages {
			if w.chance(60) {
				time.AfterFunc(time.Duration(w.pick(150))*time.Millisecond, p.cut)
			}
		}
		for range 1 + w.pick(4) {
			w.aWhile()
			w.commit(w.pick(2), worldTopics[w.pick(len(worldTopics))])
		}
		w.aWhile()
		w.calmed(true)
		pass(3 * time.Second)
		for i, p := range pages {
			p.equalsReload(t, fmt.Sprintf("round %d, page %d", round, i))
		}
		if t.Failed() {
			break
		}
	}
	cancel()
	screens.Wait()
	for _, news := range w.news {
		close(news)
	}
	listeners.Wait()
}

func (s *screen) equalsReload(t *testing.T, when string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, topic := range worldTopics {
		if want := s.world.row(topic); s.shows[topic] != want {
			t.Errorf("%s shows %s %d, a reload %d", when, topic, s.shows[topic], want)
		}
	}
}
