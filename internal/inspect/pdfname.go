package inspect

import (
	"bytes"
	"errors"
	"io"

	"helphub/internal/document"
)

// pdfNames are the names that a PDF cannot do without when it runs scripts or
// programs, carries files, plays media or shows a form with a program of its
// own, and the one that says that it is encrypted (ISO 32000-1, 12.6.4 and
// 7.11.4, 7.6; XFA 3.3). /JS is not needed: /JavaScript stands beside it, and
// three letters turn up by chance.
var pdfNames = map[string]error{
	"JavaScript":    document.ErrActive,
	"Launch":        document.ErrActive,
	"EmbeddedFile":  document.ErrActive,
	"EmbeddedFiles": document.ErrActive,
	"RichMedia":     document.ErrActive,
	"Rendition":     document.ErrActive,
	"XFA":           document.ErrActive,
	"Encrypt":       document.ErrEncrypted,
}

const (
	// maxPDFName is more than any of them takes with each letter written as #xx.
	maxPDFName = 64
	// maxAddress is how long an address before a name may be, in bytes.
	maxAddress = 1024
	// scanned is how much is looked through at a time.
	scanned = 32 << 10
)

// nameScanner looks through PDF for names of pdfNames. It does not know where
// strings and streams are: the table of objects at the file's end may point into
// the middle of one, so what is there counts. The one exception is an address,
// because /JavaScript is also a path on the web: letters without a blank or
// bracket between, behind "(" and a scheme. No dictionary can be told in those.
type nameScanner struct {
	// stream is called with where the bytes of a stream may begin; nil inside
	// of one.
	stream func(at int64) error
	buf    []byte // kept between scans
}

// scan reads r to its end. It stops at the first name that refuses.
func (s *nameScanner) scan(r io.Reader) error {
	if s.buf == nil {
		s.buf = make([]byte, maxAddress+scanned+maxPDFName)
	}
	var base int64 // where in r the buffer begins
	filled, done := 0, 0
	for {
		n, err := io.ReadFull(r, s.buf[filled:])
		filled += n
		until := filled - maxPDFName // a name that begins later may not be whole
		if err != nil {
			until = filled
		}
		if err := s.judge(s.buf[:filled], done, until, base); err != nil {
			return err
		}
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
			return nil
		case err != nil:
			return err
		}
		from := until - maxAddress
		copy(s.buf, s.buf[from:filled])
		base, filled, done = base+int64(from), filled-from, until-from
	}
}

// judge looks at the names and streams that begin in buf[from:until].
func (s *nameScanner) judge(buf []byte, from, until int, base int64) error {
	for at := from; at < until; at++ {
		found := bytes.IndexByte(buf[at:until], '/')
		if found < 0 {
			break
		}
		at += found
		if err := judgeName(buf, at); err != nil {
			return err
		}
	}
	word := []byte("stream")
	for at := from; s.stream != nil && at < until; at++ {
		found := bytes.Index(buf[at:min(until+len(word), len(buf))], word)
		if found < 0 {
			break
		}
		at += found
		end := at + len(word)
		if at >= until || end >= len(buf) || isPDFLetter(buf[end]) || at > 0 && isPDFLetter(buf[at-1]) {
			continue
		}
		if err := s.stream(base + int64(end) + 1); err != nil {
			return err
		}
	}
	return nil
}

// judgeName judges the name whose slash is at a place.
func judgeName(buf []byte, at int) error {
	name := buf[at+1 : min(at+1+maxPDFName, len(buf))]
	for i, b := range name {
		if !isPDFLetter(b) {
			name = name[:i]
			break
		}
	}
	if len(name) < len("XFA") || bytes.IndexByte([]byte("JLERX#"), name[0]) < 0 {
		return nil
	}
	err := pdfNames[string(unescape(name))]
	if err != nil && inAddress(buf[max(0, at-maxAddress):at]) {
		return nil
	}
	return err
}

// inAddress reports whether what ends here is the beginning of an address in a
// string.
func inAddress(before []byte) bool {
	i := len(before)
	for i > 0 && (isPDFLetter(before[i-1]) || before[i-1] == '/' || before[i-1] == '%') {
		i--
	}
	if i == 0 || before[i-1] != '(' {
		return false
	}
	scheme, _, ok := bytes.Cut(before[i:], []byte("://"))
	return ok && len(scheme) > 0 && !bytes.ContainsAny(scheme, "/%:")
}

// isPDFLetter reports whether a byte is part of a word: neither a blank nor one
// of the brackets and signs that end one (ISO 32000-1, 7.2.2).
func isPDFLetter(b byte) bool {
	switch b {
	case 0, '\t', '\n', '\f', '\r', ' ', '(', ')', '<', '>', '[', ']', '{', '}', '/', '%':
		return false
	}
	return true
}

// unescape reads the #xx of a name (ISO 32000-1, 7.3.5).
func unescape(name []byte) []byte {
	if bytes.IndexByte(name, '#') < 0 {
		return name
	}
	out := make([]byte, 0, len(name))
	for i := 0; i < len(name); i++ {
		if name[i] == '#' && i+2 < len(name) {
			if high, low := unhex(name[i+1]), unhex(name[i+2]); high >= 0 && low >= 0 {
				out = append(out, byte(high<<4|low)) //nolint:gosec // two digits of four bits
				i += 2
				continue
			}
		}
		out = append(out, name[i])
	}
	return out
}

// unhex is the value of a hexadecimal digit, negative for anything else.
func unhex(b byte) int {
	switch {
	case b >= '0' && b <= '9':
		return int(b - '0')
	case b >= 'a' && b <= 'f':
		return int(b-'a') + 10
	case b >= 'A' && b <= 'F':
		return int(b-'A') + 10
	}
	return -1
}
