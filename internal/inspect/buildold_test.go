package inspect_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"slices"
	"testing"
	"unicode/utf16"
)

// old is one stream, or with no content a storage, of a compound file.
type old struct {
	name    string
	storage bool
	content []byte
}

// compound writes a compound file with sectors of 512 bytes: the streams, small
// ones in their shared one, the directory, and the allocation tables last.
func compound(streams ...old) []byte {
	c := &builder{}
	for i, s := range streams {
		right := uint32(i + 2)
		if i == len(streams)-1 {
			right = free
		}
		switch {
		case s.storage:
			c.node(s.name, 1, right, free, 0, 0)
		case len(s.content) >= 4096:
			c.node(s.name, 2, right, free, c.add(s.content), len(s.content))
		default:
			c.node(s.name, 2, right, free, c.addSmall(s.content), len(s.content))
		}
	}
	nodes := c.nodes
	c.nodes = nil
	c.node("Root Entry", 5, free, 1, c.add(c.shared), len(c.shared))
	directory := c.add(append(c.nodes, nodes...))
	var packed []byte
	for _, n := range c.miniTable {
		packed = binary.LittleEndian.AppendUint32(packed, n)
	}
	for len(packed)%sector > 0 {
		packed = binary.LittleEndian.AppendUint32(packed, free)
	}
	minis := c.add(packed)
	return c.finish(map[int]uint32{48: directory, 56: 4096, 60: minis, 64: uint32(len(packed) / sector)})
}

const (
	sector = 512
	ends   = 0xfffffffe
	free   = 0xffffffff
)

// builder is a compound file being written.
type builder struct {
	body, shared, nodes []byte
	table, miniTable    []uint32
}

// add writes a stream as a chain of sectors.
func (c *builder) add(content []byte) (first uint32) {
	if len(content) == 0 {
		return ends
	}
	first = uint32(len(c.table))
	for len(content) > 0 {
		piece := make([]byte, sector)
		content = content[copy(piece, content):]
		c.body = append(c.body, piece...)
		c.table = append(c.table, uint32(len(c.table)+1))
	}
	c.table[len(c.table)-1] = ends
	return first
}

// addSmall writes a small stream into the shared one.
func (c *builder) addSmall(content []byte) (first uint32) {
	const mini = 64
	first = uint32(len(c.miniTable))
	for n := (len(content) + mini - 1) / mini; n > 0; n-- {
		next := uint32(len(c.miniTable) + 1)
		if n == 1 {
			next = ends
		}
		c.miniTable = append(c.miniTable, next)
	}
	c.shared = append(c.shared, content...)
	c.shared = append(c.shared, make([]byte, -len(content)&(mini-1))...)
	return first
}

func (c *builder) node(name string, kind byte, right, child, start uint32, size int) {
	raw := make([]byte, 128)
	units := utf16.Encode([]rune(name))
	for i, u := range units {
		binary.LittleEndian.PutUint16(raw[2*i:], u)
	}
	binary.LittleEndian.PutUint16(raw[64:], uint16(2*len(units)+2))
	raw[66], raw[67] = kind, 1
	for i, v := range []uint32{free, right, child} {
		binary.LittleEndian.PutUint32(raw[68+4*i:], v)
	}
	binary.LittleEndian.PutUint32(raw[116:], start)
	binary.LittleEndian.PutUint32(raw[120:], uint32(size))
	c.nodes = append(c.nodes, raw...)
}

// finish writes the allocation table, which also holds its own sectors, and
// those of the lists that tell where they are: the header has room for 109.
func (c *builder) finish(fields map[int]uint32) []byte {
	const inHead, inList = 109, sector/4 - 1
	own, lists := 1, 0
	for (len(c.table)+own+lists)*4 > own*sector {
		own++
		lists = (max(own-inHead, 0) + inList - 1) / inList
	}
	first := len(c.table)
	c.table = append(c.table, slices.Repeat([]uint32{0xfffffffd}, own)...)
	c.table = append(c.table, slices.Repeat([]uint32{0xfffffffc}, lists)...)
	c.table = append(c.table, slices.Repeat([]uint32{free}, own*sector/4-len(c.table))...)
	for _, n := range c.table {
		c.body = binary.LittleEndian.AppendUint32(c.body, n)
	}
	where := func(i int) uint32 {
		if i >= own {
			return free
		}
		return uint32(first + i)
	}
	fields[44], fields[68], fields[72] = uint32(own), ends, uint32(lists)
	for l := range lists {
		for i := range inList {
			c.body = binary.LittleEndian.AppendUint32(c.body, where(inHead+l*inList+i))
		}
		next := uint32(ends)
		if l+1 < lists {
			next = uint32(first + own + l + 1)
		}
		c.body = binary.LittleEndian.AppendUint32(c.body, next)
		fields[68] = uint32(first + own)
	}
	head := make([]byte, sector)
	copy(head, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for at, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(head[at:], v)
	}
	for at, v := range fields {
		binary.LittleEndian.PutUint32(head[at:], v)
	}
	for i := range inHead {
		binary.LittleEndian.PutUint32(head[76+4*i:], where(i))
	}
	return append(head, c.body...)
}

// letter is the main stream of a text of Word.
func letter(flags uint16, size int) old {
	content := make([]byte, size)
	binary.LittleEndian.PutUint16(content, 0xa5ec)
	binary.LittleEndian.PutUint16(content[2:], 0xc1)
	binary.LittleEndian.PutUint16(content[10:], flags)
	return old{name: "WordDocument", content: content}
}

// record is one record of a workbook.
func record(kind uint16, content ...byte) []byte {
	out := binary.LittleEndian.AppendUint16(nil, kind)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(content)))
	return append(out, content...)
}

// workbook is the main stream of a workbook with one sheet of a type, filled up
// to a size.
func workbook(sheet byte, size int, more ...[]byte) old {
	content := join(record(0x0809, make([]byte, 16)...), bytes.Join(more, nil),
		record(0x0085, 0, 0, 0, 0, 0, sheet, 3, 0, 'O', 'S', '1'), record(0x000a))
	return old{name: "Workbook", content: append(content, make([]byte, max(0, size-len(content)))...)}
}

// painted is a picture in which every corner has a colour of its own: red,
// green, blue, white, from the upper left along the rows.
func painted(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{255, 0, 0, 255}
			switch {
			case x >= w/2 && y >= h/2:
				c = color.NRGBA{255, 255, 255, 255}
			case x >= w/2:
				c = color.NRGBA{0, 255, 0, 255}
			case y >= h/2:
				c = color.NRGBA{0, 0, 255, 255}
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func pngOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func jpegOf(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
