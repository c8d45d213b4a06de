package inspect_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"testing"

	"helphub/internal/document"
)

func hostilePictures(t testing.TB) []hostile {
	png, jpg := pngOf(t, painted(16, 16)), jpegOf(t, painted(16, 16))
	webp := riff(webpChunk("VP8L", lossless(16, 16, 1, 2, 3, 255)))
	inner := zipOf(t, entry{name: "a.exe", body: exe})
	crc := bytes.Clone(png)
	crc[29] ^= 1
	return []hostile{
		{name: "a.jpg", why: "a PNG", content: png, want: document.ErrContent},
		{name: "a.png", why: "a JPEG", content: jpg, want: document.ErrContent},
		{name: "a.png", why: "a WebP", content: webp, want: document.ErrContent},
		{name: "a.webp", why: "a PNG", content: png, want: document.ErrContent},
		{name: "a.png", why: "a GIF", content: []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), want: document.ErrContent},
		{name: "a.jpg", why: "a GIF and a script", content: []byte(gifJS), want: document.ErrContent},
		{name: "a.jpg", why: "a zip", content: inner, want: document.ErrContent},
		{name: "a.jpg", why: "a program", content: []byte(exe), want: document.ErrContent},
		{name: "a.png", why: "a drawing", content: []byte(svg), want: document.ErrContent},
		{name: "a.jpg", why: "a page", content: []byte(page1), want: document.ErrContent},
		{name: "a.png", why: "a bitmap", content: join("BM", make([]byte, 60)), want: document.ErrContent},
		{name: "a.jpg", why: "a TIFF", content: join("II*\x00\x08\x00\x00\x00", make([]byte, 60)), want: document.ErrContent},
		{name: "a.png", why: "an icon", content: join("\x00\x00\x01\x00", make([]byte, 60)), want: document.ErrContent},
		{name: "a.jpg", why: "a HEIC", content: join("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", make([]byte, 60)), want: document.ErrContent},
		{name: "a.jpg", why: "a PDF", content: page(""), want: document.ErrContent},
		{name: "a.webp", why: "a sound", content: join("RIFF\x24\x00\x00\x00WAVEfmt ", make([]byte, 60)), want: document.ErrContent},
		{name: "a.png", why: "cut off", content: png[:len(png)-20], want: document.ErrBroken},
		{name: "a.png", why: "only its magic", content: []byte(pngMagic), want: document.ErrBroken},
		{name: "a.png", why: "a wrong sum", content: crc, want: document.ErrBroken},
		{name: "a.png", why: "no pixels", content: pngHead(10, 10, 8, 2), want: document.ErrBroken},
		{name: "a.png", why: "no width", content: pngHead(0, 10, 8, 2), want: document.ErrBroken},
		{name: "a.jpg", why: "cut off", content: jpg[:len(jpg)-30], want: document.ErrBroken},
		{name: "a.jpg", why: "only its beginning", content: []byte("\xff\xd8\xff\xe0"), want: document.ErrBroken},
		{name: "a.jpg", why: "only its frame", content: join("\xff\xd8", frame(0xc0, 10, 10), "\xff\xd9"), want: document.ErrBroken},
		{name: "a.jpg", why: "a segment of no length", content: join("\xff\xd8\xff\xe1\x00\x00", jpg[2:]), want: document.ErrBroken},
		{name: "a.webp", why: "cut off", content: webp[:20], want: document.ErrBroken},
		{name: "a.webp", why: "a film", content: riff(extended(2, 16, 16), webpChunk("ANIM", make([]byte, 6))), want: document.ErrBroken},
		{name: "a.webp", why: "noise", content: riff(webpChunk("VP8L", join("\x2f", noise(3, 400)))), want: document.ErrBroken},
		// Taken, but of these only what is seen.
		{name: "a.png", why: "a zip at the end", content: join(png, inner), hidden: "PK\x03\x04"},
		{name: "a.png", why: "PHP at the end", content: join(png, "<?php system(1) ?>"), hidden: "<?php"},
		{name: "a.png", why: "a script in a text", content: insert(png, "tEXt", []byte("Comment\x00<script>alert(1)</script>")), hidden: "<script"},
		{name: "a.png", why: "a place", content: insert(png, "eXIf", exifOf(binary.LittleEndian, 1)), hidden: "GPS"},
		{name: "a.png", why: "a program in a chunk", content: insert(png, "exEc", []byte(exe)), hidden: "MZ\x90"},
		{name: "a.jpg", why: "a zip at the end", content: join(jpg, inner), hidden: "PK\x03\x04"},
		{name: "a.jpg", why: "a page at the end", content: join(jpg, page1), hidden: "<script"},
		{name: "a.jpg", why: "a script in a comment", content: with(jpg, 0xfe, []byte("*/=alert(1)/*<script>")), hidden: "<script"},
		{name: "a.jpg", why: "a place", content: with(jpg, 0xe1, join("Exif\x00\x00", exifOf(binary.BigEndian, 1))), hidden: "GPS"},
		{name: "a.jpg", why: "a colour profile", content: with(jpg, 0xe2, []byte("ICC_PROFILE\x00\x01\x01payload")), hidden: "payload"},
		{name: "a.webp", why: "a place", content: riff(extended(8, 16, 16), webpChunk("VP8L", lossless(16, 16, 1, 2, 3, 255)), webpChunk("EXIF", exifOf(binary.LittleEndian, 1))), hidden: "GPS"},
		{name: "a.webp", why: "a zip at the end", content: join(webp, inner), hidden: "PK\x03\x04"},
	}
}

