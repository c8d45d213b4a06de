package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// The program driven by a browser. Every tab remembers what went wrong in it,
// and a walk with trouble in any of its tabs has failed.

// browserRequired makes a missing browser a failure instead of a skip.
const browserRequired = "HELPHUB_BROWSER"

// chromium is one browser for all tests of the package.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("accept-lang", "pt-BR"))
	allocator, end := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator) //nolint:govet // ended by closeBrowser
	closeChromium = end
	return ctx, chromedp.Do(ctx)
})

// closeChromium is nil while there is no browser.
var closeChromium func()

func closeBrowser() {
	if closeChromium != nil {
		closeChromium()
	}
}

// browser is one person's: their own cookies, as many tabs as they like.
func browser(t *testing.T) context.Context {
	t.Helper()
	parent, err := chromium()
	if err != nil {
		if os.Getenv(browserRequired) == "required" {
			t.Fatalf("no browser: %v", err)
		}
		t.Skipf("no browser to drive (apt-get install chromium): %v", err)
	}
	ctx, cancel := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open browser: %v", err)
	}
	return ctx
}

// tab is a page somebody looks at.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string // of the instance it talks to

	mu      sync.Mutex
	trouble []string
	allowed []string // parts of what may be said in the console
}

// openTab opens a tab in somebody's browser and watches it.
func openTab(t *testing.T, browser context.Context, base string) *tab { //nolint:revive // the test comes first, as everywhere
	t.Helper()
	b := &tab{t: t, base: base}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(b.notice))
	b.ctx = ctx
	t.Cleanup(func() {
		b.calm()
		if t.Failed() {
			b.picture(t)
		}
		cancel()
	})
	// The first step opens the tab in the context it is given: that must not be
	// one with a deadline.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open tab: %v", err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watch})
	b.do(chromedp.EmulateViewport(1440, 900))
	return b
}

// watch makes the console tell of what a page refuses, and of any script that
// came in as somebody's words and ran: such scripts set pwned.
const watch = `addEventListener("securitypolicyviolation", (e) =>
  console.error("policy: " + e.violatedDirective + " " + e.blockedURI + " " + e.sourceFile + ":" + e.lineNumber));
Object.defineProperty(window, "pwned", { set(v) { console.error("a script ran: " + v); }, get() { return undefined; } });`

// notice runs for each event of the tab, before what caused it is answered.
func (b *tab) notice(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			b.note("console: " + said(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if x := e.ExceptionDetails.Exception; x != nil {
			text += " " + x.Description
		}
		b.note("uncaught: " + text)
	case *cdplog.EventEntryAdded:
		if e.Entry.Level == cdplog.EntryLevelError {
			b.note("browser: " + e.Entry.Text + " " + e.Entry.URL)
		}
	case *page.EventJavascriptDialogOpening:
		b.note("a script ran: it opened a dialog: " + e.Message)
	case *network.EventRequestWillBeSent:
		u, err := url.Parse(e.Request.URL)
		if err != nil || (u.Scheme != "data" && u.Scheme != "blob" && u.Scheme != "about" && u.Hostname() != "127.0.0.1") {
			b.note("request to a foreign place: " + e.Request.URL)
		}
	}
}

func said(args []*runtime.RemoteObject) string {
	var parts []string
	for _, a := range args {
		var s string
		if json.Unmarshal(a.Value, &s) != nil {
			s = a.Description
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, " ")
}

func (b *tab) note(what string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !slices.ContainsFunc(b.allowed, func(part string) bool { return strings.Contains(what, part) }) {
		b.trouble = append(b.trouble, what)
	}
}

// expects says what the walk brings about on purpose: a refused request is told
// in the console ("status of 409"), a lost network too ("net::").
func (b *tab) expects(parts ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.allowed = append(b.allowed, parts...)
}

// calm fails the test if anything went wrong in the tab since it was last asked.
func (b *tab) calm() {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.trouble) > 0 {
		b.t.Errorf("the page has trouble:\n  %s", strings.Join(b.trouble, "\n  "))
	}
	b.trouble = nil
}

// picture keeps what a failed walk looked at, where HELPHUB_SHOTS says.
func (b *tab) picture(t *testing.T) {
	dir := os.Getenv(shotsVar)
	if dir == "" {
		return
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot()); err == nil {
		saveShot(t, dir, "failed-"+strings.NewReplacer("/", "-", " ", "_").Replace(t.Name()), png)
	}
}

// do runs steps, each of which must succeed in time.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("drive browser: %v; page: %s", err, b.shown())
	}
}

// call sends a command of the protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	r, err := chromedp.Call(ctx, command, params)
	if err != nil {
		b.t.Fatalf("%T: %v", params, err)
	}
	return r
}

// shown is what is on the page, for messages.
func (b *tab) shown() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("`${location} ${document.activeElement?.outerHTML.slice(0, 200)} ${document.body.innerText.slice(0, 1500)}`"))
	if err != nil {
		return "(" + err.Error() + ")"
	}
	return text
}

func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// eval is what an expression is worth, as text.
func (b *tab) eval(expression string) string {
	b.t.Helper()
	text, err := b.evaluate(expression)
	if err != nil {
		b.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return text
}

func (b *tab) evaluate(expression string) (string, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[string]("(async () => String(await ("+expression+")))()", chromedp.EvalAwaitPromise))
}

// run does what statements say.
func (b *tab) run(statements string) {
	b.t.Helper()
	b.do(chromedp.Evaluate[chromedp.Void]("(() => { " + statements + " })()"))
}

// until waits for an expression to become true and says how long it took. It
// asks from outside: a page's policy forbids the driver's own waiting.
func (b *tab) until(expression string) time.Duration {
	b.t.Helper()
	return b.wait(expression, func() bool {
		// While one page gives way to the next there is nothing to ask.
		is, err := b.evaluate("Boolean(" + expression + ")")
		return err == nil && is == "true"
	})
}

// wait asks again and again, for as long as a walk is patient.
func (b *tab) wait(what string, is func() bool) time.Duration {
	b.t.Helper()
	began := time.Now()
	again := time.NewTicker(15 * time.Millisecond)
	defer again.Stop()
	for !is() {
		if time.Since(began) > patience || b.ctx.Err() != nil {
			b.t.Fatalf("never came true: %s; page: %s", what, b.shown())
		}
		<-again.C
	}
	return time.Since(began)
}

// sees waits for words anywhere on the page.
func (b *tab) sees(words string) time.Duration {
	b.t.Helper()
	return b.until(fmt.Sprintf("document.body.innerText.includes(%q)", words))
}

// text is what people read at the first element that matches.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return b.eval(fmt.Sprintf(`document.querySelector(%q)?.innerText.replace(/\s+/g, " ").trim()`, selector))
}

func (b *tab) value(selector string) string {
	b.t.Helper()
	return b.eval(fmt.Sprintf(`document.querySelector(%q)?.value`, selector))
}
