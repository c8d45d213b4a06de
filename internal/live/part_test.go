package live

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// counter is the data behind the parts of these tests.
type counter struct {
	value, renders atomic.Int64
}

// part is the grid as Ana sees it; each render takes a while after its read.
func (c *counter) part(takes time.Duration) Part {
	return Part{
		Key:    PartKey{URL: "/tickets/rows?", Permissions: "ticket.read", Language: "pt-BR", Zone: "America/Sao_Paulo"},
		Topics: []Topic{Tickets},
		Render: func(context.Context) ([]byte, error) {
			c.renders.Add(1)
			html := fmt.Append(nil, c.value.Load())
			time.Sleep(takes)
			return html, nil
		},
	}
}

func hearingHub() *Hub {
	h := New(Options{})
	h.Doubt()
	return h
}

func get(t *testing.T, p *Parts, part Part) string {
	t.Helper()
	body, err := p.Get(t.Context(), part)
	if err != nil {
		t.Fatal(err)
	}
	return string(body.HTML)
}

func TestAPartIsRenderedOncePerChangeHoweverManyAsk(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h, c := hearingHub(), &counter{}
		p := NewParts(h, PartsOptions{})
		for change := range int64(5) {
			c.value.Store(change)
			h.Notify("tickets")
			var asking sync.WaitGroup
			for range 500 {
				asking.Go(func() {
					if got := get(t, p, c.part(time.Millisecond)); got != fmt.Sprint(change) {
						t.Errorf("got %s, want %d", got, change)
					}
				})
			}
			asking.Wait()
		}
		h.Notify("agenda") // not a topic of this part
		get(t, p, c.part(0))
		if got := c.renders.Load(); got != 5 {
			t.Errorf("%d renders for 5 changes", got)
		}
	})
}

func TestWhatIsReadIsKeptUntilATopicSpeaks(t *testing.T) {
	t.Parallel()
	h, reads := hearingHub(), 0
	p := NewParts(h, PartsOptions{})
	read := func() any {
		t.Helper()
		body, err := p.Get(t.Context(), Part{Key: PartKey{URL: "counts"}, Topics: []Topic{Tickets}, Read: func(context.Context) (any, error) {
			reads++
			return reads, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		return body.Value
	}
	if first, again := read(), read(); first != 1 || again != 1 {
		t.Errorf("got %v, then %v without news", first, again)
	}
	h.Notify("tickets")
	if got := read(); got != 2 {
		t.Errorf("got %v after news", got)
	}
	if p.Stats().Bytes < 8<<10 {
		t.Errorf("a kept value counts %d bytes", p.Stats().Bytes)
	}
}

// Seen to fail with the version taken out of the flight's name, and with the
// version read after the render instead of before.
func TestWhoAsksAfterTheNewsNeverGetsARenderFromBeforeIt(t *testing.T) {
	for name, news := range map[string]func(*Hub){
		"a notification":           func(h *Hub) { h.Notify("tickets") },
		"a commit of this process": func(h *Hub) { h.Heard(Tickets) },
		"a doubt":                  func(h *Hub) { h.Doubt() },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				h, c := hearingHub(), &counter{}
				p := NewParts(h, PartsOptions{})
				early := make(chan string)
				go func() { early <- get(t, p, c.part(time.Second)) }()
				synctest.Wait() // it has read 0 and is still drawing
				c.value.Store(1)
				news(h)
				if got := get(t, p, c.part(0)); got != "1" {
					t.Errorf("asked after the news, got %s", got)
				}
				if got := <-early; got != "0" {
					t.Errorf("asked before the news, got %s", got)
				}
				// The old render landed last and must not have replaced the new one.
				if got := get(t, p, c.part(0)); got != "1" {
					t.Errorf("asked again, got %s", got)
				}
				if got := c.renders.Load(); got != 2 {
					t.Errorf("%d renders", got)
				}
			})
		})
	}
}

func TestNoPartIsKeptOrSharedWhileTheListenerIsAway(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h, c := New(Options{}), &counter{}
		p := NewParts(h, PartsOptions{})
		get(t, p, c.part(0))
		get(t, p, c.part(0))
		h.Doubt()
		get(t, p, c.part(0))
		get(t, p, c.part(0))
		h.Deaf()
		get(t, p, c.part(0))
		if got := c.renders.Load(); got != 4 {
			t.Errorf("%d renders, want 2 before it listens, 1 while, 1 after", got)
		}
	})
}

func TestAPartIsKeptForSoLongAndNotPastMidnight(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h, c := hearingHub(), &counter{}
		p := NewParts(h, PartsOptions{})
		part := c.part(0)
		renders := func(want int64, when string) {
			t.Helper()
			get(t, p, part)
			if got := c.renders.Load(); got != want {
				t.Errorf("%s: %d renders, want %d", when, got, want)
			}
		}
		renders(1, "first")
		pass(29 * time.Second)
		renders(1, "after 29 s")
		pass(time.Second)
		renders(2, "after 30 s")
		part.Until = time.Now().Add(40 * time.Second)
		pass(30 * time.Second)
		renders(3, "ten seconds before midnight")
		pass(10 * time.Second)
		part.Until = part.Until.AddDate(0, 0, 1)
		renders(4, "at midnight")
	})
}

func TestARenderFromBeforeMidnightIsNotForWhoAsksAfterIt(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		h, c := hearingHub(), &counter{}
		p := NewParts(h, PartsOptions{})
		before := c.part(2 * time.Second)
		before.Until = time.Now().Add(time.Second)
		early := make(chan string)
		go func() { early <- get(t, p, before) }()
		pass(time.Second)
		c.value.Store(1)
		after := c.part(0)
		after.Until = before.Until.AddDate(0, 0, 1)
		if got := get(t, p, after); got != "1" {
			t.Errorf("after midnight, got %s", got)
		}
		<-early
	})
}

