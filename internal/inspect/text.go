package inspect

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"helphub/internal/document"
)

// bom begins UTF-8 files of Windows programs.
var bom = []byte("\xef\xbb\xbf")

// otherTexts are the beginnings of formats that are text to the eye and
// something else to a program: PDF, PostScript, RTF, GIF with a script in its
// sizes, scripts. In lower case.
var otherTexts = []string{"%pdf", "%!", "{\\rtf", "gif8", "#!"}

// checkText accepts readable text in UTF-8 or Windows-1252 that does not begin
// like something that a browser or a shell would run. Text in UTF-16 is not
// among it: it is full of NUL bytes, as programs are.
func checkText(s *source) error {
	head, err := s.head(headSize)
	if err != nil {
		return err
	}
	if isOtherText(head) {
		return document.ErrContent
	}
	return checkCharacters(bufio.NewReaderSize(s.section(0), 64<<10))
}

// isOtherText reports whether text begins like markup or another format, behind
// the blanks that browsers skip as well.
func isOtherText(head []byte) bool {
	head = bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n\f"))
	for _, begin := range otherTexts {
		if bytes.HasPrefix(head, []byte(begin)) {
			return true
		}
	}
	if len(head) < 2 || head[0] != '<' {
		return false
	}
	next := head[1]
	return next == '!' || next == '?' || next == '/' || next == '%' || next >= 'a' && next <= 'z'
}

// checkCharacters reads to the end and refuses whatever is neither UTF-8 nor a
// character of Windows-1252: logs often hold both.
func checkCharacters(r *bufio.Reader) error {
	for {
		char, size, err := r.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case char < utf8.RuneSelf && !plain(byte(char)):
			return document.ErrContent
		case char == utf8.RuneError && size == 1:
			if err := r.UnreadRune(); err != nil {
				return err
			}
			if b, err := r.ReadByte(); err != nil || !inWindows1252(b) {
				return errors.Join(document.ErrContent, err)
			}
		}
	}
}

// plain reports whether an ASCII character belongs in text: form feeds do, in
// reports of old programs.
func plain(b byte) bool {
	return b >= 0x20 && b != 0x7f || b == '\t' || b == '\n' || b == '\r' || b == '\f'
}

// inWindows1252 reports whether a byte beyond ASCII is a character there; five
// are not.
func inWindows1252(b byte) bool {
	switch b {
	case 0x81, 0x8d, 0x8f, 0x90, 0x9d:
		return false
	}
	return true
}
