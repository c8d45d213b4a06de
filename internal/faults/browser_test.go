package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/PuerkitoBio/goquery"

	"helphub/internal/rig"
)

// counts are what all browsers met.
type counts struct {
	cut     atomic.Int64 // requests that got no answer
	away    atomic.Int64 // 503, all with Retry-After
	refused atomic.Int64 // 409 and 422
}

// browser is one person, signed in at both instances. It knows nothing but
// what pages tell it.
type browser struct {
	site   *site
	counts *counts
	person string
	http   *http.Client
	random *rand.Rand
}

// answer is what a browser got.
type answer struct {
	status   int
	location string
	doc      *goquery.Document
}

// requestLimit is how long a browser waits for an answer.
const requestLimit = 20 * time.Second

// signIn signs a person in.
func (s *site) signIn(ctx context.Context, c *counts, person string, seed uint64) (*browser, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	b := &browser{site: s, counts: c, person: person, random: rand.New(rand.NewPCG(seed, 11)), http: &http.Client{
		Jar: jar, Timeout: requestLimit, Transport: &http.Transport{MaxIdleConnsPerHost: 4},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	return b, rig.SignIn(ctx, b.http, s.bases[0], person, password)
}

// errAway is an answer that nobody should get for anything but an outage.
var errAway = errors.New("503 without Retry-After")

// ask sends one request to one instance.
func (b *browser) ask(ctx context.Context, instance int, method, path string, form url.Values) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.site.bases[instance]+path, strings.NewReader(form.Encode()))
	if err != nil {
		return answer{}, err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.site.inside[instance].Add(1)
		defer b.site.inside[instance].Add(-1)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	doc, err := goquery.NewDocumentFromReader(resp.Body)
	if err != nil {
		return answer{}, err // cut off in the middle
	}
	a := answer{status: resp.StatusCode, location: resp.Header.Get("Location"), doc: doc}
	if a.status == http.StatusServiceUnavailable {
		if _, err := strconv.Atoi(resp.Header.Get("Retry-After")); err != nil {
			return a, errAway
		}
	}
	return a, nil
}

// until sends a request to either instance, again and again, until one answers
// what has become of it. It is the impatience of people, not the patience that
// Retry-After asks for.
func (b *browser) until(ctx context.Context, method, path string, form url.Values) (answer, error) {
	for {
		a, err := b.ask(ctx, b.random.IntN(len(b.site.bases)), method, path, form)
		switch {
		case ctx.Err() != nil:
			return a, ctx.Err()
		case errors.Is(err, errAway):
			return a, err
		case err != nil:
			b.counts.cut.Add(1)
		case a.status == http.StatusServiceUnavailable:
			b.counts.away.Add(1)
		case a.status >= http.StatusInternalServerError:
			return a, fmt.Errorf("%s %s: status %d: %s", method, path, a.status, words(a))
		default:
			return a, nil
		}
		if err := rig.Pause(ctx, time.Duration(50+b.random.IntN(200))*time.Millisecond); err != nil {
			return a, err
		}
	}
}

// words is what a person reads on a page, on one line.
func words(a answer) string { return strings.Join(strings.Fields(a.doc.Find("main").Text()), " ") }

// form opens a page and returns what its form to an address would send if
// nobody changed anything. offered is false when the page refuses to be opened
// or has no such form: the ticket has moved on meanwhile.
func (b *browser) form(ctx context.Context, page, action string) (values url.Values, offered bool, err error) {
	a, err := b.until(ctx, http.MethodGet, page, nil)
	if err != nil {
		return nil, false, err
	}
	if a.status == http.StatusConflict {
		return nil, false, nil
	}
	form := a.doc.Find(`form[method="post"][action="` + action + `"]`).First()
	if a.status != http.StatusOK || form.Length() == 0 {
		return nil, false, fmt.Errorf("%s: status %d and no form to %s: %s", page, a.status, action, words(a))
	}
	values = url.Values{}
	form.Find("input[type=hidden][name]").Each(func(_ int, field *goquery.Selection) {
		values.Set(field.AttrOr("name", ""), field.AttrOr("value", ""))
	})
	return values, true, nil
}
