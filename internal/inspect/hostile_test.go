package inspect_test

import (
	"bytes"
	"errors"
	"image"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"helphub/internal/document"
	"helphub/internal/fault"
)

// hostile is a file that may not be kept as it is.
type hostile struct {
	name    string // of the file
	why     string // what is wrong with it, unless the name says so
	content []byte
	// want is the refusal. Nil means that the file is taken, but of its bytes
	// only the picture: hidden must be gone.
	want   *fault.Fault
	hidden string
}

// corpus are all of them.
func corpus(t testing.TB) []hostile {
	t.Helper()
	var all []hostile
	for _, part := range [][]hostile{
		hostileNames(), hostilePictures(t), hostileBombs(t), hostileTexts(t), hostilePDFs(t),
		hostileZips(t), hostileLayouts(t), hostileOffice(t), hostileODT(t), hostileOld(t),
	} {
		all = append(all, part...)
	}
	return all
}

// spellings are ways in which a name arrives: raw, in quotes, with the folders
// of the sender, with a character that turns what follows around.
func spellings(name string) []string {
	return []string{name, `"` + name + `"`, `C:\fakepath\` + name, "../../" + name, "\u202e" + name}
}

// Seen to fail without check and recode (everything is kept as it is): all but
// the ones that are refused for their name.
func TestD44NothingHostileIsKeptAsItIs(t *testing.T) {
	t.Parallel()
	in, dir := inspector(t)
	files := corpus(t)
	t.Logf("%d hostile files", len(files))
	if len(files) < 250 {
		t.Errorf("only %d hostile files", len(files))
	}
	for _, want := range reasons() {
		if !slices.ContainsFunc(files, func(h hostile) bool { return h.want == want }) {
			t.Errorf("nothing is refused as %s", want.Key)
		}
	}
	for _, h := range files {
		for i, name := range spellings(h.name) {
			if i > 0 && len(h.content) > 1<<20 {
				break // bombs are tried once
			}
			checked, kept, err := take(t, in, name, h.content)
			switch {
			case h.want != nil && !errors.Is(err, h.want):
				t.Errorf("%q (%s): %v, want %v", name, h.why, err, h.want)
			case h.want != nil:
				told(t, name, err)
			case err != nil:
				t.Errorf("%q (%s): %v, want it drawn anew", name, h.why, err)
			case bytes.Equal(kept, h.content) || bytes.Contains(kept, []byte(h.hidden)):
				t.Errorf("%q (%s) is kept as it is", name, h.why)
			default:
				if _, format, err := image.Decode(bytes.NewReader(kept)); err != nil || !checked.Kind.Previewable() {
					t.Errorf("%q (%s) is kept as a %s that is none: %s, %v", name, h.why, checked.Kind, format, err)
				}
			}
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// told checks that a refusal says which file it is about.
func told(t *testing.T, name string, err error) {
	t.Helper()
	for _, f := range fault.Of(err) {
		if len(f.Args) < 2 || f.Args[0] != "name" || f.Args[1] != document.Clean(name) {
			t.Errorf("%q: %v does not say which file: %v", name, err, f.Args)
		}
	}
}

// reasons are those that the corpus has to be refused for, each at least once.
func reasons() []*fault.Fault {
	return []*fault.Fault{document.ErrKind, document.ErrContent, document.ErrEmpty, document.ErrBroken, document.ErrMixed,
		document.ErrMacros, document.ErrActive, document.ErrEncrypted, document.ErrNested, document.ErrProgram, document.ErrPaths,
		document.ErrBomb, document.ErrPixels}
}

func hostileNames() []hostile {
	var all []hostile
	for _, name := range []string{
		"virus.exe", "fatura.pdf.exe", "fatura.exe ", "fatura.pdf\x00.exe", "fatura\u202efdp.exe", "fatura\u202exslx.hta", "nota.txt::$DATA",
		"nota.pdf:evil.exe", "página.html", "logo.svg", ".htaccess", "semextensão", ".", "..", "../../etc/passwd", "pdf", "macro.docm",
		"macro.xlsm", "modelo.dotx", "script.js", "atalho.lnk", "disco.iso", "arquivo.7z", "arquivo.rar", "app.jar", "pacote.msi",
		"tela.scr", "lote.bat", "anim.gif", "foto.heic", "nota．pdf", "nota.pdf․", "nota.p df", strings.Repeat("a", 5000) + ".exe",
		"a." + strings.Repeat("pdf", 500), strings.Repeat("../", 2000) + "x.php", "con", "nul.", "a.pdf/../b.sh",
	} {
		all = append(all, hostile{name: name, why: "its name", content: []byte("MZ\x90\x00"), want: document.ErrKind})
	}
	return all
}

const (
	page1  = "<!DOCTYPE html><html><body><script>alert(1)</script></body></html>"
	svg    = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><rect width="9" height="9"/></svg>`
	exe    = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00\xb8\x00\x00\x00This program cannot be run in DOS mode."
	elf    = "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x3e\x00\x01\x00\x00\x00aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	gifJS  = "GIF89a/*\x01\x01*/=1;alert(document.domain)//"
	rarTop = "Rar!\x1a\x07\x00rest of an archive"
)

func hostileTexts(t testing.TB) []hostile {
	var all []hostile
	for why, content := range map[string]string{
		"a page": page1, "a page behind blanks": "\r\n\t  " + page1, "a page behind a mark": "\xef\xbb\xbf" + page1,
		"a drawing": svg, "a drawing with its prolog": `<?xml version="1.0"?>` + svg, "a script": "<script>alert(1)</script>",
		"a comment first": "<!-- x -->" + page1, "PHP": "<?php system($_GET['c']); ?>", "a program": exe, "a program of Linux": elf,
		"a shell script": "#!/bin/sh\nrm -rf ~\n", "a picture and a script": gifJS, "RTF": `{\rtf1\ansi{\object\objocx}}`,
		"PostScript": "%!PS-Adobe-3.0\n(x) run\n", "a PDF": string(page("")), "a zip": string(zipOf(t, entry{name: "a", body: "b"})),
		"NUL": "abc\x00def", "UTF-16": "\xff\xfea\x00b\x00", "escape sequences": "ok\x1b]0;x\x07", "backspaces": "safe\x08\x08\x08\x08evil",
		"no character anywhere": "abc \x81 def", "a picture": string(pngOf(t, painted(4, 4))), "ASP": "<%eval request(\"c\")%>",
		"NUL at the end": strings.Repeat("linha\r\n", 20_000) + "\x00",
	} {
		name := "notas.txt"
		if len(all)%3 == 0 {
			name = "notas.csv"
		}
		all = append(all, hostile{name: name, why: why, content: []byte(content), want: document.ErrContent})
	}
	for _, kind := range document.Kinds() {
		all = append(all, hostile{name: "vazio." + string(kind), why: "no byte", want: document.ErrEmpty})
	}
	return all
}

func hostilePDFs(t testing.TB) []hostile {
	js := "<</S/JavaScript/JS(app.alert\\(1\\))>>"
	index := func(objects string) string { return packed(t, "/Type/ObjStm/N 1/First 5", "4 0  "+objects) }
	huge := packed(t, "/Type/ObjStm/N 1/First 5", strings.Repeat("4 0 ", 9<<20))
	all := []hostile{
		{why: "a page", content: []byte(page1), want: document.ErrContent},
		{why: "a program", content: []byte(exe), want: document.ErrContent},
		{why: "a zip", content: zipOf(t, entry{name: "a", body: "b"}), want: document.ErrContent},
		{why: "a page first", content: join(page1, page("")), want: document.ErrContent},
		{why: "a picture first", content: join("GIF89a", page("")), want: document.ErrContent},
		{why: "a header too late", content: join(strings.Repeat(" ", 2000), page("")), want: document.ErrContent},
		{why: "only a header", content: []byte("%PDF-1.7\n"), want: document.ErrBroken},
		{why: "cut off", content: page("")[:120], want: document.ErrBroken},
		{why: "a program at the end", content: join(page(""), exe, noise(1, 4000)), want: document.ErrBroken},
		{why: "a zip at the end", content: join(page(""), zipOf(t, entry{name: "a.exe", body: exe})), want: document.ErrMixed},
		{why: "a zip at the end and a line", content: join(page(""), zipOf(t, entry{name: "a", body: "b"}), "\n%%EOF\n"), want: document.ErrMixed},
		{why: "encrypted", content: join(page(""), "trailer<</Encrypt 9 0 R>>\n%%EOF"), want: document.ErrEncrypted},
		{why: "more than it is", content: page("", huge, huge), want: document.ErrBomb},
	}
	for why, content := range map[string][]byte{
		"a script":                    page("/OpenAction 4 0 R", js),
		"a script spelled otherwise":  page("", "<</S/J#61va#53cript/JS(x)>>"),
		"a script behind a comment":   page("", "<</S%x\n/JavaScript/JS(x)>>"),
		"a script by the catalog":     page("/Names<</JavaScript<</Names[(a)4 0 R]>>>>", "null"),
		"a script in packed objects":  page("", index(js)),
		"a script in two layers":      page("", index("<<>>"), index("<</Type/Font>>"), index("<</A<</S /JavaScript>>>>")),
		"a script in a string":        page("", "(4 0 obj "+js+" endobj)"),
		"a script after an address":   page("", "<</URI(http://a.b/c)/A<</S/JavaScript>>>>"),
		"a script in an address":      page("", "<</http://S/JavaScript/JS(x)>>"),
		"a script in a damaged index": page("", strings.Replace(index(js), "\r\nendstream", "endstream", 1)[:60]+"endstream "+js),
		"a script at the very end":    join(page(""), "trailer<</A/JavaScript"+"%%EOF"),
		"a program called":            page("/OpenAction<</S/Launch/F(cmd.exe)>>"),
		"a file inside":               page("/Names<</EmbeddedFiles 4 0 R>>", "<</Type/EmbeddedFile>>"),
		"a stream of a file":          page("", packed(t, "/Type/EmbeddedFile", exe)),
		"a film":                      page("", "<</Subtype/RichMedia>>"),
		"a form with a program":       page("/AcroForm<</XFA 4 0 R>>"),
		"a rendition":                 page("", "<</S/Rendition/JS(x)>>"),
	} {
		all = append(all, hostile{why: why, content: content, want: document.ErrActive})
	}
	for i := range all {
		all[i].name = "contrato.pdf"
	}
	return all
}

// FuzzInspect: whatever is sent under whatever kind, nothing panics, a refusal
// is a fault, and what is kept is what was sent or a picture of our own.
func FuzzInspect(f *testing.F) {
	for name, content := range genuine(f) {
		if kind, ok := document.KindOf(name); ok && len(content) < 20_000 {
			f.Add(string(kind), content)
		}
	}
	for _, h := range corpus(f) {
		if kind, ok := document.KindOf(document.Clean(h.name)); ok && len(h.content) < 20_000 {
			f.Add(string(kind), h.content)
		}
	}
	in, _ := inspector(f)
	f.Fuzz(func(t *testing.T, ext string, content []byte) {
		checked, kept, err := take(t, in, uuid.NewString()+"."+ext, content)
		if err != nil {
			if len(fault.Of(err)) == 0 {
				t.Errorf("%s: %v", ext, err)
			}
			return
		}
		if kind, _ := document.KindOf(document.Clean("x." + ext)); !kind.Image() && !bytes.Equal(kept, content) {
			t.Errorf("%s is not kept as it came", ext)
		}
		if checked.Kind == document.WebP || len(kept) == 0 {
			t.Errorf("%s is kept as %s of %d bytes", ext, checked.Kind, len(kept))
		}
	})
}