func hostileBombs(t testing.TB) []hostile {
	// The scans of a progressive picture, again and again.
	scan := segment(0xda, []byte{3, 1, 0, 2, 0, 3, 0, 0, 0, 0})
	scans := join("\xff\xd8", frame(0xc2, 4000, 4000), bytes.Repeat(join(scan, []byte{0x55}), 2000), "\xff\xd9")
	var idat bytes.Buffer
	w := zlib.NewWriter(&idat)
	if _, err := w.Write(make([]byte, 4<<20)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	small := webpChunk("VP8L", lossless(16_383, 16_383, 1, 2, 3, 255))
	return []hostile{
		{name: "a.png", why: "60,000 × 60,000", content: pngHead(60_000, 60_000, 8, 2), want: document.ErrPixels},
		{name: "a.png", why: "60,000 × 60,000 of one bit", content: join(pngHead(60_000, 60_000, 1, 0), chunk("IDAT", idat.Bytes()), chunk("IEND", nil)), want: document.ErrPixels},
		{name: "a.png", why: "one row too wide", content: pngHead(12_001, 1, 8, 2), want: document.ErrPixels},
		{name: "a.png", why: "one column too high", content: pngHead(1, 12_001, 8, 2), want: document.ErrPixels},
		{name: "a.png", why: "49 million pixels", content: pngHead(7000, 7000, 8, 2), want: document.ErrPixels},
		{name: "a.png", why: "2³¹ pixels a side", content: pngHead(1<<31-1, 1<<31-1, 8, 2), want: document.ErrBroken},
		{name: "a.png", why: "more pixels than it says", content: join(pngHead(4, 4, 8, 2), chunk("IDAT", idat.Bytes()), chunk("IEND", nil)), want: document.ErrBroken},
		{name: "a.jpg", why: "65,000 × 65,000", content: join("\xff\xd8", frame(0xc0, 65_000, 65_000), scan), want: document.ErrPixels},
		{name: "a.jpg", why: "36 million pixels, progressive in full colour", content: join("\xff\xd8", frame(0xc2, 6000, 6000), scan, "\xff\xd9"), want: document.ErrPixels},
		{name: "a.jpg", why: "2,000 scans", content: scans, want: document.ErrBomb},
		{name: "a.jpg", why: "a second frame", content: join("\xff\xd8", frame(0xc0, 10, 10), frame(0xc0, 65_000, 65_000), "\xff\xd9"), want: document.ErrBroken},
		{name: "a.webp", why: "268 million pixels", content: riff(small), want: document.ErrPixels},
		{name: "a.webp", why: "268 million pixels behind a small size", content: riff(extended(0, 16, 16), small), want: document.ErrBroken},
		{name: "a.webp", why: "16 million pixels a side", content: riff(extended(0, 1<<24, 64), small), want: document.ErrPixels},
		{name: "a.webp", why: "translucent and huge", content: riff(extended(16, 1<<14, 1<<14), webpChunk("ALPH", []byte{0}), small), want: document.ErrPixels},
	}
}
