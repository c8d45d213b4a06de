package live

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/singleflight"
)

// PartKey is everything a part's HTML depends on besides the data. What is not
// in the key must not be in the HTML: two people with equal keys get the same
// bytes.
type PartKey struct {
	URL         string // CanonicalURL
	Permissions string // the person's permission set, in one order
	Language    string
	Zone        string    // time zone name
	Person      uuid.UUID // zero for a part that is the same for all with these permissions
}

// CanonicalURL spells a part's address the same way however its query was
// ordered.
func CanonicalURL(u *url.URL) string { return u.EscapedPath() + "?" + u.Query().Encode() }

// Part is one live part as one person asks for it.
type Part struct {
	Key PartKey
	// Topics are all that change it. One left out is a part that stays old.
	Topics []Topic
	// Until is when it becomes another without any news, for example the next
	// midnight of the company; zero for never.
	Until time.Time
	// Render reads and draws. It runs for all who ask at the same time, in a
	// goroutine of its own that outlives the first asker's request: it may use
	// the context and what is in the key, not a ResponseWriter.
	Render func(ctx context.Context) ([]byte, error)
	// Read, instead of Render, is for what is no HTML: the numbers that many
	// pages show.
	Read func(ctx context.Context) (any, error)
}

// Body is a rendered part. It is shared: nobody may change HTML or Value.
type Body struct {
	HTML  []byte
	ETag  string // strong, quoted
	Value any    // what Read returned, and then nothing else
}

// WriteTo answers with the body, or with 304 when the page has it already.
func (b Body) WriteTo(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("ETag", b.ETag)
	w.Header().Set("Cache-Control", "private, no-cache")
	if b.matches(r.Header.Values("If-None-Match")) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if _, err := w.Write(b.HTML); err != nil {
		return fmt.Errorf("write part: %w", err)
	}
	return nil
}

// matches compares weakly (RFC 9110, 13.1.2): a proxy that compresses marks
// our tag as weak.
func (b Body) matches(header []string) bool {
	for tag := range strings.SplitSeq(strings.Join(header, ","), ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == b.ETag || tag == "*" {
			return true
		}
	}
	return false
}

// PartsOptions are the bounds of Parts; a zero field means the default in
// brackets.
type PartsOptions struct {
	Bytes   int           // kept at most, HTML and keys (32 MiB)
	Age     time.Duration // a part is kept at most (30 s)
	Timeout time.Duration // a render may take at most (15 s)
}

// Parts draws each live part once per distinct view and change, however many
// pages ask. A body is kept until one of its topics speaks, and nobody gets
// one whose render began before news that came before they asked.
type Parts struct {
	hub     *Hub
	options PartsOptions
	flights singleflight.Group

	mu    sync.Mutex
	kept  map[PartKey]*list.Element // of *keptPart
	order *list.List                // most recently asked first
	bytes int

	asked, rendered, failed atomic.Uint64
}

type keptPart struct {
	key     PartKey
	version uint64 // of the topics when the render began
	expires time.Time
	body    Body
}

// size is about what the part costs; 256 for the structures around it, and as
// much as some dozens of names for what is no HTML.
func (k *keptPart) size() int {
	n := len(k.body.HTML) + len(k.key.URL) + len(k.key.Permissions) + 256
	if k.body.Value != nil {
		n += 8 << 10
	}
	return n
}

// NewParts returns an empty store of the hub's parts.
func NewParts(h *Hub, o PartsOptions) *Parts {
	if o.Bytes == 0 {
		o.Bytes = 32 << 20
	}
	if o.Age == 0 {
		o.Age = 30 * time.Second
	}
	if o.Timeout == 0 {
		o.Timeout = 15 * time.Second
	}
	return &Parts{hub: h, options: o, kept: make(map[PartKey]*list.Element), order: list.New()}
}

