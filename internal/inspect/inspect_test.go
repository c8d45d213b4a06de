package inspect_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/uuid"

	"helphub/internal/document"
	"helphub/internal/filestore"
	"helphub/internal/inspect"
)

func inspector(t testing.TB) (*inspect.Inspector, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "spool")
	in, err := inspect.New(dir)
	if err != nil {
		t.Fatal(err)
	}
	return in, dir
}

// take sends a file; what it returns is closed with the test.
func take(t testing.TB, in *inspect.Inspector, name string, content []byte) (*inspect.Checked, []byte, error) {
	t.Helper()
	checked, err := in.Take(t.Context(), document.DefaultRules(), name, bytes.NewReader(content))
	if err != nil {
		return nil, nil, err
	}
	t.Cleanup(func() { checked.Close() })
	kept, err := io.ReadAll(checked.Reader())
	if err != nil || int64(len(kept)) != checked.Size {
		t.Fatalf("%s: kept %d bytes of %d, %v", name, len(kept), checked.Size, err)
	}
	return checked, kept, nil
}

// genuine are files as the programs of our customers write them, by name.
func genuine(t testing.TB) map[string][]byte {
	t.Helper()
	theme := zipOf(t, entry{name: "theme/theme.xml", body: "<a:theme/>"}) // as Word keeps it in a stream
	chrome := page("", packed(t, "/Type/ObjStm/N 2/First 10", "4 0 5 20  <</Type/Font>> <</S/URI/URI(https://example.com/Web/JavaScript/a%20b/Launch)>>"))
	return map[string][]byte{
		"contrato.pdf":       page(""),
		"boleto.PDF":         join("\r\n\r\n", page("/OpenAction[3 0 R/Fit]"), "\n\n\x00\x00"),
		"impresso.pdf":       chrome,
		"link.pdf":           page("", "<</S/URI/URI(https://developer.mozilla.org/docs/Web/JavaScript)>>"),
		"imagens.pdf":        page("", packed(t, "/Subtype/Image", strings.Repeat("\xff\x00\x80", 90_000))),
		"proposta.docx":      docx(t, related("word/_rels/document.xml.rels", "hyperlink", "https://padaria.example")),
		"carta.docx":         docx(t, related("word/_rels/settings.xml.rels", "attachedTemplate", `file:///C:\Users\Ana\Normal.dotm`)),
		"foto.docx":          docx(t, entry{name: "word/media/image1.png", body: string(pngOf(t, painted(8, 8)))}),
		"planilha.xlsx":      xlsx(t, entry{name: "xl/worksheets/sheet1.xml", body: strings.Repeat("<row><c/></row>", 5000)}),
		"ata.odt":            odt(t, odtMime, false, entry{name: "Pictures/a.png", body: string(pngOf(t, painted(8, 8))), stored: true}),
		"antigo.doc":         compound(letter(0, 6000), old{name: "1Table", content: append(theme, make([]byte, 5000)...)}, old{name: "\x05SummaryInformation", content: noise(1, 300)}),
		"curto.doc":          compound(letter(0, 900), old{name: "1Table", content: make([]byte, 100)}),
		"custos.xls":         compound(workbook(0, 9000, record(0x00e1, 0xb0, 0x04)), old{name: "\x05SummaryInformation", content: noise(2, 300)}),
		"pequeno.xls":        compound(workbook(0, 200)),
		"log.txt":            []byte("12:03 <Ana> a impressora não responde\r\n12:05 ok\f\r\n"),
		"windows.txt":        []byte("impress\xe3o \x80 10,00 \x96 n\xe3o sai\r\n"),
		"bom.csv":            []byte("\xef\xbb\xbfnome;cidade\r\nJosé;São Paulo\r\n"),
		"um.csv":             []byte("1"),
		"longo.txt":          []byte(strings.Repeat("ç", 300_001)),
		"fotos.zip":          zipOf(t, entry{name: "fotos/"}, entry{name: "fotos/a.jpg", body: string(jpegOf(t, painted(8, 8))), stored: true}, entry{name: `fotos\ação.txt`, body: "oi"}),
		"dos.zip":            rawZip(rawEntry{name: "LEIA-ME", body: "a"}, rawEntry{name: "leia-me", body: "b"}, rawEntry{name: "./c.txt", body: "MZ é uma sigla"[3:]}),
		"repetido.zip":       zipOf(t, entry{name: "log.txt", body: strings.Repeat("0", 8<<20)}),
		"relatório 2025.pdf": page("/Lang(pt-BR)"),
	}
}

