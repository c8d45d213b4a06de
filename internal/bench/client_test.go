package bench

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"helphub/internal/rig"
)

// request is one operation; Form makes it a POST.
type request struct {
	path string
	form url.Values
}

// side is one of the two programs that are compared.
type side struct {
	base    string
	process *rig.Process
	clients []*client
	cpu     time.Duration // of the program
	db      time.Duration // of PostgreSQL meanwhile
	done    int           // operations
}

// client is one browser. Ours lets a person ask fifty times a second and no
// more, so there are many.
type client struct {
	http  *http.Client
	token string
}

func newClient(b *testing.B) *client {
	b.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		b.Fatal(err)
	}
	return &client{http: &http.Client{
		Jar: jar, Timeout: time.Minute,
		// Compression is measured apart: the floor does none.
		Transport:     &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 1},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// send sends a request and returns the answer's body. Anything but a page or
// the redirect to what was written is an error.
func (c *client) send(ctx context.Context, base string, r request, gzip bool) ([]byte, error) {
	method, body := http.MethodGet, io.Reader(nil)
	if r.form != nil {
		form := url.Values{"csrf_token": {c.token}}
		for name, values := range r.form {
			form[name] = values
		}
		method, body = http.MethodPost, strings.NewReader(form.Encode())
	}
	hr, err := http.NewRequestWithContext(ctx, method, base+r.path, body)
	if err != nil {
		return nil, err
	}
	if r.form != nil {
		hr.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if gzip {
		hr.Header.Set("Accept-Encoding", "gzip")
	}
	resp, err := c.http.Do(hr)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil, err
	}
	want := http.StatusOK
	if r.form != nil {
		want = http.StatusSeeOther
	}
	if resp.StatusCode != want {
		return nil, fmt.Errorf("%s %s: status %d: %.300s", method, r.path, resp.StatusCode, raw)
	}
	return raw, nil
}

// sessions is how many browsers are signed in to ours, each of the crew's
// having as many as the next one.
const sessions = 49

// The people of the made-up company.
var crew = []string{"celia", "ana", "rui", "bruno", "helena", "diego", "joana"}

// signIn opens that many browsers at ours.
func (s *side) signIn(b *testing.B) {
	b.Helper()
	for n := range sessions {
		c := newClient(b)
		if err := rig.SignIn(b.Context(), c.http, s.base, crew[n%len(crew)], password); err != nil {
			b.Fatal(err)
		}
		raw, err := c.send(b.Context(), s.base, request{path: "/tickets/new"}, false)
		if err != nil {
			b.Fatal(err)
		}
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
		if err != nil {
			b.Fatal(err)
		}
		c.token = rig.Token(doc)
		s.clients = append(s.clients, c)
	}
}

// hands is how many requests are under way at a time.
const hands = 4

// drive sends the requests that next makes until the time is over, and adds up
// what they cost.
func (s *side) drive(b *testing.B, db server, long time.Duration, next func(n int) request) {
	b.Helper()
	var count atomic.Int64
	var working sync.WaitGroup
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	cpu, err := spent(s.process.Pid(), false)
	if err != nil {
		b.Fatal(err)
	}
	dbCPU, until := db.spent(b), time.Now().Add(long)
	for range hands {
		working.Go(func() {
			for time.Now().Before(until) {
				n := int(count.Add(1))
				if _, err := s.clients[n%len(s.clients)].send(ctx, s.base, next(s.done+n), false); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	working.Wait()
	after, err := spent(s.process.Pid(), false)
	if err != nil {
		b.Fatal(err)
	}
	s.cpu += after - cpu
	s.db += db.spent(b) - dbCPU
	s.done += int(count.Load())
}
