package main

import (
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// What the hands of a person at a tab do: mouse, keys, fingers.

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
