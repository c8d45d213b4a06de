package inspect_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"helphub/internal/document"
	"helphub/internal/fault"
)

func faultOf(t testing.TB, err error) *fault.Fault {
	t.Helper()
	var f *fault.Fault
	if !errors.As(err, &f) {
		t.Fatalf("%v is no refusal", err)
	}
	return f
}

func hostileOffice(t testing.TB) []hostile {
	macro := entry{name: "word/vbaProject.bin", body: string(compound(old{name: "VBA", storage: true}))}
	macroMain := strings.Replace(wordMain, "openxmlformats-officedocument.wordprocessingml.document.main", "ms-word.document.macroEnabled.main", 1)
	settings := "word/_rels/settings.xml.rels"
	sealed := compound(old{name: "EncryptionInfo", content: noise(1, 200)}, old{name: "EncryptedPackage", content: noise(2, 5000)})
	wide := "<\x00?\x00x\x00m\x00l\x00"
	return []hostile{
		{name: "a.docx", why: "an ordinary zip", content: zipOf(t, entry{name: "a.txt", body: "oi"}), want: document.ErrContent},
		{name: "a.docx", why: "a workbook", content: xlsx(t), want: document.ErrContent},
		{name: "a.xlsx", why: "a letter", content: docx(t), want: document.ErrContent},
		{name: "a.docx", why: "slides", content: ooxml(t, "ppt/presentation.xml", strings.Replace(wordMain, "wordprocessingml.document", "presentationml.presentation", 1)), want: document.ErrContent},
		{name: "a.docx", why: "a text of LibreOffice", content: odt(t, odtMime, false), want: document.ErrContent},
		{name: "a.docx", why: "a page", content: []byte(page1), want: document.ErrContent},
		{name: "a.xlsx", why: "a program", content: []byte(exe), want: document.ErrContent},
		{name: "a.docx", why: "an old letter", content: compound(letter(0, 600)), want: document.ErrContent},
		{name: "a.docx", why: "a letter with macros under another name", content: ooxml(t, "word/document.xml", macroMain), want: document.ErrMacros},
		{name: "a.docx", why: "macros", content: docx(t, macro), want: document.ErrMacros},
		{name: "a.docx", why: "macros in capitals", content: docx(t, entry{name: "word/VBAPROJECT.BIN", body: "x"}), want: document.ErrMacros},
		{name: "a.docx", why: "macros in a part of any name", content: docx(t, entry{name: "word/x.dat", body: "x"}, typed("word/x.dat", "application/vnd.ms-office.vbaProject")), want: document.ErrMacros},
		{name: "a.docx", why: "a control", content: docx(t, entry{name: "word/activeX/activeX1.xml", body: "<x/>"}), want: document.ErrMacros},
		{name: "a.xlsx", why: "macros of Excel 4", content: xlsx(t, entry{name: "xl/macrosheets/sheet1.xml", body: "<x/>"}), want: document.ErrMacros},
		{name: "a.xlsx", why: "macros of Excel 4 by their type", content: xlsx(t, entry{name: "xl/s.xml", body: "<x/>"}, typed("xl/s.xml", "application/vnd.ms-excel.macrosheet+xml")), want: document.ErrMacros},
		{name: "a.docx", why: "an object", content: docx(t, entry{name: "word/embeddings/oleObject1.bin", body: string(compound(old{name: "\x01Ole10Native", content: []byte(exe)}))}), want: document.ErrNested},
		{name: "a.docx", why: "a workbook inside", content: docx(t, entry{name: "word/embeddings/a.xlsx", body: string(xlsx(t))}), want: document.ErrNested},
		{name: "a.xlsx", why: "a zip as a picture", content: xlsx(t, entry{name: "xl/media/a.png", body: string(zipOf(t, entry{name: "x"}))}), want: document.ErrNested},
		{name: "a.docx", why: "a program inside", content: docx(t, entry{name: "word/media/a.png", body: exe}), want: document.ErrProgram},
		{name: "a.docx", why: "a script inside", content: docx(t, entry{name: "word/a.vbs", body: "x"}), want: document.ErrProgram},
		{name: "a.docx", why: "a template from the web", content: docx(t, related(settings, "attachedTemplate", "https://evil.example/a.dotm")), want: document.ErrActive},
		{name: "a.docx", why: "a template from a share", content: docx(t, related(settings, "attachedTemplate", `\\evil.example\a\b.dotm`)), want: document.ErrActive},
		{name: "a.docx", why: "a template from a share as an address", content: docx(t, related(settings, "attachedTemplate", `file://evil.example/b.dotm`)), want: document.ErrActive},
		{name: "a.docx", why: "an object from the web", content: docx(t, related("word/_rels/document.xml.rels", "oleObject", "http://evil.example/a.rtf")), want: document.ErrActive},
		{name: "a.xlsx", why: "a command in a link", content: xlsx(t, entry{name: "xl/externalLinks/externalLink1.xml", body: `<externalLink><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>`}), want: document.ErrActive},
		{name: "a.docx", why: "a password", content: sealed, want: document.ErrEncrypted},
		{name: "a.xlsx", why: "a password", content: sealed, want: document.ErrEncrypted},
		{name: "a.docx", why: "entities", content: docx(t, entry{name: "[Content_Types].xml", body: `<!DOCTYPE x [<!ENTITY a "aaaa">]><Types/>`}), want: document.ErrBroken},
		{name: "a.docx", why: "a list that is none", content: docx(t, entry{name: "[Content_Types].xml", body: "<Types"}), want: document.ErrBroken},
		{name: "a.docx", why: "text of two bytes", content: docx(t, entry{name: "word/styles.xml", body: wide}), want: document.ErrBroken},
		{name: "a.docx", why: "a huge list", content: docx(t, entry{name: "[Content_Types].xml", body: "<Types>" + string(noise(1, 2<<20)) + "</Types>"}), want: document.ErrBomb},
		{name: "a.xlsx", why: "unpacks to far more", content: xlsx(t, entry{name: "xl/worksheets/sheet1.xml", body: strings.Repeat("0", 40<<20)}), want: document.ErrBomb},
		{name: "a.docx", why: "up and out", content: docx(t, entry{name: "word/../../x.xml", body: "<x/>"}), want: document.ErrPaths},
		{name: "a.docx", why: "one part twice", content: docx(t, entry{name: "WORD/document.xml", body: "<x/>"}), want: document.ErrMixed},
		{name: "a.docx", why: "a page at the end", content: join(docx(t), page1), want: document.ErrMixed},
		{name: "a.docx", why: "cut off", content: docx(t)[:400], want: document.ErrBroken},
	}
}

