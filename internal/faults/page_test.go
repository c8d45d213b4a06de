package faults

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/PuerkitoBio/goquery"

	"helphub/internal/rig"
)

// page is a page that somebody left open at one instance: it holds the stream,
// asks again for what speaks, and puts the answers where they belong, as the
// browser's script does. It never reloads itself.
type page struct {
	b        *browser
	instance int
	path     string

	mu     sync.Mutex
	doc    *goquery.Document
	live   map[string]bool // ids of what is drawn anew
	stream string          // address of the stream
	last   string          // the mark of the last event
	wait   time.Duration   // before coming back, as the instance said
	spoke  map[string]bool // topics heard since the page last asked
}

// leaveOpen opens a page and follows its news until ctx ends.
func (b *browser) leaveOpen(ctx context.Context, instance int, path string) (*page, error) {
	p := &page{b: b, instance: instance, path: path, live: map[string]bool{}, wait: time.Second, spoke: map[string]bool{}}
	a, err := b.ask(ctx, instance, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	p.doc = a.doc
	p.stream = a.doc.Find("#live").AttrOr("hx-sse:connect", "")
	if a.status != http.StatusOK || p.stream == "" {
		return nil, fmt.Errorf("%s has no stream: status %d: %s", path, a.status, words(a))
	}
	p.doc.Find("[hx-get][hx-trigger]").Each(func(_ int, part *goquery.Selection) {
		if strings.Contains(part.AttrOr("hx-trigger", ""), " from:#live") {
			p.live[part.AttrOr("id", "")] = true
		}
	})
	go func() {
		for ctx.Err() == nil {
			p.listen(ctx)
			_ = rig.Pause(ctx, p.wait) // The loop asks whether ctx has ended.
		}
	}()
	go func() {
		for rig.Pause(ctx, patience) == nil {
			p.askAgain(ctx)
		}
	}()
	return p, nil
}

// patience is how long a page gathers news before it asks, as the script does.
const patience = 200 * time.Millisecond

// listen hears one stream to its end.
func (p *page) listen(ctx context.Context) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.b.site.bases[p.instance]+p.stream, nil)
	if err != nil {
		return
	}
	if p.last != "" {
		r.Header.Set("Last-Event-ID", p.last)
	}
	// The browser's client has a limit of time, which a stream must not have.
	resp, err := (&http.Client{Jar: p.b.http.Jar, Transport: p.b.http.Transport}).Do(r)
	if err != nil {
		return
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return
	}
	lines := bufio.NewScanner(resp.Body)
	event := ""
	for lines.Scan() {
		field, value, _ := strings.Cut(lines.Text(), ": ")
		switch {
		case field == "id":
			p.last = value
		case field == "event":
			event = value
		case field == "retry":
			if ms, err := strconv.Atoi(value); err == nil {
				p.wait = time.Duration(ms) * time.Millisecond
			}
		case field == "" && event != "":
			p.mu.Lock()
			p.spoke[event] = true
			p.mu.Unlock()
			event = ""
		}
	}
}

// askAgain asks for every part whose topic spoke. What fails is left: whoever
// doubts tells everything again.
func (p *page) askAgain(ctx context.Context) {
	var urls []string
	p.mu.Lock()
	p.doc.Find("[hx-get][hx-trigger]").Each(func(_ int, part *goquery.Selection) {
		for trigger := range strings.SplitSeq(part.AttrOr("hx-trigger", ""), ",") {
			topic, _, ok := strings.Cut(strings.TrimSpace(trigger), " from:#live")
			if ok && p.spoke[topic] {
				urls = append(urls, part.AttrOr("hx-get", ""))
				return
			}
		}
	})
	clear(p.spoke)
	p.mu.Unlock()
	for _, url := range urls {
		a, err := p.b.fetch(ctx, p.instance, url)
		if err == nil && a.status == http.StatusOK {
			p.draw(a.doc)
		}
	}
}

// fetch asks for a fragment, which may begin with something that is only
// allowed inside of something else, as a table's row is.
func (b *browser) fetch(ctx context.Context, instance int, url string) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, b.site.bases[instance]+url, nil)
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("HX-Request", "true")
	resp, err := b.http.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	var text strings.Builder
	text.WriteString("<template>")
	if _, err := bufio.NewReader(resp.Body).WriteTo(&text); err != nil {
		return answer{}, err
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(text.String() + "</template>"))
	return answer{status: resp.StatusCode, doc: doc}, err
}

// draw replaces what an answer brings: elements by their id.
func (p *page) draw(fragment *goquery.Document) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fragment.Find("template > [id], hx-partial > [id]").Each(func(_ int, fresh *goquery.Selection) {
		id := fresh.AttrOr("id", "")
		p.live[id] = true
		p.doc.Find("#" + id).ReplaceWithSelection(fresh.Clone())
	})
}

// shows reports whether a text is on the page now.
func (p *page) shows(text string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Contains(p.doc.Text(), text)
}

// differences loads the page anew and returns the ids of what looks different
// from what is on the screen.
func (p *page) differences(ctx context.Context) ([]string, error) {
	a, err := p.b.ask(ctx, p.instance, http.MethodGet, p.path, nil)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	var different []string
	for id := range p.live {
		held, fresh := outer(p.doc, id), outer(a.doc, id)
		if held != fresh {
			different = append(different, id)
		}
	}
	return different, nil
}

// outer is an element as its reader sees it: their own face is hidden from them
// in what many share.
func outer(doc *goquery.Document, id string) string {
	part := doc.Find("#" + id).Clone()
	part.Find(`[data-staff="` + doc.Find("body").AttrOr("data-user", "") + `"]`).Remove()
	part.Find(".present:not(:has(*))").Remove()
	html, err := goquery.OuterHtml(part)
	if err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(html), " ")
}
