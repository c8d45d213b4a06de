package inspect_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"strings"
	"testing"

	"helphub/internal/document"
)

// squeezed is an entry's content already packed, so that a bomb is packed once.
func squeezed(t testing.TB, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	piece := make([]byte, 1<<20)
	for ; n > 0; n -= len(piece) {
		if _, err := w.Write(piece[:min(n, len(piece))]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func hostileZips(t testing.TB) []hostile {
	inner := string(zipOf(t, entry{name: "a.txt", body: "oi"}))
	mode := func(m os.FileMode) func(*zip.FileHeader) { return func(h *zip.FileHeader) { h.SetMode(m) } }
	many := make([]entry, 10_001)
	for i := range many {
		many[i] = entry{name: fmt.Sprintf("%d.txt", i), stored: true}
	}
	var all []hostile
	add := func(why string, want error, entries ...entry) {
		h := hostile{name: "arquivos.zip", why: why, content: zipOf(t, entries...)}
		h.want = faultOf(t, want)
		all = append(all, h)
	}
	add("a zip inside", document.ErrNested, entry{name: "b.zip", body: inner})
	add("a zip inside under another name", document.ErrNested, entry{name: "b.txt", body: inner})
	add("a zip inside, not packed again", document.ErrNested, entry{name: "foto.jpg", body: inner, stored: true})
	add("another archive inside", document.ErrNested, entry{name: "b.bin", body: rarTop})
	add("a packed file inside", document.ErrNested, entry{name: "b.gz", body: "\x1f\x8b\x08\x00aaaaaaaa"})
	add("a letter inside", document.ErrNested, entry{name: "carta.docx", body: string(docx(t))})
	add("an old letter inside", document.ErrNested, entry{name: "carta.doc", body: string(compound(letter(0, 600)))})
	add("a program", document.ErrProgram, entry{name: "a/setup.exe", body: exe})
	add("a program under another name", document.ErrProgram, entry{name: "leia.txt", body: exe})
	add("a program of Linux", document.ErrProgram, entry{name: "leia", body: elf})
	add("a script of the shell", document.ErrProgram, entry{name: "leia", body: "#!/bin/sh\n"})
	add("a script by its name", document.ErrProgram, entry{name: "fatura.JS", body: "WScript.Run()"})
	add("a script with a dot more", document.ErrProgram, entry{name: "fatura.vbs. .", body: "x"})
	add("a link of Windows", document.ErrProgram, entry{name: "fatura.pdf.lnk", body: "L\x00\x00\x00"})
	add("up and out", document.ErrPaths, entry{name: "../../etc/cron.d/x", body: "x"})
	add("up in the middle", document.ErrPaths, entry{name: "a/../../b", body: "x"})
	add("up in the way of Windows", document.ErrPaths, entry{name: `a\..\..\b`, body: "x"})
	add("from the root", document.ErrPaths, entry{name: "/etc/passwd", body: "x"})
	add("another disk", document.ErrPaths, entry{name: `C:\Windows\x.txt`, body: "x"})
	add("a stream behind a name", document.ErrPaths, entry{name: "a.exe:b.txt", body: "x"})
	add("a share", document.ErrPaths, entry{name: `\\server\share\x`, body: "x"})
	add("turned around", document.ErrPaths, entry{name: "fatura\u202efdp.exe", body: "x"})
	add("NUL in a name", document.ErrPaths, entry{name: "a.txt\x00.exe", body: "x"})
	add("no name", document.ErrPaths, entry{name: "", body: "x"})
	add("a symbolic link", document.ErrPaths, entry{name: "a", body: "/etc/passwd", change: mode(os.ModeSymlink | 0o777)})
	add("a device", document.ErrPaths, entry{name: "a", change: mode(os.ModeDevice | 0o600)})
	add("one name twice", document.ErrMixed, entry{name: "a.txt", body: "x"}, entry{name: "a.txt", body: "y"})
	add("a comment and more", document.ErrProgram, entry{name: "a.txt", body: "x"}, entry{name: "b.cmd", body: "y"})
	add("too many entries", document.ErrBomb, many...)
	add("a letter", document.ErrContent, entry{name: "[Content_Types].xml", body: "<Types/>"}, entry{name: "word/document.xml", body: "x"})
	add("a program of Java", document.ErrContent, entry{name: "META-INF/MANIFEST.MF", body: "Main-Class: A"})
	all = append(all,
		hostile{name: "a.zip", why: "not an archive", content: []byte(rarTop), want: document.ErrContent},
		hostile{name: "a.zip", why: "a program that unpacks itself", content: join(exe, zipOf(t, entry{name: "a.txt", body: "x"})), want: document.ErrContent},
		hostile{name: "a.zip", why: "nothing in it", content: zipOf(t), want: document.ErrEmpty},
		hostile{name: "a.zip", why: "an old letter", content: compound(letter(0, 600)), want: document.ErrContent},
		hostile{name: "a.zip", why: "a letter as it is", content: docx(t), want: document.ErrContent},
	)
	return all
}

func hostileLayouts(t testing.TB) []hostile {
	good := zipOf(t, entry{name: "a.txt", body: "oi"})
	other := zipOf(t, entry{name: "b.txt", body: "tchau"})
	bomb := string(squeezed(t, 64<<20))
	sum := crc32.ChecksumIEEE(make([]byte, 64<<20)) - crc32.ChecksumIEEE([]byte(bomb))
	comment := bytes.Clone(good)
	binary.LittleEndian.PutUint16(comment[len(comment)-2:], 500)
	zip64 := bytes.Clone(good)
	binary.LittleEndian.PutUint32(zip64[len(zip64)-6:], 1<<32-1)
	disks := bytes.Clone(good)
	disks[len(disks)-18] = 2
	unknown := rawZip(rawEntry{name: "a.txt", body: "x", method: 14})
	all := []hostile{
		{why: "64 MiB of nothing", content: rawZip(rawEntry{name: "a.txt", body: bomb, method: 8, size: 64 << 20, sum: sum}), want: document.ErrBomb},
		{why: "64 MiB that claim to be little", content: rawZip(rawEntry{name: "a.txt", body: bomb, method: 8, size: 1000, sum: sum}), want: document.ErrBroken},
		{why: "little that claims to be 4 GiB", content: rawZip(rawEntry{name: "a.txt", body: "x", size: 1<<32 - 2}), want: document.ErrBomb},
		{why: "entries that lie on each other", content: rawZip(rawEntry{name: "a.txt", body: "aaaa"}, rawEntry{name: "b.txt", local: "a.txt", body: "aaaa", at: 1}), want: document.ErrMixed},
		{why: "another name where it lies", content: rawZip(rawEntry{name: "a.txt", local: "a.exe", body: "x"}), want: document.ErrMixed},
		{why: "something between", content: rawZip(rawEntry{name: "a.txt", body: "x"}, rawEntry{name: "b.txt", body: "y", gap: exe}), want: document.ErrMixed},
		{why: "an entry that nothing lists", content: rawZip(rawEntry{name: "a.txt", body: "x"}, rawEntry{name: "b.txt", body: "y", gap: string(good[:60])}), want: document.ErrMixed},
		{why: "two archives", content: join(good, other), want: document.ErrMixed},
		{why: "bytes at the end", content: join(good, exe), want: document.ErrMixed},
		{why: "a comment that is not there", content: comment, want: document.ErrMixed},
		{why: "a page at the end", content: join(good, page1), want: document.ErrMixed},
		{why: "several disks", content: disks, want: document.ErrBroken},
		{why: "sizes of 64 bits", content: zip64, want: document.ErrBroken},
		{why: "a wrong sum", content: rawZip(rawEntry{name: "a.txt", body: "x", sum: 1}), want: document.ErrBroken},
		{why: "cut off", content: good[:len(good)-30], want: document.ErrBroken},
		{why: "only its beginning", content: []byte("PK\x03\x04"), want: document.ErrBroken},
		{why: "a packing nobody knows", content: unknown, want: document.ErrBroken},
		{why: "encrypted", content: rawZip(rawEntry{name: "a.txt", body: "x", flags: 1}), want: document.ErrEncrypted},
		{why: "encrypted names", content: rawZip(rawEntry{name: "a.txt", body: "x", flags: 1 << 13}), want: document.ErrEncrypted},
		{why: "encrypted with AES", content: rawZip(rawEntry{name: "a.txt", body: "x", flags: 1, method: 99}), want: document.ErrEncrypted},
		{why: "a link by its mode", content: rawZip(rawEntry{name: "a.txt", body: "/etc/passwd", mode: 0o120777}), want: document.ErrPaths},
		{why: "a name of 2,000 letters", content: zipOf(t, entry{name: strings.Repeat("a", 2000)}), want: document.ErrPaths},
	}
	for i := range all {
		all[i].name = "arquivos.zip"
	}
	return all
}