func hostileODT(t testing.TB) []hostile {
	all := []hostile{
		{why: "a sheet", content: odt(t, strings.Replace(odtMime, "text", "spreadsheet", 1), false), want: document.ErrContent},
		{why: "an ordinary zip", content: zipOf(t, entry{name: "a.txt", body: "oi"}), want: document.ErrContent},
		{why: "a letter of Word", content: docx(t), want: document.ErrContent},
		{why: "a book", content: odt(t, "application/epub+zip", false), want: document.ErrContent},
		{why: "a packed type", content: odt(t, odtMime, true), want: document.ErrContent},
		{why: "no list", content: zipOf(t, entry{name: "mimetype", body: odtMime, stored: true}, entry{name: "content.xml", body: "<x/>"}), want: document.ErrContent},
		{why: "macros", content: odt(t, odtMime, false, entry{name: "Basic/Standard/Module1.xml", body: "<x/>"}), want: document.ErrMacros},
		{why: "scripts", content: odt(t, odtMime, false, entry{name: "Scripts/python/a.txt", body: "import os"}), want: document.ErrMacros},
		{why: "a macro when it opens", content: odt(t, odtMime, false, entry{name: "content.xml", body: `<office:event-listeners><script:event-listener xlink:href="vnd.sun.star.script:a"/></office:event-listeners>`}), want: document.ErrMacros},
		{why: "a macro behind much text", content: odt(t, odtMime, false, entry{name: "styles.xml", body: strings.Repeat("<p/>", 8190) + `<script:event-listener/>`}), want: document.ErrMacros},
		{why: "encrypted", content: odt(t, odtMime, false, entry{name: "META-INF/manifest.xml", body: "<manifest:encryption-data/>"}), want: document.ErrEncrypted},
		{why: "an object", content: odt(t, odtMime, false, entry{name: "Object 1", body: string(compound(letter(0, 600)))}), want: document.ErrNested},
		{why: "a page", content: []byte(page1), want: document.ErrContent},
	}
	for i := range all {
		all[i].name = "ata.odt"
	}
	return all
}

