package document_test

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"strings"
	"syscall"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/document"
	"helphub/internal/fault"
)

func TestNamesAreShownWithoutWhatMisleads(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"contrato.pdf":                       "contrato.pdf",
		"Relatório nº 3 – março.PDF":         "Relatório nº 3 – março.PDF",
		`C:\fakepath\foto.jpg`:               "foto.jpg",
		"../../etc/passwd":                   "passwd",
		"/srv/files/nota.txt":                "nota.txt",
		"pasta/nota.txt/":                    "nota.txt",
		`"orçamento.xlsx"`:                   "orçamento.xlsx",
		"fatura\u202efdp.exe":                "faturafdp.exe",
		"a\u200bb\u2066c\ufeff.pdf":          "abc.pdf",
		"linha\r\nSet-Cookie: x=1.pdf":       "linha Set-Cookie_ x=1.pdf",
		"nulo\x00.pdf":                       "nulo.pdf",
		"a<b>|c?*.txt":                       "a_b__c__.txt",
		"nota.txt::$DATA":                    "nota.txt__$DATA",
		"nota.txt . . ":                      "nota.txt",
		"  muitos \t espaços  .csv":          "muitos espaços.csv",
		"...":                                "document",
		"":                                   "document",
		".pdf":                               "document.pdf",
		"/":                                  "document",
		"con.txt":                            "_con.txt",
		"LPT1.tar.zip":                       "_LPT1.tar.zip",
		"console.txt":                        "console.txt",
		"relat\xf3rio.pdf":                   "relatório.pdf",
		"tr\x93s.pdf":                        "trs.pdf",
		"quebra\u2028dupla.txt":              "quebra dupla.txt",
		"sem extensão":                       "sem extensão",
		"ata. e depois um longo resumo dela": "ata. e depois um longo resumo dela",
	} {
		if got := document.Clean(raw); got != want {
			t.Errorf("%q becomes %q, want %q", raw, got, want)
		}
	}
}

func TestCuttingANameMakesNoExtension(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", document.MaxName-4)
	for _, raw := range []string{long + ".pdf depois do ponto", long[:190] + " .pdf.pdf depois do ponto"} {
		if got := document.Clean(raw); strings.Contains(got, "pdf") || document.Clean(got) != got {
			t.Errorf("…%q becomes …%q", raw[180:], got[180:])
		}
	}
}

func TestLongNamesKeepTheirExtension(t *testing.T) {
	t.Parallel()
	for _, stem := range []string{strings.Repeat("a", 5000), strings.Repeat("ção ", 300), strings.Repeat("𝒜", 400)} {
		got := document.Clean(stem + ".docx")
		if n := utf8.RuneCountInString(got); n > document.MaxName || n < document.MaxName-2 {
			t.Errorf("%.10q… has %d characters", got, n)
		}
		if k, ok := document.KindOf(got); !ok || k != document.DOCX || !utf8.ValidString(got) {
			t.Errorf("%.10q… is %q", got, k)
		}
	}
}

// FuzzNames: whatever is sent, the name shown is one readable line, cleaning
// twice changes nothing, and the header says the same name in one parameter.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"a.pdf", `..\..\"x".txt`, "\u202e.exe", "a\xffb.zip", "con", ".", "%41;filename=b.exe", "é'*\\.odt"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		name := document.Clean(raw)
		if again := document.Clean(name); again != name {
			t.Errorf("%q cleans to %q, then to %q", raw, name, again)
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > document.MaxName || !utf8.ValidString(name) {
			t.Errorf("%q has %d characters", name, n)
		}
		for _, r := range name {
			if !unicode.IsGraphic(r) || strings.ContainsRune(`/\<>:"|?*`, r) {
				t.Errorf("%q holds %q", name, r)
			}
		}
		value := document.Disposition(raw, false)
		disposition, parameters, err := mime.ParseMediaType(value)
		if err != nil || disposition != "attachment" || len(parameters) != 1 || parameters["filename"] == "" {
			t.Errorf("%q is read as %q %v, %v", value, disposition, parameters, err)
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < 0x20 || r > 0x7e }) {
			t.Errorf("%q is no header", value)
		}
	})
}

func TestTheHeaderOfADownloadIsReadByOldAndNew(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		inline bool
		want   string
	}{
		{"contrato.pdf", false, `attachment; filename="contrato.pdf"`},
		{"foto.jpg", true, `inline; filename="foto.jpg"`},
		{"ação 50%.pdf", false, `attachment; filename="a__o 50_.pdf"; filename*=UTF-8''a%C3%A7%C3%A3o%2050%25.pdf`},
		{"a;b.txt", false, `attachment; filename="a_b.txt"; filename*=UTF-8''a%3Bb.txt`},
		{"x\"\r\nX-Evil: 1\r\n.txt", false, `attachment; filename="x_ X-Evil_ 1.txt"`},
	} {
		if got := document.Disposition(test.name, test.inline); got != test.want {
			t.Errorf("%q: %s, want %s", test.name, got, test.want)
		}
	}
	pdf := document.Document{Name: "a.pdf", Kind: document.PDF}
	if got := pdf.Disposition(true); got != `attachment; filename="a.pdf"` {
		t.Errorf("a PDF is shown inside a page: %s", got)
	}
}

