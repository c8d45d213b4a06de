package inspect

import (
	"bytes"
	"compress/zlib"
	"errors"
	"io"

	"helphub/internal/document"
)

const (
	// pdfHead is how far from the beginning the header may be, and pdfTail how
	// far from the end its last line (ISO 32000-1, annex H.3, notes 13 and 18).
	pdfHead = 1024
	pdfTail = 1024
	// pdfBlanks is how much padding behind the end is passed over.
	pdfBlanks = 64 << 10
	// maxInflated is how much of a PDF's packed objects and drawings is read, in
	// bytes, and moreInflated how many times its own size besides: a plan of a
	// building is one large drawing.
	maxInflated  = 64 << 20
	moreInflated = 16
	// maxStreams is how many streams a PDF may have: scanned books have thousands.
	maxStreams = 200_000
)

// pdfSpace are the characters that PDF takes for blanks.
const pdfSpace = "\x00\t\n\f\r "

// checkPDF accepts a PDF that begins and ends like one and names nothing that
// runs, opens or carries something else. Names are looked for in the whole
// file, in the spellings PDF allows, and inside the packed streams that can
// hold objects.
func checkPDF(s *source) error {
	head, err := s.head(pdfHead)
	if err != nil {
		return err
	}
	// A reader looks for the header anywhere in there. We do not: what is before
	// it would be another file's beginning.
	if !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, bom), pdfSpace), []byte("%PDF-")) {
		return document.ErrContent
	}
	tail, err := s.tail(pdfBlanks)
	if err != nil {
		return err
	}
	tail = bytes.TrimRight(tail, pdfSpace)
	if !bytes.Contains(tail[max(len(tail)-pdfTail, 0):], []byte("%%EOF")) {
		return document.ErrBroken
	}
	// The end of a zip: most programs would open the file as one.
	if end, err := s.tail(endTail); err != nil || bytes.Contains(end, endMagic) {
		return errors.Join(document.ErrMixed, err)
	}
	return (&pdfReader{s: s, left: maxInflated + moreInflated*s.size}).read()
}

// pdfReader reads a PDF from beginning to end, and the streams on the way.
type pdfReader struct {
	s       *source
	left    int64 // what may still be inflated
	streams int
	zlib    io.Reader   // kept for the next stream
	inside  nameScanner // likewise
}

func (p *pdfReader) read() error {
	return (&nameScanner{stream: p.readStream}).scan(p.s.section(0))
}

// readStream looks into the stream that begins at a place, or a line end
// further. The scan of the file itself goes on through its bytes as well: what
// claims to be a stream need not be one.
func (p *pdfReader) readStream(at int64) error {
	if p.streams++; p.streams > maxStreams {
		return document.ErrBomb
	}
	head, err := p.s.part(at, 3)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(head, []byte("\n")) { // what ended the word was the "\r" before it
		head, at = head[1:], at+1
	}
	if len(head) < 2 || head[0]&0x0f != 8 || (int(head[0])<<8|int(head[1]))%31 != 0 {
		return nil // not zlib (RFC 1950, 2.2)
	}
	return p.inflate(p.s.section(at))
}

// inflate looks for names in a packed stream if it can hold objects: those
// begin with a list of numbers (ISO 32000-1, 7.5.7). Pictures and fonts do not,
// and are most of a file. A stream that is damaged or cut short is read as far
// as it goes, as programs do.
func (p *pdfReader) inflate(r io.Reader) error {
	if err := p.reset(r); err != nil {
		return nil //nolint:nilerr // no stream of zlib after all
	}
	var head [32]byte
	n, _ := io.ReadFull(p.zlib, head[:]) // what there is of it
	if !isIndex(head[:n]) {
		return nil
	}
	return p.inside.scan(io.MultiReader(bytes.NewReader(head[:n]), budgeted{p}))
}

// budgeted is what the current stream inflates to, as long as there is room.
type budgeted struct{ p *pdfReader }

func (b budgeted) Read(buf []byte) (int, error) {
	n, err := b.p.zlib.Read(buf)
	if b.p.left -= int64(n); b.p.left < 0 {
		return 0, document.ErrBomb
	}
	if err != nil {
		err = io.EOF
	}
	return n, err
}

func (p *pdfReader) reset(r io.Reader) error {
	if again, ok := p.zlib.(zlib.Resetter); ok {
		return again.Reset(r, nil)
	}
	z, err := zlib.NewReader(r)
	if err == nil {
		p.zlib = z
	}
	return err
}

// isIndex reports whether a stream begins as one of objects must: with digits,
// perhaps behind blanks and a comment.
func isIndex(head []byte) bool {
	head = bytes.TrimLeft(head, pdfSpace)
	return len(head) > 0 && (head[0] >= '0' && head[0] <= '9' || head[0] == '%' || head[0] == '+')
}