func TestGenuineFilesAreKeptByteForByte(t *testing.T) {
	t.Parallel()
	in, _ := inspector(t)
	store, err := filestore.OpenDisk(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	kinds := map[document.Kind]bool{}
	for name, content := range genuine(t) {
		checked, err := in.Take(t.Context(), document.DefaultRules(), name, iotest.HalfReader(bytes.NewReader(content)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kinds[checked.Kind] = true
		key := filestore.Key{Owner: uuid.New(), File: uuid.New()}
		size, _, err := store.Put(t.Context(), key, checked.Reader())
		if err != nil || size != checked.Size || checked.Close() != nil {
			t.Fatalf("%s: put %d bytes, %v", name, size, err)
		}
		file, _, err := store.Open(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(file)
		if err != nil || !bytes.Equal(got, content) || file.Close() != nil || checked.Name != name {
			t.Errorf("%s comes back as %s, %d bytes of %d, %v", name, checked.Name, len(got), len(content), err)
		}
	}
	for _, kind := range document.Kinds() {
		if !kind.Image() && !kinds[kind] {
			t.Errorf("no genuine %s was tried", kind)
		}
	}
}

// corners reads the colours in the corners of a picture: r, g, b, w.
func corners(img image.Image) string {
	b := img.Bounds()
	var out []byte
	for _, at := range []image.Point{{b.Min.X, b.Min.Y}, {b.Max.X - 1, b.Min.Y}, {b.Min.X, b.Max.Y - 1}, {b.Max.X - 1, b.Max.Y - 1}} {
		r, g, bl, _ := img.At(at.X, at.Y).RGBA()
		switch high := uint32(0xa000); {
		case r > high && g > high && bl > high:
			out = append(out, 'w')
		case r > high:
			out = append(out, 'r')
		case g > high:
			out = append(out, 'g')
		case bl > high:
			out = append(out, 'b')
		default:
			out = append(out, '?')
		}
	}
	return string(out)
}

func TestGenuinePicturesAreKeptAsTheyLook(t *testing.T) {
	t.Parallel()
	in, _ := inspector(t)
	clear := painted(40, 20)
	clear.Pix[3] = 0
	for _, test := range []struct {
		name, as string
		content  []byte
		kind     document.Kind
		corners  string
	}{
		{"tela.png", "tela.png", pngOf(t, painted(40, 20)), document.PNG, "rgbw"},
		{"recorte.png", "recorte.png", pngOf(t, clear), document.PNG, "?gbw"},
		{"foto.jpg", "foto.jpg", jpegOf(t, painted(48, 32)), document.JPEG, "rgbw"},
		{"foto.JPEG", "foto.JPEG", jpegOf(t, painted(48, 32)), document.JPEG, "rgbw"},
		{"print.webp", "print.jpg", riff(webpChunk("VP8L", lossless(30, 20, 255, 0, 0, 255))), document.JPEG, "rrrr"},
		{"vazado.webp", "vazado.png", riff(webpChunk("VP8L", lossless(30, 20, 0, 255, 0, 200))), document.PNG, "gggg"},
	} {
		checked, kept, err := take(t, in, test.name, test.content)
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		img, format, err := image.Decode(bytes.NewReader(kept))
		if err != nil || checked.Kind != test.kind || checked.Name != test.as || !strings.HasPrefix(format, string(test.kind[:1])) {
			t.Errorf("%s is kept as %s, a %s that decodes as %s, %v", test.name, checked.Name, checked.Kind, format, err)
			continue
		}
		if got := corners(img); got != test.corners {
			t.Errorf("%s shows %s, want %s", test.name, got, test.corners)
		}
	}
}

// A phone writes the picture as its sensor lies and says in EXIF how to hold it.
func TestPicturesStandUprightWithoutEXIF(t *testing.T) {
	t.Parallel()
	in, _ := inspector(t)
	want := []string{"rgbw", "grwb", "wbgr", "bwrg", "rbgw", "brwg", "wgbr", "gwrb"}
	gray := image.NewGray(image.Rect(0, 0, 32, 16))
	for turn, corner := range want {
		for _, order := range []binary.AppendByteOrder{binary.LittleEndian, binary.BigEndian} {
			exif := exifOf(order, uint16(turn+1))
			for name, content := range map[string][]byte{
				"odd.jpg":  with(jpegOf(t, painted(47, 31)), 0xe1, join("Exif\x00\x00", exif)),
				"even.jpg": with(with(jpegOf(t, painted(64, 32)), 0xe1, []byte("http://ns.adobe.com/xap/1.0/\x00<x/>")), 0xe1, join("Exif\x00\x00", exif)),
				"a.png":    insert(pngOf(t, painted(40, 20)), "eXIf", exif),
				"gray.jpg": with(jpegOf(t, gray), 0xe1, join("Exif\x00\x00", exif)),
				"a.webp":   riff(extended(8, 40, 20), webpChunk("VP8L", lossless(40, 20, 255, 255, 255, 255)), webpChunk("EXIF", exif)),
			} {
				_, kept, err := take(t, in, name, content)
				if err != nil {
					t.Errorf("%s turned %d: %v", name, turn+1, err)
					continue
				}
				img, _, err := image.Decode(bytes.NewReader(kept))
				if err != nil {
					t.Errorf("%s turned %d: %v", name, turn+1, err)
					continue
				}
				if tall := img.Bounds().Dy() > img.Bounds().Dx(); tall != (turn >= 4) {
					t.Errorf("%s turned %d is %v", name, turn+1, img.Bounds())
				}
				if got := corners(img); got != corner && got != "????" && got != "wwww" {
					t.Errorf("%s turned %d shows %s, want %s", name, turn+1, got, corner)
				}
				if bytes.Contains(kept, []byte("GPS")) || bytes.Contains(kept, []byte("Exif")) {
					t.Errorf("%s turned %d still says where it was taken", name, turn+1)
				}
			}
		}
	}
}

func TestAThumbnailFitsItsSide(t *testing.T) {
	t.Parallel()
	in, _ := inspector(t)
	for _, test := range []struct {
		w, h, wantW, wantH int
	}{{800, 400, 320, 160}, {300, 900, 106, 320}, {20, 10, 20, 10}, {2000, 3, 320, 1}} {
		var out bytes.Buffer
		err := in.Thumbnail(t.Context(), bytes.NewReader(jpegOf(t, painted(test.w, test.h))), document.JPEG, inspect.ThumbnailSide, &out)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(&out)
		if err != nil || img.Bounds().Dx() != test.wantW || img.Bounds().Dy() != test.wantH {
			t.Errorf("%d × %d becomes %v, %v", test.w, test.h, img.Bounds(), err)
		}
		if test.h > 10 && corners(img) != "rgbw" {
			t.Errorf("%d × %d shows %s", test.w, test.h, corners(img))
		}
	}
	for kind, content := range map[document.Kind][]byte{
		document.PDF: page(""), document.WebP: riff(), document.PNG: pngHead(60_000, 60_000, 8, 2), document.JPEG: pngOf(t, painted(4, 4)),
	} {
		if err := in.Thumbnail(t.Context(), bytes.NewReader(content), kind, 320, io.Discard); err == nil {
			t.Errorf("a thumbnail of a %s", kind)
		}
	}
}

func TestD79WhateverHappensTheSpoolIsEmptyAfterwards(t *testing.T) {
	t.Parallel()
	in, dir := inspector(t)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("the spool is open to others: %v, %v", info.Mode(), err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	lost := errors.New("connection lost")
	small := document.DefaultRules()
	small.Size = 1000
	for _, test := range []struct {
		name  string
		ctx   context.Context
		rules document.Rules
		body  io.Reader
		want  error
	}{
		{"a.pdf", t.Context(), small, bytes.NewReader(append(page(""), make([]byte, 1000)...)), document.ErrTooLarge},
		{"a.txt", t.Context(), small, io.MultiReader(strings.NewReader("abc"), iotest.ErrReader(lost)), lost},
		{"a.txt", t.Context(), small, strings.NewReader(""), document.ErrEmpty},
		{"a.txt", stopped, small, strings.NewReader("abc"), context.Canceled},
		{"a.png", t.Context(), small, bytes.NewReader(pngOf(t, painted(9, 9))[:60]), document.ErrBroken},
		{"a.exe", t.Context(), small, iotest.ErrReader(errors.New("read although the name was enough")), document.ErrKind},
	} {
		checked, err := in.Take(test.ctx, test.rules, test.name, test.body)
		if !errors.Is(err, test.want) || checked != nil {
			t.Errorf("%s: %v, want %v", test.name, err, test.want)
		}
	}
	checked, _, err := take(t, in, "a.png", pngOf(t, painted(9, 9)))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(checked.Close(), checked.Close()); err != nil {
		t.Errorf("closing twice: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left %v, %v", left, err)
	}
}

// A disk that breaks is our trouble and not the file's.
func TestTheFileIsNotBlamedForTheDisk(t *testing.T) {
	t.Parallel()
	in, dir := inspector(t)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	_, err := in.Take(t.Context(), document.DefaultRules(), "a.txt", strings.NewReader("abc"))
	if err == nil || errors.Is(err, document.ErrBroken) || !errors.Is(err, os.ErrNotExist) {
		t.Errorf("without a spool: %v", err)
	}
}

// Not parallel: it counts what the whole process allocates.
func TestLookingTakesTheSameMemoryWhateverTheSize(t *testing.T) {
	in, _ := inspector(t)
	const size = 15 << 20
	for name, content := range map[string][]byte{
		"a.pdf": page("", "<</Length 15728640>>stream\n"+string(noise(1, size))+"\nendstream"),
		"a.zip": zipOf(t, entry{name: "a.dat", body: string(noise(2, size))}),
		"a.txt": bytes.Repeat([]byte("linha "), size/6),
		"a.doc": compound(letter(0, size)),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		checked, err := in.Take(t.Context(), document.DefaultRules(), name, bytes.NewReader(content))
		runtime.ReadMemStats(&after)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if took := after.TotalAlloc - before.TotalAlloc; took > 2<<20 {
			t.Errorf("%s: %d bytes took %d of memory", name, len(content), took)
		}
		if err := checked.Close(); err != nil {
			t.Error(err)
		}
	}
}
