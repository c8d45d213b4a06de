package intake

import (
	"bufio"
	"encoding/csv"
	"errors"
	"io"
	"strings"
)

// Bounds on what is read of a file that may be anything.
const (
	maxLine        = 1 << 20 // bytes; a longer line is a broken one
	maxRecordLines = 100     // a quoted field may hold line breaks
)

// lines cuts a CSV file into records. A quote that is never closed costs its
// own line and not the rest of the file, which is what encoding/csv makes of
// it when it is given the whole.
type lines struct {
	file   *bufio.Reader
	width  int      // how many fields a record has; 0 while nobody knows
	ahead  []string // read and not given yet
	number int      // of the last line given, the first being 1
}

func newLines(file io.Reader) *lines {
	return &lines{file: bufio.NewReaderSize(skipMark(file), maxLine)}
}

// next returns a record and the line it begins on, or why that line is none;
// io.EOF after the last.
func (l *lines) next() (record []string, line int, why string, err error) {
	text := ""
	for strings.TrimSpace(text) == "" {
		if !l.look(1) {
			return nil, 0, "", l.end()
		}
		text = l.ahead[0]
		l.take(1)
	}
	line = l.number
	record, why = cutRecord(text)
	if why == "" {
		return record, line, "", nil
	}
	// A quoted field may go on below. When no record comes of that, this line
	// alone is broken.
	quotes := strings.Count(text, `"`)
	for n := 1; quotes%2 == 1 && n <= maxRecordLines && l.look(n); n++ {
		quotes += strings.Count(l.ahead[n-1], `"`)
		if quotes%2 == 1 {
			continue
		}
		if joined, bad := cutRecord(text + strings.Join(l.ahead[:n], "")); bad == "" && (l.width == 0 || len(joined) == l.width) {
			l.take(n)
			return joined, line, "", nil
		}
	}
	return nil, line, why, nil
}

// cutRecord reads text as exactly one record.
func cutRecord(text string) (record []string, why string) {
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord = -1
	record, err := r.Read()
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		return nil, broken.Err.Error()
	case err != nil:
		return nil, err.Error()
	}
	if _, err := r.Read(); !errors.Is(err, io.EOF) {
		return nil, "more than one record"
	}
	return record, ""
}

// look reads until n lines wait, and reports whether there are so many.
func (l *lines) look(n int) bool {
	for len(l.ahead) < n {
		text, err := l.file.ReadSlice('\n')
		line := string(text)
		if errors.Is(err, bufio.ErrBufferFull) {
			line = "\x00\n" // no text, so no record
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = l.file.ReadSlice('\n')
			}
		}
		if line == "" {
			return false
		}
		l.ahead = append(l.ahead, line)
	}
	return true
}

func (l *lines) take(n int) {
	l.ahead = l.ahead[n:]
	l.number += n
}

// end is why there is no further line: io.EOF, or what the file said.
func (l *lines) end() error {
	_, err := l.file.ReadByte()
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}
