package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/a-h/templ"
	"github.com/chromedp/chromedp"

	"helphub/components"
)

// framed answers with a page of the application that holds the given content.
func framed(live, content string) http.HandlerFunc {
	return page(func(r *http.Request) templ.Component {
		s := shell(r, "Prova")
		s.CSRF, s.Live, s.Page = "token-of-the-page", live, "grid-page"
		return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return components.Layout(s).Render(templ.WithChildren(ctx, templ.Raw(content)), w)
		})
	})
}

func answer(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("X-Request-Id", "0192-abc")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

const composer = `<form id="composer" class="composer" method="post" action="/replies" hx-post="/replies" hx-target="this"
  hx-swap="outerHTML" hx-status:422="swap:outerHTML" data-send data-presence="/presence">
  <input type="hidden" name="form_id" value="0192">
  <textarea class="input" id="body" name="body" maxlength="20" data-draft="reply-1" data-reply></textarea>
  <small data-draft-status></small><button type="submit" class="button">Enviar</button></form>`

func TestADraftSurvivesAReloadAndGoesWhenTheServerTookIt(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket":   framed("", composer),
		"POST /replies": answer(200, composer),
	})
	b.visit("/ticket")
	b.do(chromedp.SendKeys(chromedp.ID("body"), "Marta, amanhã"))
	b.until(`document.querySelector("[data-draft-status]").textContent.startsWith("Rascunho guardado")`)
	b.do(chromedp.Reload())
	b.until(`document.getElementById("body").value === "Marta, amanhã"`)
	b.do(chromedp.Click(chromedp.CSS("#composer button")))
	b.until(`document.getElementById("body").value === ""`)
	b.do(chromedp.Reload())
	b.until(`document.getElementById("body")`)
	if kept := b.text(`document.getElementById("body").value + Object.keys(localStorage).filter((k) => k.includes("draft"))`); kept != "" {
		t.Errorf("the draft is still there after it was sent: %q", kept)
	}
	b.calm()
}

func TestAFailedRequestKeepsWhatWasTypedAndSaysSo(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket":   framed("", composer),
		"POST /replies": answer(500, "<h1>stack trace</h1>"),
	})
	b.visit("/ticket")
	b.do(chromedp.SendKeys(chromedp.ID("body"), "Marta"), chromedp.Click(chromedp.CSS("#composer button")))
	b.until(`document.querySelector(".toast.danger")?.textContent.includes("0192-abc")`)
	if got := b.text(`document.getElementById("body").value`); got != "Marta" {
		t.Errorf("typed text = %q", got)
	}
	b.until(`!document.querySelector("#composer button").disabled`)
}

// The answer of a refusal may bring its own words, whatever its status.
func TestAToastInsideARefusalIsShownOnce(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket": framed("", composer),
		"POST /replies": func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusTooManyRequests)
			page(func(*http.Request) templ.Component {
				return components.ToastPartial(components.Toast{Kind: components.Danger, Title: "Muitas vezes"})
			})(w, r)
		},
	})
	b.visit("/ticket")
	b.do(chromedp.SendKeys(chromedp.ID("body"), "Marta"), chromedp.Click(chromedp.CSS("#composer button")))
	b.until(`[...document.querySelectorAll("#toasts .toast")].map((c) => c.innerText.trim()).join() === "Muitas vezes"`)
	b.calm()
}

func TestARefusedFormIsDrawnAndTheFirstBadFieldHasTheFocus(t *testing.T) {
	refused := `<form id="composer" method="post"><div class="notice danger" role="alert" tabindex="-1" data-summary>Falta</div>
	  <textarea id="body" name="body" aria-invalid="true">Marta</textarea></form>`
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket":   framed("", composer),
		"POST /replies": answer(422, refused),
	})
	b.visit("/ticket")
	b.do(chromedp.SendKeys(chromedp.ID("body"), "Marta"), chromedp.KeyEvent("\r", chromedp.KeyModifiers(2)))
	b.until(`document.activeElement.getAttribute("aria-invalid") === "true"`)
	if n := b.text(`document.querySelectorAll(".toast").length`); n != "0" {
		t.Errorf("a refusal that is drawn also made %s toasts", n)
	}
	b.calm()
}

// htmx takes a form's hx-post whatever button was pressed. Seen to fail without
// the line in request.js.
func TestAButtonThatSendsElsewhereIsObeyed(t *testing.T) {
	form := `<form id="composer" method="post" action="/replies" hx-post="/replies" hx-swap="outerHTML" data-send>
	  <textarea id="body" name="body">segredo</textarea>
	  <button class="button" type="submit" hidden>Enviar</button>
	  <button class="button" type="submit" formaction="/notes">Guardar nota</button></form>`
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket":   framed("", form),
		"POST /replies": answer(200, `<p id="went">replies</p>`),
		"POST /notes":   answer(200, `<p id="went">notes</p>`),
	})
	b.visit("/ticket")
	b.do(chromedp.Click(chromedp.CSS("[formaction]")))
	b.until(`document.getElementById("went")?.textContent === "notes"`)
	b.visit("/ticket")
	b.do(chromedp.Focus(chromedp.ID("body")), chromedp.KeyEvent("\r", chromedp.KeyModifiers(2)))
	b.until(`document.getElementById("went")?.textContent === "notes"`)
	b.calm()
}