func hostileOld(t testing.TB) []hostile {
	loop := compound(letter(0, 6000))
	binary.LittleEndian.PutUint32(loop[len(loop)-512:], 1) // the first sector leads to the second,
	binary.LittleEndian.PutUint32(loop[len(loop)-508:], 0) // and the second to the first
	return []hostile{
		{name: "a.doc", why: "macros", content: compound(letter(0, 600), old{name: "Macros", storage: true}, old{name: "VBA", storage: true}), want: document.ErrMacros},
		{name: "a.doc", why: "a project", content: compound(letter(0, 600), old{name: "_VBA_PROJECT", content: noise(1, 99)}), want: document.ErrMacros},
		{name: "a.xls", why: "macros", content: compound(workbook(0, 6000), old{name: "_VBA_PROJECT_CUR", storage: true}), want: document.ErrMacros},
		{name: "a.xls", why: "macros of Excel 4", content: compound(workbook(1, 6000)), want: document.ErrMacros},
		{name: "a.xls", why: "a module of Excel 5", content: compound(workbook(6, 100)), want: document.ErrMacros},
		{name: "a.doc", why: "a password", content: compound(letter(1<<8, 600)), want: document.ErrEncrypted},
		{name: "a.xls", why: "a password", content: compound(workbook(0, 6000, record(0x2f, 0, 0, 1, 2))), want: document.ErrEncrypted},
		{name: "a.doc", why: "an envelope", content: compound(letter(0, 600), old{name: "EncryptedPackage", content: noise(1, 99)}), want: document.ErrEncrypted},
		{name: "a.doc", why: "any file inside", content: compound(letter(0, 600), old{name: "\x01Ole10Native", content: []byte(exe)}), want: document.ErrNested},
		{name: "a.doc", why: "an object of Word", content: compound(letter(0, 600), old{name: "ObjectPool", storage: true}, old{name: "_1234567890", storage: true}), want: document.ErrNested},
		{name: "a.xls", why: "an object of Excel", content: compound(workbook(0, 100), old{name: "MBD0001F3A2", storage: true}), want: document.ErrNested},
		{name: "a.doc", why: "a workbook", content: compound(workbook(0, 6000)), want: document.ErrContent},
		{name: "a.xls", why: "a letter", content: compound(letter(0, 6000)), want: document.ErrContent},
		{name: "a.doc", why: "an installer", content: compound(old{name: "\x05SummaryInformation", content: noise(1, 99)}), want: document.ErrContent},
		{name: "a.doc", why: "a stream of that name and nothing of the kind", content: compound(old{name: "WordDocument", content: noise(1, 999)}), want: document.ErrContent},
		{name: "a.xls", why: "a stream of that name and nothing of the kind", content: compound(old{name: "Workbook", content: noise(1, 999)}), want: document.ErrContent},
		{name: "a.doc", why: "RTF", content: []byte(`{\rtf1 x}`), want: document.ErrContent},
		{name: "a.xls", why: "a page", content: []byte(page1), want: document.ErrContent},
		{name: "a.xls", why: "a workbook of today", content: xlsx(t), want: document.ErrContent},
		{name: "a.doc", why: "a program", content: []byte(exe), want: document.ErrContent},
		{name: "a.doc", why: "a zip at the end", content: join(compound(letter(0, 600)), zipOf(t, entry{name: "a.exe", body: exe})), want: document.ErrMixed},
		{name: "a.doc", why: "a zip at the end and more", content: join(compound(letter(0, 600)), zipOf(t, entry{name: "a"}), make([]byte, 900)), want: document.ErrMixed},
		{name: "a.doc", why: "only a beginning", content: compound(letter(0, 600))[:512], want: document.ErrBroken},
		{name: "a.doc", why: "cut off", content: compound(letter(0, 6000))[:3000], want: document.ErrBroken},
		{name: "a.doc", why: "a circle", content: loop, want: document.ErrBroken},
		{name: "a.doc", why: "noise behind its magic", content: join("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", noise(7, 5000)), want: document.ErrBroken},
	}
}