// Get returns the part as it is now: kept, or from a render that is on its way
// and began after the latest news, or freshly rendered. It returns ctx's error
// when the asker leaves, without disturbing the others; the render's error
// goes to all who waited for it and is not kept.
func (p *Parts) Get(ctx context.Context, part Part) (Body, error) {
	p.asked.Add(1)
	version, hearing := p.hub.version(part.Topics)
	if !hearing {
		// Nobody would tell us that a kept part has become old.
		return p.render(ctx, part)
	}
	if body, ok := p.lookup(part.Key, version); ok {
		return body, nil
	}
	flight := p.flights.DoChan(part.flight(version), func() (any, error) {
		// One that landed between our look and now has left its body.
		if body, ok := p.lookup(part.Key, version); ok {
			return body, nil
		}
		began := time.Now()
		body, err := p.render(context.WithoutCancel(ctx), part)
		if err == nil {
			p.keep(&keptPart{key: part.Key, version: version, expires: p.expiry(began, part.Until), body: body})
		}
		return body, err
	})
	select {
	case <-ctx.Done():
		return Body{}, fmt.Errorf("wait for part: %w", ctx.Err())
	case landed := <-flight:
		body, _ := landed.Val.(Body)
		return body, landed.Err
	}
}

// flight names the render that all who ask for this view, after the same news
// and before the same moment, may share. Quoting keeps different keys apart.
func (p Part) flight(version uint64) string {
	return fmt.Sprintf("%q %q %q %q %s %d %d",
		p.Key.URL, p.Key.Permissions, p.Key.Language, p.Key.Zone, p.Key.Person, version, p.Until.Unix())
}

func (p *Parts) render(ctx context.Context, part Part) (body Body, err error) {
	ctx, cancel := context.WithTimeout(ctx, p.options.Timeout)
	defer cancel()
	defer func() {
		// In a goroutine of its own a panic would end the process, not the request.
		if r := recover(); r != nil {
			body, err = Body{}, fmt.Errorf("render part %s: panic: %v\n%s", part.Key.URL, r, debug.Stack())
		}
		if err != nil {
			p.failed.Add(1)
		}
	}()
	p.rendered.Add(1)
	if part.Read != nil {
		value, err := part.Read(ctx)
		return Body{Value: value}, err
	}
	html, err := part.Render(ctx)
	if err != nil {
		return Body{}, err
	}
	sum := sha256.Sum256(html)
	return Body{HTML: html, ETag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}, nil
}

// expiry is when a part that began to be drawn at a moment is too old.
func (p *Parts) expiry(began, until time.Time) time.Time {
	end := began.Add(p.options.Age)
	if !until.IsZero() && until.Before(end) {
		return until
	}
	return end
}

// lookup returns the kept body if none of its topics has spoken since.
func (p *Parts) lookup(key PartKey, version uint64) (Body, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.kept[key]
	if e == nil {
		return Body{}, false
	}
	k := keptIn(e)
	if k.version != version || !time.Now().Before(k.expires) {
		return Body{}, false
	}
	p.order.MoveToFront(e)
	return k.body, true
}

// keptIn is what an element holds; the list holds nothing else.
func keptIn(e *list.Element) *keptPart {
	k, _ := e.Value.(*keptPart)
	return k
}

// keep stores a body, unless a newer one came first, and forgets the longest
// unasked beyond the bound.
func (p *Parts) keep(k *keptPart) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e := p.kept[k.key]; e != nil {
		if keptIn(e).version > k.version {
			return
		}
		p.forget(e)
	}
	p.kept[k.key] = p.order.PushFront(k)
	p.bytes += k.size()
	for p.bytes > p.options.Bytes {
		p.forget(p.order.Back())
	}
}

func (p *Parts) forget(e *list.Element) {
	k := keptIn(e)
	p.order.Remove(e)
	delete(p.kept, k.key)
	p.bytes -= k.size()
}

// PartsStats is a snapshot of Parts for metrics; counts run from the start.
type PartsStats struct {
	Asked, Rendered, Failed uint64
	Kept, Bytes             int // now
}

// Stats returns a snapshot.
func (p *Parts) Stats() PartsStats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return PartsStats{
		Asked: p.asked.Load(), Rendered: p.rendered.Load(), Failed: p.failed.Load(),
		Kept: len(p.kept), Bytes: p.bytes,
	}
}