// Seen to fail with the first asker's context handed to the render.
func TestAnAskerWhoLeavesDoesNotDisturbTheOthers(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := NewParts(hearingHub(), PartsOptions{})
		part := (&counter{}).part(0)
		part.Render = func(ctx context.Context) ([]byte, error) {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(time.Second):
				return []byte("drawn"), nil
			}
		}
		ctx, leave := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { _, err := p.Get(ctx, part); left <- err }()
		synctest.Wait()
		stayed := make(chan string)
		go func() { stayed <- get(t, p, part) }()
		synctest.Wait()
		leave()
		if err := <-left; !errors.Is(err, context.Canceled) {
			t.Errorf("who left got %v", err)
		}
		if got := <-stayed; got != "drawn" {
			t.Errorf("who stayed got %q", got)
		}
	})
}

// Seen to fail with recover taken out: the process ends.
func TestAFailedRenderIsNotKeptAndAPanicIsAFailure(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := NewParts(hearingHub(), PartsOptions{})
		errAway := errors.New("database away")
		part := (&counter{}).part(0)
		works := part.Render
		for name, render := range map[string]func(context.Context) ([]byte, error){
			"error":    func(context.Context) ([]byte, error) { return []byte("half"), errAway },
			"panic":    func(context.Context) ([]byte, error) { panic("row 7") },
			"too long": func(ctx context.Context) ([]byte, error) { <-ctx.Done(); return nil, ctx.Err() },
		} {
			part.Render = render
			if body, err := p.Get(t.Context(), part); err == nil || len(body.HTML) > 0 {
				t.Errorf("%s: got %q, %v", name, body.HTML, err)
			}
		}
		part.Render = works
		if got := get(t, p, part); got != "0" {
			t.Errorf("afterwards got %q", got)
		}
		if s := p.Stats(); s.Failed != 3 || s.Kept != 1 {
			t.Errorf("got %+v", s)
		}
	})
}

func TestNobodyGetsAPartMadeForOtherEyes(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		p := NewParts(hearingHub(), PartsOptions{})
		keys := []PartKey{
			{URL: "/tickets/rows?q=a", Permissions: "b"},
			{URL: "/tickets/rows?q=a\" \"b"},
			{URL: "/tickets/rows?q=a", Permissions: "c"},
			{URL: "/tickets/rows?q=a", Permissions: "b", Language: "en"},
			{URL: "/tickets/rows?q=a", Permissions: "b", Zone: "UTC"},
			{URL: "/tickets/rows?q=a", Permissions: "b", Person: ana},
			{URL: "/tickets/rows?q=a", Permissions: "b", Person: bruno},
		}
		var asking sync.WaitGroup
		for range 2 {
			for i, key := range keys {
				asking.Go(func() {
					got := get(t, p, Part{Key: key, Topics: []Topic{Tickets}, Render: func(context.Context) ([]byte, error) {
						time.Sleep(time.Second)
						return fmt.Append(nil, i), nil
					}})
					if got != fmt.Sprint(i) {
						t.Errorf("key %d got the part of %s", i, got)
					}
				})
			}
		}
		asking.Wait()
	})
}

func TestPartsKeepNoMoreThanTheirBound(t *testing.T) {
	t.Parallel()
	p := NewParts(hearingHub(), PartsOptions{Bytes: 10_000})
	ask := func(n, size int) {
		get(t, p, Part{
			Key: PartKey{URL: fmt.Sprint("/", n)}, Topics: []Topic{Tickets},
			Render: func(context.Context) ([]byte, error) { return bytes.Repeat([]byte("x"), size), nil },
		})
	}
	for n := range 1000 {
		ask(n, 1000)
		ask(0, 1000) // always in use, so never forgotten
	}
	if s := p.Stats(); s.Bytes > 10_000 || s.Kept < 5 || s.Rendered != 1000 {
		t.Errorf("got %+v", s)
	}
	ask(2000, 20_000)
	if s := p.Stats(); s.Bytes != 0 || s.Kept != 0 {
		t.Errorf("a part larger than all: %+v", s)
	}
}

func TestAPageThatHasThePartIsTold304(t *testing.T) {
	t.Parallel()
	p := NewParts(hearingHub(), PartsOptions{})
	body, err := p.Get(t.Context(), (&counter{}).part(0))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]int{
		"": 200, `"other"`: 200, body.ETag: 304, "W/" + body.ETag: 304, `"other", ` + body.ETag: 304, "*": 304,
		strings.Trim(body.ETag, `"`): 200,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)
		if header != "" {
			r.Header.Set("If-None-Match", header)
		}
		if err := body.WriteTo(w, r); err != nil || w.Code != want || w.Header().Get("ETag") != body.ETag {
			t.Errorf("%q: got %d, %v", header, w.Code, err)
		}
		if w.Code == http.StatusNotModified && w.Body.Len() > 0 {
			t.Errorf("%q: 304 with a body", header)
		}
	}
}

func TestTheOrderOfAQueryDoesNotMatter(t *testing.T) {
	t.Parallel()
	var spelled []string
	for _, text := range []string{"/tickets/rows?q=a&tab=open", "/tickets/rows?tab=open&q=a", "/tickets/rows?tab=open&&q=%61"} {
		u, err := url.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		spelled = append(spelled, CanonicalURL(u))
	}
	if spelled[0] != spelled[1] || spelled[1] != spelled[2] {
		t.Errorf("got %q", spelled)
	}
}
