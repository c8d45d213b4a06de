package inspect_test

import (
	"encoding/binary"
	"hash/crc32"
)

// chunk is one chunk of a PNG.
func chunk(name string, content []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	out = join(out, name, content)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngHead is a PNG of a size, of which only the header is there.
func pngHead(w, h uint32, depth, colour byte) []byte {
	size := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	return join(pngMagic, chunk("IHDR", append(size, depth, colour, 0, 0, 0)))
}

// insert puts a chunk right behind the header of a PNG.
func insert(png []byte, name string, content []byte) []byte {
	const head = 8 + 25
	return join(png[:head], chunk(name, content), png[head:])
}

// segment is one segment of a JPEG.
func segment(mark byte, content []byte) []byte {
	return join([]byte{0xff, mark, byte((len(content) + 2) >> 8), byte(len(content) + 2)}, content)
}

// with puts a segment right behind the beginning of a JPEG.
func with(jpeg []byte, mark byte, content []byte) []byte {
	return join(jpeg[:2], segment(mark, content), jpeg[2:])
}

// frame is the header of a JPEG of a size, in three colours sampled alike.
func frame(mark byte, w, h uint16) []byte {
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, h), w)
	return segment(mark, append(size, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0))
}

// exifOf is EXIF that says how a picture lies and where it was taken.
func exifOf(order binary.AppendByteOrder, turn uint16) []byte {
	out := []byte("II*\x00")
	if order.String() == "BigEndian" {
		out = []byte("MM\x00*")
	}
	out = order.AppendUint32(out, 8)
	out = order.AppendUint16(out, 2)
	for _, e := range []struct{ tag, kind, value uint16 }{{0x010f, 2, 0x4141}, {0x0112, 3, turn}} {
		out = order.AppendUint16(order.AppendUint16(out, e.tag), e.kind)
		out = order.AppendUint32(out, 1)
		out = append(order.AppendUint16(out, e.value), 0, 0)
	}
	return append(out, "\x00\x00\x00\x00GPS -23.5505 -46.6333"...)
}

// bits writes numbers of a few bits, the lowest first, as WebP does.
type bits struct {
	out []byte
	n   int
}

func (b *bits) add(value uint32, width int) {
	for i := range width {
		if b.n%8 == 0 {
			b.out = append(b.out, 0)
		}
		b.out[len(b.out)-1] |= byte(value>>i&1) << (b.n % 8)
		b.n++
	}
}

// lossless is the VP8L chunk of a picture in one colour (RFC 9649, section 3):
// five codes of one symbol each, so that a pixel takes no bits at all.
func lossless(w, h uint32, r, g, b, a uint32) []byte {
	s := &bits{}
	s.add(0x2f, 8)
	s.add(w-1, 14)
	s.add(h-1, 14)
	s.add(1, 1) // translucency counts
	s.add(0, 3) // version
	s.add(0, 1) // nothing is transformed
	s.add(0, 1) // no cache of colours
	s.add(0, 1) // one group of codes
	for _, symbol := range []uint32{g, r, b, a, 0} {
		s.add(1, 1) // a simple code
		s.add(0, 1) // of one symbol
		s.add(1, 1) // of eight bits
		s.add(symbol, 8)
	}
	return s.out
}

// riff wraps chunks of WebP.
func riff(chunks ...[]byte) []byte {
	body := []byte("WEBP")
	for _, c := range chunks {
		body = append(body, c...)
	}
	return join("RIFF", binary.LittleEndian.AppendUint32(nil, uint32(len(body))), body)
}

func webpChunk(name string, content []byte) []byte {
	out := join(name, binary.LittleEndian.AppendUint32(nil, uint32(len(content))), content)
	if len(content)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// extended is the chunk that says how large the whole of a WebP is.
func extended(flags byte, w, h uint32) []byte {
	size := []byte{flags, 0, 0, 0}
	for _, v := range []uint32{w - 1, h - 1} {
		size = append(size, byte(v), byte(v>>8), byte(v>>16))
	}
	return webpChunk("VP8X", size)
}
