package inspect

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"regexp"
	"strings"

	"helphub/internal/document"
)

// oldMacros are the storages and streams that a compound file has when there
// are programs in it ([MS-OVBA] 2.2.1): Word's, Excel's, and those inside both.
var oldMacros = []string{"macros", "_vba_project_cur", "_vba_project", "vba", "vbaproject", "projectwm"}

// oldObject is what the storage of an object that was put in is called: by Word
// below ObjectPool, by Excel at the root. Ole10Native holds any file at all.
var oldObject = regexp.MustCompile(`(?i)^(_[0-9]{6,}|mbd[0-9a-f]{8}|(\x01)?ole10native|package)$`)

// Records of a workbook ([MS-XLS] 2.3).
const (
	recordEnd      = 0x000a
	recordFilePass = 0x002f
	recordSheet    = 0x0085
	recordBegin    = 0x0809
	macroSheet     = 1 // type of a sheet: formulas that run (Excel 4.0)
	moduleSheet    = 6 // a program of Excel 5
)

// checkCompound checks a file of Word or Excel from before 2007.
func checkCompound(s *source, kind document.Kind) error {
	c, err := openCompound(s)
	if err != nil {
		return err
	}
	for _, n := range c.nodes {
		name := strings.ToLower(n.name)
		switch {
		case isOldMacro(name):
			return document.ErrMacros
		case name == "encryptedpackage":
			return document.ErrEncrypted
		case oldObject.MatchString(name):
			return document.ErrNested
		}
	}
	if err := c.checkEnd(); err != nil {
		return err
	}
	if kind == document.XLS {
		return c.checkWorkbook()
	}
	return c.checkLetter()
}

// checkEnd refuses the end of a zip in what belongs to no stream: most programs
// would open the file as a zip. Inside of a stream it is well: Word and Excel
// keep the colours of a letter in a little zip of their own.
func (c *compoundFile) checkEnd() error {
	tail, err := c.s.tail(endTail)
	if err != nil {
		return err
	}
	from := c.s.size - int64(len(tail))
	for at := 0; ; at++ {
		found := bytes.Index(tail[at:], endMagic)
		if found < 0 {
			return nil
		}
		at += found
		used, err := c.inUse(from + int64(at))
		if err != nil {
			return err
		}
		if !used {
			return document.ErrMixed
		}
	}
}

func isOldMacro(name string) bool {
	for _, macro := range oldMacros {
		if name == macro {
			return true
		}
	}
	return false
}

// checkLetter reads the beginning of a text of Word ([MS-DOC] 2.5.2).
func (c *compoundFile) checkLetter() error {
	const magic, flagsAt, encrypted = 0xa5ec, 10, 1 << 8
	n, ok := c.stream("WordDocument")
	if !ok {
		return document.ErrContent
	}
	r, err := c.open(n)
	if err != nil {
		return err
	}
	var head [flagsAt + 2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return err
	}
	if binary.LittleEndian.Uint16(head[:]) != magic {
		return document.ErrContent
	}
	if binary.LittleEndian.Uint16(head[flagsAt:])&encrypted != 0 {
		return document.ErrEncrypted
	}
	return nil
}

// checkWorkbook reads the first part of a workbook, where its sheets are listed.
func (c *compoundFile) checkWorkbook() error {
	n, ok := c.stream("Workbook")
	if !ok {
		n, ok = c.stream("Book") // Excel 5 and 95
	}
	if !ok {
		return document.ErrContent
	}
	r, err := c.open(n)
	if err != nil {
		return err
	}
	buffered := bufio.NewReader(r)
	for begin := true; ; begin = false {
		done, err := checkRecord(buffered, begin)
		if done || err != nil {
			return err
		}
	}
}

// checkRecord reads one record; done with the last one of the first part.
func checkRecord(r *bufio.Reader, begin bool) (done bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return false, err
	}
	kind, length := binary.LittleEndian.Uint16(head[:]), int(binary.LittleEndian.Uint16(head[2:]))
	switch {
	case begin && kind != recordBegin:
		return false, document.ErrContent
	case kind == recordFilePass:
		return false, document.ErrEncrypted
	case kind == recordEnd:
		return true, nil
	case kind == recordSheet && length >= 6:
		sheet, err := r.Peek(6)
		if err != nil {
			return false, err
		}
		if sheet[5] == macroSheet || sheet[5] == moduleSheet {
			return false, document.ErrMacros
		}
	}
	_, err = r.Discard(length)
	return false, err
}
