package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"helphub/internal/rig"
)

// deed is one form that was sent, until it was acknowledged or refused.
type deed struct {
	form     uuid.UUID
	what     string // opened, replied, noted, …
	protocol string
	seal     string // words found nowhere but in what this deed wrote
}

// load is people at work, and the journal of what they were told.
type load struct {
	site   *site
	counts counts
	// What may be chosen in forms.
	customers, departments []string

	mu           sync.Mutex
	acknowledged []deed
	refused      []deed
	tickets      []string        // protocols, in order of opening
	closed       map[string]bool // as far as the load knows
}

// pace is how long a person thinks between two forms, at most.
const pace = 160 * time.Millisecond

// work sends one form after the other until told to stop, and finishes the one
// that is begun: every form ends acknowledged or refused.
func (l *load) work(ctx context.Context, b *browser, stop <-chan struct{}) error {
	for {
		select {
		case <-stop:
			return nil
		default:
		}
		if err := l.act(ctx, b); err != nil {
			return fmt.Errorf("%s: %w", b.person, err)
		}
		if err := rig.Pause(ctx, time.Duration(b.random.Int64N(int64(pace)))); err != nil {
			return err
		}
	}
}

// act does one thing to one ticket.
func (l *load) act(ctx context.Context, b *browser) error {
	protocol, closed := l.choose(b.random)
	switch dice := b.random.IntN(100); {
	case protocol == "" || dice < 15:
		return l.open(ctx, b)
	case closed && dice < 80:
		return l.move(ctx, b, protocol, "reopening", "reopened")
	case dice < 50:
		return l.say(ctx, b, protocol, "replies", "replied")
	case dice < 65:
		return l.say(ctx, b, protocol, "notes", "noted")
	case dice < 80:
		return l.transfer(ctx, b, protocol)
	case dice < 90:
		return l.move(ctx, b, protocol, "pending", "set_pending")
	default:
		return l.move(ctx, b, protocol, "closure", "closed")
	}
}

// recent is how many tickets people work on: few, so that they meet.
const recent = 12

func (l *load) choose(r *rand.Rand) (protocol string, closed bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tickets) == 0 {
		return "", false
	}
	last := l.tickets[max(0, len(l.tickets)-recent):]
	protocol = last[r.IntN(len(last))]
	return protocol, l.closed[protocol]
}

func (l *load) open(ctx context.Context, b *browser) error {
	return l.send(ctx, b, deed{what: "opened"}, "/tickets/new", "/tickets", func(v url.Values, seal string) {
		v.Set("customer_id", l.customers[b.random.IntN(len(l.customers))])
		v.Set("department_id", l.departments[b.random.IntN(len(l.departments))])
		v.Set("priority", []string{"low", "normal", "high", "critical"}[b.random.IntN(4)])
		v.Set("subject", "Câmara fria "+seal)
		v.Set("description", "Não gela desde ontem à noite.")
	})
}

func (l *load) say(ctx context.Context, b *browser, protocol, noun, what string) error {
	page := "/tickets/" + protocol
	// The composer is one form with a button for each voice.
	return l.sendTo(ctx, b, deed{what: what, protocol: protocol}, page, page+"/replies", page+"/"+noun, func(v url.Values, seal string) {
		v.Set("body", "Verificado no local "+seal)
	})
}

func (l *load) transfer(ctx context.Context, b *browser, protocol string) error {
	page := "/tickets/" + protocol + "/transfer"
	return l.send(ctx, b, deed{what: "transferred", protocol: protocol}, page, page, func(v url.Values, seal string) {
		v.Set("department_id", l.departments[b.random.IntN(len(l.departments))])
		v.Set("level", []string{"1", "2", "3"}[b.random.IntN(3)])
		v.Set("reason", "Outra equipe "+seal)
	})
}

func (l *load) move(ctx context.Context, b *browser, protocol, noun, what string) error {
	page := "/tickets/" + protocol + "/" + noun
	return l.send(ctx, b, deed{what: what, protocol: protocol}, page, page, func(v url.Values, seal string) {
		v.Set("body", "Combinado com o cliente "+seal)
	})
}

func (l *load) send(ctx context.Context, b *browser, d deed, page, action string, fill func(url.Values, string)) error {
	return l.sendTo(ctx, b, d, page, action, action, fill)
}

// sendTo fills a page's form and sends it until it is acknowledged or refused.
func (l *load) sendTo(ctx context.Context, b *browser, d deed, page, action, to string, fill func(url.Values, string)) error {
	form, offered, err := b.form(ctx, page, action)
	if err != nil || !offered {
		return err
	}
	if d.form, err = uuid.Parse(form.Get("form_id")); err != nil {
		return fmt.Errorf("the form of %s has no form_id: %w", page, err)
	}
	d.seal = "selo-" + d.form.String()
	fill(form, d.seal)
	a, err := b.until(ctx, http.MethodPost, to, form)
	if err != nil {
		return err
	}
	return l.note(d, a)
}

// note writes into the journal what became of a form.
func (l *load) note(d deed, a answer) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch a.status {
	case http.StatusSeeOther:
		found, ok := strings.CutPrefix(a.location, "/tickets/")
		found, _, _ = strings.Cut(found, "#")
		if !ok || d.protocol != "" && d.protocol != found {
			return fmt.Errorf("%s leads to %q", d.what, a.location)
		}
		if d.what == "opened" {
			d.protocol = found
			l.tickets = append(l.tickets, found)
		}
		l.closed[d.protocol] = d.what == "closed" || l.closed[d.protocol] && d.what != "reopened"
		l.acknowledged = append(l.acknowledged, d)
	case http.StatusConflict, http.StatusUnprocessableEntity:
		l.refused = append(l.refused, d)
		l.counts.refused.Add(1)
	default:
		return fmt.Errorf("%s %s: status %d: %s", d.what, d.protocol, a.status, words(a))
	}
	return nil
}

// done is how many forms have been acknowledged.
func (l *load) done() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

// lastSeal is the seal of the last thing that was written on a ticket.
func (l *load) lastSeal(protocol string) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := len(l.acknowledged) - 1; i >= 0; i-- {
		if l.acknowledged[i].protocol == protocol {
			return l.acknowledged[i].seal
		}
	}
	return ""
}
