package live

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Run announces and forgets until ctx ends, and then says that nobody is here
// any more. Drain the hub before it ends.
func (p *Presence) Run(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			p.farewell(ctx)
			return
		case <-tick.C:
			p.sweep(time.Now())
		case <-p.wake:
		}
		p.announce(ctx)
	}
}

// Failures is how many announcements failed so far; each is tried again.
func (p *Presence) Failures() uint64 { return p.failures.Load() }

// ask asks the others who is on theirs and says who is here: after the
// listener was away both sides may have missed something.
func (p *Presence) ask() {
	p.mu.Lock()
	p.asks, p.resay = true, true
	p.mu.Unlock()
	p.poke()
}

// sweep ends what has run out and tells the grids of what changed.
func (p *Presence) sweep(now time.Time) {
	p.mu.Lock()
	for at, s := range p.own {
		p.settle(at, s, now)
	}
	for instance, places := range p.others {
		for at, e := range places {
			if !now.Before(e.until) {
				p.forgetEcho(instance, at)
			}
		}
	}
	if now.Sub(p.said) >= reannounce && len(p.own) > 0 {
		p.resay = true
	}
	topics := p.takeChanged()
	if p.gridDue {
		topics = append(topics, PresenceAll)
		p.gridDue = false
	}
	p.mu.Unlock()
	p.tellTickets(topics)
}

// hear takes what an instance said; false when it is not about presence.
func (p *Presence) hear(payload string) bool {
	r, ok := parseReport(payload)
	if !ok {
		return false
	}
	if r.instance == p.hub.instance {
		return true
	}
	now := time.Now()
	p.mu.Lock()
	if r.asks {
		p.resay = p.resay || len(p.own) > 0
		p.poke()
	}
	said := make(map[place]struct{}, len(r.items))
	for _, i := range r.items {
		said[i.place] = struct{}{}
		p.noteEcho(r.instance, i, now)
	}
	if r.all {
		for at := range p.others[r.instance] {
			if _, ok := said[at]; !ok {
				p.forgetEcho(r.instance, at)
			}
		}
	}
	told := p.takeChanged()
	p.mu.Unlock()
	p.tellTickets(told)
	return true
}

// noteEcho notes one place of another instance; p.mu is held.
func (p *Presence) noteEcho(instance string, i item, now time.Time) {
	if i.state == gone {
		p.forgetEcho(instance, i.place)
		return
	}
	before := p.union(i.place)
	if p.others[instance] == nil {
		p.others[instance] = make(map[place]*echo)
	}
	p.others[instance][i.place] = &echo{state: i.state, until: now.Add(silence)}
	p.index(i.place)
	p.noteChange(i.place, before)
}

// forgetEcho drops one place of another instance; p.mu is held.
func (p *Presence) forgetEcho(instance string, at place) {
	before := p.union(at)
	if delete(p.others[instance], at); len(p.others[instance]) == 0 {
		delete(p.others, instance)
	}
	p.unindex(at)
	p.noteChange(at, before)
}

// announce publishes what is due. What fails is due again, and tried with the
// next sweep.
func (p *Presence) announce(ctx context.Context) {
	payloads, items := p.due(time.Now())
	for _, payload := range payloads {
		if err := p.say(ctx, payload); err != nil {
			p.failures.Add(1)
			p.owe(payloads, items)
			return
		}
	}
}

// due takes what must be said: a question, all of ours, or the changes.
func (p *Presence) due(now time.Time) ([]string, []item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var payloads []string
	if p.asks {
		payloads = append(payloads, askPayload(p.hub.instance))
		p.asks = false
	}
	var items []item
	whole := p.resay || len(p.dirty) > singles
	for at, s := range p.own {
		if _, changed := p.dirty[at]; changed || whole {
			items = append(items, item{at, s.shown})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		return strings.Compare(string(a.ticket[:])+string(a.staff[:]), string(b.ticket[:])+string(b.staff[:]))
	})
	if whole {
		p.said, p.resay = now, false
		payloads = append(payloads, snapshotPayloads(p.hub.instance, items)...)
	}
	for _, i := range items {
		if !whole {
			payloads = append(payloads, changePayload(p.hub.instance, i))
		}
		s := p.own[i.place]
		s.announced = i.state
		p.settle(i.place, s, now)
	}
	return payloads, items
}

// owe makes everything due again after a payload could not be published: which
// ones arrived is not worth knowing.
func (p *Presence) owe(payloads []string, items []item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.resay = true
	p.asks = p.asks || strings.HasPrefix(payloads[0], askPrefix)
	for _, i := range items {
		if p.own[i.place] == nil {
			p.own[i.place] = &stay{shown: gone, announced: i.state}
			p.index(i.place)
		}
		if s := p.own[i.place]; i.state == gone {
			s.announced = viewing // so that it is said again that they went
		}
	}
}

// farewell says that nobody is on this instance any more. If it fails, the
// others stop believing us by themselves after silence.
func (p *Presence) farewell(ctx context.Context) {
	if err := p.say(context.WithoutCancel(ctx), snapshotPrefix+p.hub.instance+":all:"); err != nil {
		p.failures.Add(1)
	}
}

// say publishes one payload, within a time that a hanging database cannot
// stretch.
func (p *Presence) say(ctx context.Context, payload string) error {
	ctx, cancel := context.WithTimeout(ctx, sayTimeout)
	defer cancel()
	return p.publish(ctx, payload)
}
