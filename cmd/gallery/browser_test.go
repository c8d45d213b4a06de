package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// patience is how long a test waits for the browser before it says that
// something does not happen.
const patience = 2 * time.Minute

// browser starts one Chromium for all tests of the package.
var browser = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-quic", true))
	// Chromium ends with the test process, whose end nothing can be told of.
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...) //nolint:govet // see above
	ctx, _ := chromedp.NewContext(allocator)                                    //nolint:govet // see above
	return ctx, chromedp.Do(ctx)
})

// tab is a page in the browser that remembers what went wrong in it.
type tab struct {
	t   *testing.T
	ctx context.Context
	url string
}

// watch collects refused resources, uncaught exceptions and console errors.
const watch = `window.trouble = [];
addEventListener("securitypolicyviolation", (e) => trouble.push("policy: " + e.violatedDirective + " " + e.blockedURI));
addEventListener("error", (e) => trouble.push("error: " + e.message));
addEventListener("unhandledrejection", (e) => trouble.push("rejection: " + e.reason));
const say = console.error; console.error = (...a) => { trouble.push("console: " + a.join(" ")); say(...a); };`

// open starts a tab with a server of the given routes besides the gallery's.
func open(t *testing.T, extra map[string]http.HandlerFunc) *tab {
	t.Helper()
	parent, err := browser()
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no browser: %v", err)
		}
		t.Skipf("no browser to drive (apt-get install chromium): %v", err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", routes())
	for pattern, handler := range extra {
		mux.HandleFunc(pattern, handler)
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	ctx, cancel := chromedp.NewContext(parent)
	t.Cleanup(cancel)
	b := &tab{t: t, ctx: ctx, url: server.URL}
	b.do(chromedp.EmulateViewport(1440, 900))
	b.do(chromedp.Action[chromedp.Void](func(ctx context.Context, t *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, t, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
		return chromedp.Void{}, err
	}))
	return b
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	// The first step of a tab opens it in the context it is given: that must
	// not be the one with the deadline.
	if err := chromedp.Do(b.ctx); err != nil {
		b.t.Fatal(err)
	}
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("drive browser: %v", err)
	}
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.url + path))
}

// run evaluates a script for what it does.
func (b *tab) run(script string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("(() => { " + script + " })()"))
}

func (b *tab) text(expression string) string {
	b.t.Helper()
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		b.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return value
}

// until waits for an expression to become true. It asks again and again from
// outside, because the page's policy forbids the waiting that evaluates inside.
func (b *tab) until(expression string) {
	b.t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for b.text("Boolean("+expression+")") != "true" {
		select {
		case <-again.C:
		case <-deadline:
			b.t.Fatalf("never became true: %s; page: %.1500s", expression, b.text("document.body.innerText"))
		}
	}
}

func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

func (b *tab) calm() {
	b.t.Helper()
	if trouble := b.text("trouble.join('\\n')"); trouble != "" {
		b.t.Errorf("the page has trouble:\n%s", trouble)
	}
}

func TestEveryPageObeysThePolicyAndFitsTheScreen(t *testing.T) {
	b := open(t, nil)
	for _, path := range []string{"/", "/empty", "/door", "/error?status=404&in=1", "/error?status=500&id=0192"} {
		for _, theme := range []string{"", "light", "dark", "comfort"} {
			for _, lang := range []string{"pt-BR", "en"} {
				sep := "?"
				if strings.Contains(path, "?") {
					sep = "&"
				}
				b.visit(fmt.Sprintf("%s%stheme=%s&lang=%s", path, sep, theme, lang))
				b.calm()
			}
		}
		for _, width := range []int64{320, 390, 768, 1024} {
			b.do(chromedp.EmulateViewport(width, 800))
			b.visit(path)
			if over := b.text("document.documentElement.scrollWidth - innerWidth"); over != "0" {
				t.Errorf("%s at %d px scrolls sideways by %s px", path, width, over)
			}
		}
		b.do(chromedp.EmulateViewport(1440, 900))
	}
}

// Seen to fail with font-src, and with img-src, taken out of the policy.
func TestIconsAndFontArriveUnderThePolicy(t *testing.T) {
	b := open(t, nil)
	b.visit("/")
	b.until(`[...document.fonts].some((f) => f.status === "loaded")`)
	// A sprite that did not arrive leaves its uses without a box
	b.until(`document.querySelector(".rail use").getBBox().width > 0`)
	b.calm()
}
