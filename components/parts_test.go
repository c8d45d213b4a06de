package components

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"

	"helphub/internal/fault"
	"helphub/internal/locale"
	"helphub/internal/staff"
)

func reader(lang locale.Lang) context.Context {
	now := time.Date(2026, time.November, 23, 17, 5, 0, 0, time.UTC)
	return locale.With(context.Background(), locale.New(lang, time.FixedZone("-03", -3*3600), now))
}

func render(t *testing.T, lang locale.Lang, c templ.Component) *goquery.Document {
	t.Helper()
	var out bytes.Buffer
	if err := c.Render(reader(lang), &out); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// sources are the package's templates and Go files, without the generated ones.
func sources(t *testing.T, pattern string) map[string]string {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, name := range names {
		if strings.HasSuffix(name, "_templ.go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		out[name] = string(raw)
	}
	return out
}

// The policy refuses inline styles, inline scripts and handlers, and htmx must
// not be asked for anything that evaluates text.
func TestTemplatesHoldNothingThePolicyRefuses(t *testing.T) {
	t.Parallel()
	bad := regexp.MustCompile(`\sstyle[=?]|<style|<script[^>]*>[^<]|\son[a-z]+=|hx-on|"js:|hx-trigger="[^"]*\[|javascript:|templ\.JS|^script `)
	for name, text := range sources(t, "*.templ") {
		if found := bad.FindString(text); found != "" {
			t.Errorf("%s: %q", name, found)
		}
	}
}

func TestEveryIconThatIsNamedExists(t *testing.T) {
	t.Parallel()
	icon := regexp.MustCompile(`Icon\("([a-z-]+)"[,)]|Icon: +"([a-z-]+)"`)
	sprite, err := os.ReadFile("../assets/img/icons.svg")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range sources(t, "*.templ") {
		for _, m := range icon.FindAllStringSubmatch(text, -1) {
			if id := m[1] + m[2]; !bytes.Contains(sprite, []byte(`id="`+id+`"`)) {
				t.Errorf("%s: no icon %s", name, id)
			}
		}
	}
}

func TestAFieldTiesItsErrorToItself(t *testing.T) {
	t.Parallel()
	f := FieldView{Name: "tax_id", Label: "CPF ou CNPJ", Value: `"><b>x`, Required: true, Max: 20}
	faults := fault.Faults{fault.ErrTooLong.On("tax_id").With("max", 20, "n", 31)}
	Fill(reader(locale.PtBR), faults, &f)
	doc := render(t, locale.PtBR, Input(f))
	input := doc.Find("input#tax_id")
	if input.AttrOr("aria-invalid", "") != "true" || input.AttrOr("maxlength", "") != "20" || input.AttrOr("value", "") != `"><b>x` {
		html, err := doc.Html()
		t.Fatalf("input: %s %v", html, err)
	}
	about := doc.Find("#" + input.AttrOr("aria-describedby", "none"))
	if !strings.Contains(about.Text(), "20") || doc.Find("label[for=tax_id]").Length() != 1 {
		t.Errorf("description %q", about.Text())
	}
	summary := render(t, locale.PtBR, ErrorSummary(ProblemsOf(reader(locale.PtBR), append(faults, fault.ErrDenied), f)))
	if got := summary.Find("[role=alert] a").AttrOr("href", ""); got != "#tax_id" {
		t.Errorf("summary links to %q", got)
	}
	if summary.Find("[role=alert] li").Length() != 2 {
		t.Errorf("summary: %s", summary.Text())
	}
}

// D-30: a name with markup stays text wherever the frame shows it.
func TestNamesWithMarkupStayText(t *testing.T) {
	t.Parallel()
	const hostile = `<img src=x onerror=alert(1)>'"${1}`
	s := Shell{
		Title: hostile, Company: hostile, CSRF: hostile,
		Actor:  staff.Actor{Name: hostile, Role: staff.Role{Name: hostile}},
		Rail:   Rail{Company: hostile, May: May{Tickets: true, NewTicket: true}},
		Trail:  []Crumb{{Text: hostile, Href: "javascript:alert(1)"}, {Text: hostile}},
		Toasts: []Toast{{Kind: Danger, Title: hostile, Text: hostile}},
		Bell:   Bell{Href: "/notifications", Unread: 120},
	}
	doc := render(t, locale.En, Layout(s))
	if n := doc.Find("img, [onerror]").Length(); n != 0 {
		t.Errorf("%d elements came out of a name", n)
	}
	if got := doc.Find(".toast strong").First().Text(); got != hostile {
		t.Errorf("toast = %q", got)
	}
	if doc.Find("meta[name=csrf-token]").AttrOr("content", "") != hostile {
		t.Error("the token changed on its way")
	}
}

func TestTheFrameShowsOnlyTheWaysOneMayGo(t *testing.T) {
	t.Parallel()
	ways := func(role staff.RoleKey) string {
		a := staff.Actor{ID: [16]byte{1}, Name: "Ana", Role: staff.Role{Key: role, Permissions: staff.BuiltIn(role)}}
		doc := render(t, locale.PtBR, Layout(Shell{Actor: a, Rail: Rail{May: MayOf(a)}}))
		return strings.Join(doc.Find("#rail a").Map(func(_ int, s *goquery.Selection) string { return s.AttrOr("href", "") }), " ")
	}
	if got, want := ways(staff.Attendant), "/ /tickets /customers /tickets?technician=me /tickets?technician=none"; got != want {
		t.Errorf("attendant: %s", got)
	}
	if got := ways(staff.Administrator); !strings.HasSuffix(got, "/admin/departments /admin/staff") {
		t.Errorf("administrator: %s", got)
	}
}

func TestAnErrorPageNeverDrawsTheApplication(t *testing.T) {
	t.Parallel()
	for _, lang := range locale.Langs() {
		for _, status := range []int{400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 503, 999} {
			doc := render(t, lang, ErrorPage(PublicView{}, ErrorView{Status: status, RequestID: "0192-abc"}))
			title := doc.Find("h1").Text()
			if title == "" || strings.Contains(doc.Text(), "error.") || doc.Find("#rail").Length() != 0 {
				t.Errorf("%s %d: title %q", lang, status, title)
			}
			if !strings.Contains(doc.Text(), "0192-abc") {
				t.Errorf("%s %d: the request's number is missing", lang, status)
			}
		}
	}
}
