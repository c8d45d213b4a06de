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
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
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
func openTab(t *testing.T, browser context.Context, base string) *tab {
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
	return chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")", chromedp.EvalAwaitPromise))
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

// point is the middle of the first element that matches and can be seen, once
// nothing lies over it.
func (b *tab) point(selector string) (x, y float64) {
	b.t.Helper()
	find := fmt.Sprintf(`(() => {
		const e = [...document.querySelectorAll(%q)].find((e) => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length);
		if (!e) return "";
		e.scrollIntoViewIfNeeded();
		const r = e.getClientRects()[0], x = r.left + r.width / 2, y = r.top + r.height / 2, hit = document.elementFromPoint(x, y);
		return hit && (e.contains(hit) || hit.closest("label")?.control === e) ? x + " " + y : "";
	})()`, selector)
	at := ""
	b.wait("something to click: "+selector, func() bool { at, _ = b.evaluate(find); return at != "" })
	if _, err := fmt.Sscan(at, &x, &y); err != nil {
		b.t.Fatalf("point at %s: %v", selector, err)
	}
	return x, y
}

// click presses the mouse on the first visible element that matches.
func (b *tab) click(selector string) {
	b.t.Helper()
	x, y := b.point(selector)
	b.do(chromedp.MouseClickXY(x, y))
}

// goes clicks what leads to another page, and waits for that page.
func (b *tab) goes(click func()) {
	b.t.Helper()
	b.run("window.leaving = true")
	click()
	b.until(`!window.leaving && document.readyState === "complete"`)
}

// types writes at the caret as a keyboard does, one key after the other.
func (b *tab) types(text string) {
	b.t.Helper()
	for _, r := range text {
		b.press(string(r))
	}
}

// fill puts the caret into a field and writes all at once.
func (b *tab) fill(selector, text string) {
	b.t.Helper()
	b.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible))
	call(b, input.InsertText, input.InsertTextParams{Text: text})
}

// named keys that are not a letter: code of the key, and what it writes.
var named = map[string]struct {
	code int64
	text string
}{
	"Enter": {13, "\r"}, "Tab": {9, ""}, "Escape": {27, ""}, "ArrowDown": {40, ""}, "ArrowUp": {38, ""},
	"ArrowLeft": {37, ""}, "ArrowRight": {39, ""}, "Home": {36, ""}, "End": {35, ""}, "Backspace": {8, ""},
}

// press strikes a key, with Ctrl or Shift if it is written so: "Ctrl Enter".
// Down and character are one event, so that what a page makes of the key
// decides about the character, as with a real keyboard.
func (b *tab) press(key string) {
	b.t.Helper()
	var held int64
	for prefix, modifier := range map[string]chromedp.Modifier{"Ctrl ": chromedp.ModifierCtrl, "Shift ": chromedp.ModifierShift} {
		if rest, ok := strings.CutPrefix(key, prefix); ok {
			key, held = rest, int64(modifier)
		}
	}
	strike := input.DispatchKeyEventParams{Key: key, Code: key, Text: key, Modifiers: held}
	if special, ok := named[key]; ok {
		strike.Text, strike.WindowsVirtualKeyCode = special.text, special.code
	} else if k := strings.ToUpper(key); len(k) == 1 && (k >= "A" && k <= "Z" || k >= "0" && k <= "9") {
		strike.WindowsVirtualKeyCode = int64(k[0])
	}
	if held == int64(chromedp.ModifierCtrl) {
		strike.Text = ""
	}
	strike.Type = input.DispatchKeyEventTypeRawKeyDown
	if strike.Text != "" {
		strike.Type = input.DispatchKeyEventTypeKeyDown
	}
	call(b, input.DispatchKeyEvent, strike)
	strike.Type, strike.Text = input.DispatchKeyEventTypeKeyUp, ""
	call(b, input.DispatchKeyEvent, strike)
}

// phone makes the tab a telephone: 390 px wide, and touched instead of clicked.
func (b *tab) phone() {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile, chromedp.EmulateTouch))
}

// tap touches the first visible element that matches.
func (b *tab) tap(selector string) {
	b.t.Helper()
	x, y := b.point(selector)
	b.do(chromedp.TapXY(x, y))
}

// withoutScript switches JavaScript off, as some people do.
func (b *tab) withoutScript() {
	b.t.Helper()
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
}

// doubleClick presses the mouse twice as fast as somebody impatient.
func (b *tab) doubleClick(selector string) {
	b.t.Helper()
	x, y := b.point(selector)
	b.do(chromedp.MouseClickXY(x, y), chromedp.MouseClickXY(x, y, chromedp.ClickCount(2)))
}

// back presses the browser's button. It does not wait: a page that comes out of
// the browser's memory does not load.
func (b *tab) back() {
	b.t.Helper()
	history := call(b, page.GetNavigationHistory, cdp.Empty{})
	call(b, page.NavigateToHistoryEntry, page.NavigateToHistoryEntryParams{EntryID: history.Entries[history.CurrentIndex-1].ID})
}
