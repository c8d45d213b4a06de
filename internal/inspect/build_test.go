package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"strings"
	"testing"
)

// The files of these tests are made here, byte by byte where need be: nothing
// hostile lies in the repository.

// noise is n bytes that nothing compresses, the same for the same seed.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed)}).Read(b)
	return b
}

// join puts byte strings together.
func join(parts ...any) []byte {
	var out []byte
	for _, part := range parts {
		switch part := part.(type) {
		case string:
			out = append(out, part...)
		case []byte:
			out = append(out, part...)
		}
	}
	return out
}

// entry is one file of a zip.
type entry struct {
	name   string
	body   string
	stored bool
	change func(*zip.FileHeader) // before it is written
}

// zipOf writes a zip as programs do.
func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		head := &zip.FileHeader{Name: e.name, Method: zip.Deflate}
		if e.stored {
			head.Method = zip.Store
		}
		if e.change != nil {
			e.change(head)
		}
		body, err := w.CreateHeader(head)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := body.Write([]byte(e.body)); err != nil && !strings.HasSuffix(e.name, "/") {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// rawEntry is one stored file of a zip whose records need not agree.
type rawEntry struct {
	name, local string // local unless empty is its name where it lies
	body        string
	flags       uint16
	method      uint16
	size        uint32 // unless 0, what the directory says it unpacks to
	sum         uint32 // unless 0, added to the right one
	at          uint32 // unless 0, where the directory says it lies
	gap         string // before it
	mode        uint32 // of Unix
}

// rawZip writes a zip record by record.
func rawZip(entries ...rawEntry) []byte {
	var out, index []byte
	for _, e := range entries {
		out = append(out, e.gap...)
		at := uint32(len(out))
		if e.at != 0 {
			at = e.at - 1
		}
		if e.local == "" {
			e.local = e.name
		}
		if e.size == 0 {
			e.size = uint32(len(e.body))
		}
		sum := crc32.ChecksumIEEE([]byte(e.body)) + e.sum
		record := func(b []byte) []byte {
			b = binary.LittleEndian.AppendUint16(b, 20)
			b = binary.LittleEndian.AppendUint16(b, e.flags)
			b = binary.LittleEndian.AppendUint16(b, e.method)
			b = binary.LittleEndian.AppendUint32(b, 0) // time
			b = binary.LittleEndian.AppendUint32(b, sum)
			b = binary.LittleEndian.AppendUint32(b, uint32(len(e.body)))
			return binary.LittleEndian.AppendUint32(b, e.size)
		}
		if e.at == 0 {
			out = record(append(out, "PK\x03\x04"...))
			out = binary.LittleEndian.AppendUint16(out, uint16(len(e.local)))
			out = binary.LittleEndian.AppendUint16(out, 0)
			out = append(append(out, e.local...), e.body...)
		}
		index = append(index, "PK\x01\x02\x14\x03"...)
		index = record(index)
		index = binary.LittleEndian.AppendUint16(index, uint16(len(e.name)))
		index = append(index, make([]byte, 8)...)
		index = binary.LittleEndian.AppendUint32(index, e.mode<<16)
		index = binary.LittleEndian.AppendUint32(index, at)
		index = append(index, e.name...)
	}
	end := append([]byte("PK\x05\x06"), make([]byte, 4)...)
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(entries)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(index)))
	end = binary.LittleEndian.AppendUint32(end, uint32(len(out)))
	return join(out, index, end, "\x00\x00")
}

const (
	wordMain   = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
	excelMain  = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
	relsType   = "application/vnd.openxmlformats-package.relationships+xml"
	officeRels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
)

// ooxml is an office file of today: a main part of a type, and others.
func ooxml(t testing.TB, part, kind string, more ...entry) []byte {
	t.Helper()
	types := `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\r\n" +
		`<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="` + relsType + `"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/` + part + `" ContentType="` + kind + `"/></Types>`
	rels := `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
		`<Relationship Id="rId1" Type="` + officeRels + `/officeDocument" Target="` + part + `"/></Relationships>`
	body := `<?xml version="1.0"?><document>` + strings.Repeat("<p>Padaria Central</p>", 50) + `</document>`
	entries := []entry{{name: "[Content_Types].xml", body: types}, {name: "_rels/.rels", body: rels}, {name: part, body: body}}
	for _, e := range more { // in place of one of these, or besides
		replaced := false
		for i := range entries {
			if entries[i].name == e.name {
				entries[i], replaced = e, true
			}
		}
		if !replaced {
			entries = append(entries, e)
		}
	}
	return zipOf(t, entries...)
}

func docx(t testing.TB, more ...entry) []byte {
	return ooxml(t, "word/document.xml", wordMain, more...)
}

func xlsx(t testing.TB, more ...entry) []byte {
	return ooxml(t, "xl/workbook.xml", excelMain, more...)
}

// typed is a list of content types with one more part in it.
func typed(part, kind string) entry {
	return entry{name: "[Content_Types].xml", body: `<Types><Default Extension="rels" ContentType="` + relsType + `"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordMain + `"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + excelMain + `"/>` +
		`<Override PartName="/` + part + `" ContentType="` + kind + `"/></Types>`}
}

// related are the relations of a document with one to outside.
func related(name, kind, target string) entry {
	return entry{name: name, body: `<Relationships><Relationship Id="rId1" Type="` + officeRels + "/" + kind +
		`" Target="` + target + `" TargetMode="External"/></Relationships>`}
}

const odtMime = "application/vnd.oasis.opendocument.text"

// odt is a text of LibreOffice; mime and its storing can be wrong.
func odt(t testing.TB, mime string, packed bool, more ...entry) []byte {
	t.Helper()
	entries := []entry{
		{name: "mimetype", body: mime, stored: !packed},
		{name: "content.xml", body: `<?xml version="1.0"?><office:document-content><office:scripts/><text:p>Olá</text:p></office:document-content>`},
		{name: "META-INF/manifest.xml", body: `<manifest:manifest><manifest:file-entry manifest:full-path="/"/></manifest:manifest>`},
	}
	for _, e := range more {
		replaced := false
		for i := range entries {
			if entries[i].name == e.name {
				entries[i], replaced = e, true
			}
		}
		if !replaced {
			entries = append(entries, e)
		}
	}
	return zipOf(t, entries...)
}

// pdfOf writes a PDF of objects with a table of where they are; the first is
// the catalog.
func pdfOf(objects ...string) []byte {
	out := []byte("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	var table strings.Builder
	for i, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", len(out))
		out = fmt.Appendf(out, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	at := len(out)
	return fmt.Appendf(out, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n",
		len(objects)+1, table.String(), len(objects)+1, at)
}

// page are the objects of a PDF of one empty page, with something more in the
// catalog.
func page(catalog string, more ...string) []byte {
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R" + catalog + ">>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
	}
	return pdfOf(append(objects, more...)...)
}

// packed is a stream of PDF, deflated, with something in its dictionary.
func packed(t testing.TB, dictionary, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := zlib.NewWriter(&out)
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<<%s/Filter/FlateDecode/Length %d>>stream\r\n%s\r\nendstream", dictionary, out.Len(), out.String())
}