func TestAFormIsSentOnceHoweverOftenItIsClicked(t *testing.T) {
	var sent atomic.Int32
	token := make(chan string, 9)
	hold := make(chan struct{})
	b := open(t, map[string]http.HandlerFunc{
		"GET /ticket": framed("", composer),
		"POST /replies": func(w http.ResponseWriter, r *http.Request) {
			sent.Add(1)
			token <- r.Header.Get("X-CSRF-Token")
			<-hold
			answer(200, composer)(w, r)
		},
	})
	b.visit("/ticket")
	b.run(`const f = document.getElementById("composer"); f.body.value = "x"; for (let i = 0; i < 5; i++) f.requestSubmit();`)
	b.until(`document.querySelector("#composer")`)
	if got := <-token; got != "token-of-the-page" {
		t.Errorf("token = %q", got)
	}
	close(hold)
	b.until(`document.getElementById("body").value === ""`)
	if n := sent.Load(); n != 1 {
		t.Errorf("sent %d times", n)
	}
}

func TestAPasteThatIsTooLongIsCutWithAWordAboutIt(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{"GET /ticket": framed("", composer)})
	b.visit("/ticket")
	b.run(`const f = document.getElementById("body"); f.focus(); f.value = "12345"; f.setSelectionRange(5, 5);
	  const d = new DataTransfer(); d.setData("text", "é".repeat(5000));
	  f.dispatchEvent(new ClipboardEvent("paste", { clipboardData: d, bubbles: true, cancelable: true }));`)
	b.until(`document.querySelector(".toast.warn")?.textContent.includes("20 caracteres")`)
	if got := b.text(`document.getElementById("body").value`); got != "12345"+strings.Repeat("é", 15) {
		t.Errorf("field = %q", got)
	}
	b.calm()
}

func TestToastsAreThreeAtMostAndADangerStays(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{"GET /ticket": framed("", "")})
	b.visit("/ticket")
	b.run(`for (const n of [1, 2, 3, 4]) document.dispatchEvent(new CustomEvent("helphub:toast", { detail: { kind: "danger", title: "n" + n } }));`)
	b.until(`[...document.querySelectorAll("#toasts .toast")].map((c) => c.innerText.trim()).join() === "n2,n3,n4"`)
	b.do(chromedp.Click(chromedp.CSS("#toasts [data-dismiss]")))
	b.until(`document.querySelectorAll("#toasts .toast").length === 2`)
	b.calm()
}

func TestKeysWorkExceptWhileTyping(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{"GET /ticket": framed("", composer)})
	b.visit("/ticket")
	b.keys("?")
	b.until(`document.getElementById("keys").open`)
	b.keys("\x1b")
	b.until(`!document.getElementById("keys").open`)
	b.keys("r")
	b.until(`document.activeElement.id === "body"`)
	// The driver delivers the letter as well, which no keyboard does once its
	// key was taken
	b.run(`document.getElementById("body").value = ""`)
	b.keys("?/n")
	if got := b.text(`document.getElementById("body").value`); got != "?/n" {
		t.Errorf("typed = %q", got)
	}
	b.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
	b.until(`document.activeElement.matches("[data-search]")`)
	b.calm()
}

func TestMasksAreAppliedWhenTheFieldIsLeft(t *testing.T) {
	b := open(t, nil)
	b.visit("/")
	for field, pair := range map[string][2]string{
		"phone":       {"5511987654321", "(11) 98765-4321"},
		"postal_code": {"13015001", "13015-001"},
		"tax_id":      {"12abc34501de35", "12.ABC.345/01DE-35"},
	} {
		b.run(fmt.Sprintf(`const f = document.getElementById(%q); f.focus(); f.value = %q; f.blur();`, field, pair[0]))
		if got := b.text(fmt.Sprintf(`document.getElementById(%q).value`, field)); got != pair[1] {
			t.Errorf("%s: %q became %q, want %q", field, pair[0], got, pair[1])
		}
	}
	b.calm()
}

func TestThePickerFindsChoosesAndPosts(t *testing.T) {
	b := open(t, map[string]http.HandlerFunc{
		"GET /customers/options": func(w http.ResponseWriter, r *http.Request) {
			answer(200, `<option value="77" data-help="12.345"><b>Hotel</b> `+r.FormValue("q")+`</option>`)(w, r)
		},
	})
	b.visit("/")
	b.do(chromedp.SendKeys(chromedp.ID("customer_id"), "mirante"))
	b.until(`document.querySelector("[role=option]")?.textContent.includes("Hotel mirante")`)
	// As an event: the driver's own Enter would also send the form, although the
	// key was taken
	b.run(`document.getElementById("customer_id").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }))`)
	b.until(`new FormData(document.querySelector("main form")).get("customer_id") === "77"`)
	if got := b.text(`document.getElementById("customer_id").value`); got != "Hotel mirante" {
		t.Errorf("shown = %q", got)
	}
	b.calm()
}