func TestEveryKindIsFoundByItsExtensionsAndServedAsItself(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range document.Kinds() {
		if parsed, ok := document.ParseKind(string(k)); !ok || parsed != k {
			t.Errorf("%s cannot be stored and read", k)
		}
		for _, ext := range k.Extensions() {
			if got, ok := document.KindOf("nota" + strings.ToUpper(ext)); !ok || got != k {
				t.Errorf("%s is %q", ext, got)
			}
		}
		if seen[k.MIME()] || k.MIME() == "application/octet-stream" || strings.Contains(k.MIME(), "html") {
			t.Errorf("%s is served as %s", k, k.MIME())
		}
		seen[k.MIME()] = true
	}
	for _, name := range []string{"a.exe", "a.pdf.exe", "a", "a.", "a.svg", "a.html", "a.docm", "pdf", "a.jpg.html", "a．pdf"} {
		if k, ok := document.KindOf(name); ok {
			t.Errorf("%s is a %s", name, k)
		}
	}
	if got := document.Rename("foto.de.ontem.webp", document.JPEG); got != "foto.de.ontem.jpg" {
		t.Errorf("renamed to %s", got)
	}
	if got := document.Rename("foto.jpeg", document.JPEG); got != "foto.jpeg" {
		t.Errorf("renamed to %s without need", got)
	}
	if got := document.Accept([]document.Kind{document.PNG, document.JPEG}); got != ".png,.jpg,.jpeg" {
		t.Errorf("a field accepts %s", got)
	}
}

func TestRulesSpeakBeforeAnythingIsRead(t *testing.T) {
	t.Parallel()
	rules := document.DefaultRules()
	if err := rules.Check(); err != nil {
		t.Fatalf("the default does not fit: %v", err)
	}
	rules.Kinds = []document.Kind{document.PDF}
	if name, k, err := rules.Admit(`C:\x\Contrato.PDF`); name != "Contrato.PDF" || k != document.PDF || err != nil {
		t.Errorf("admitted as %q %q, %v", name, k, err)
	}
	for _, name := range []string{"a.png", "a.exe", "", "pdf"} {
		if _, _, err := rules.Admit(name); !errors.Is(err, document.ErrKind) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := rules.Room(2048*document.MiB-10, 10); err != nil {
		t.Errorf("the last byte of the quota: %v", err)
	}
	for _, used := range []int64{2048*document.MiB - 10, 4096 * document.MiB} {
		if err := rules.Room(used, 11); !errors.Is(err, document.ErrQuota) {
			t.Errorf("beyond the quota: %v", err)
		}
	}
	if err := errors.Join(rules.Fits(0), rules.Fits(10)); err != nil {
		t.Error(err)
	}
	if err := rules.Fits(11); !errors.Is(err, document.ErrTooMany) {
		t.Errorf("eleven files: %v", err)
	}
}

func TestSettingsOutsideTheirBoundsAreRefusedByField(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*document.Rules)
		want   []string
	}{
		{"nothing a file", func(r *document.Rules) { r.Size = 0 }, []string{"max_size"}},
		{"more than can be looked into", func(r *document.Rules) { r.Size = document.MaxSize + 1; r.Quota = document.MaxQuota }, []string{"max_size"}},
		{"a quota below one file", func(r *document.Rules) { r.Quota = r.Size - 1 }, []string{"quota"}},
		{"no files a form", func(r *document.Rules) { r.Files = 0 }, []string{"max_files"}},
		{"no kinds", func(r *document.Rules) { r.Kinds = nil }, []string{"kinds"}},
		{"a kind of nobody's", func(r *document.Rules) { r.Kinds = []document.Kind{"exe"} }, []string{"kinds"}},
	} {
		rules := document.DefaultRules()
		test.change(&rules)
		var fields []string
		for _, f := range fault.Of(rules.Check()) {
			fields = append(fields, f.Field)
		}
		if diff := cmp.Diff(test.want, fields); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

func TestATitleIsTheNameUnlessOneIsTyped(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ title, name, want string }{
		{"", "contrato 2025.pdf", "contrato 2025"},
		{" Contrato \n de suporte ", "a.pdf", "Contrato de suporte"},
		{"", strings.Repeat("é", 190) + ".pdf", strings.Repeat("é", document.MaxTitle)},
	} {
		if got, f := document.CheckTitle(test.title, test.name); got != test.want || f != nil {
			t.Errorf("%q, %.20q: %q, %v", test.title, test.name, got, f)
		}
	}
	if _, f := document.CheckTitle(strings.Repeat("a", document.MaxTitle+1), "a.pdf"); f == nil || f.Field != "title" {
		t.Errorf("a title too long: %v", f)
	}
}

func TestOnlyAFullDiskIsCalledFull(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		err := document.Full(&fs.PathError{Op: "write", Path: "x", Err: cause})
		if !errors.Is(err, document.ErrFull) || !errors.Is(err, cause) || fault.KindOf(err) != fault.Conflict {
			t.Errorf("%v becomes %v", cause, err)
		}
	}
	if other := fmt.Errorf("write: %w", syscall.EIO); document.Full(other) != other || document.Full(nil) != nil { //nolint:errorlint // the very same error
		t.Error("another error is called a full disk")
	}
}
