package inspect

import (
	"bytes"

	"github.com/h2non/filetype"

	"helphub/internal/document"
)

// headSize is how much of a file or an entry tells what it is: the last magic
// number we care for (tar) is at byte 257.
const headSize = 512

// A family is what magic numbers can tell; kinds of one family are told apart
// by what is inside.
type family string

const (
	unknown  family = ""
	picture  family = "picture"
	pdf      family = "pdf"
	compound family = "compound" // OLE: the office files of before 2007
	archive  family = "archive"
	program  family = "program"
	other    family = "other" // recognised, and nothing we take
)

// families maps what the library calls a file to its family. It knows several
// names for one magic number and answers with any of them.
var families = map[string]family{
	"png": picture, "jpg": picture, "webp": picture,
	"pdf": pdf,
	"doc": compound, "xls": compound, "ppt": compound,
	"zip": archive, "docx": archive, "xlsx": archive, "pptx": archive, "epub": archive, "rar": archive, "7z": archive,
	"gz": archive, "bz2": archive, "xz": archive, "zst": archive, "Z": archive, "lz": archive, "tar": archive,
	"cab": archive, "ar": archive, "deb": archive, "rpm": archive, "crx": archive,
	"exe": program, "elf": program, "macho": program, "wasm": program, "dex": program, "dey": program, "swf": program,
}

// Magic numbers that the library does not know, or not without more of the file.
var (
	compoundMagic = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}
	zipMagic      = []byte("PK\x03\x04")
	scriptMagic   = []byte("#!")
)

// sniff tells the family of what begins with head.
func sniff(head []byte) family {
	switch {
	case bytes.HasPrefix(head, compoundMagic):
		return compound
	case bytes.HasPrefix(head, scriptMagic):
		return program
	}
	found, err := filetype.Match(head)
	if err != nil || found == filetype.Unknown {
		return unknown
	}
	if f, ok := families[found.Extension]; ok {
		return f
	}
	return other
}

// check looks into a file that is kept as it is. It returns a fault of
// internal/document, or any other error for a file that is broken.
func check(s *source, kind document.Kind) error {
	head, err := s.head(headSize)
	if err != nil {
		return err
	}
	is := sniff(head)
	switch kind {
	case document.PDF:
		return checkPDF(s)
	case document.TXT, document.CSV:
		return checkText(s)
	case document.DOC, document.XLS:
		if is != compound {
			return document.ErrContent
		}
		return checkCompound(s, kind)
	case document.DOCX, document.XLSX, document.ODT, document.ZIP:
		if is == compound && kind != document.ZIP && isSealed(s) {
			return document.ErrEncrypted
		}
		if !bytes.HasPrefix(head, zipMagic) {
			return notZip(head)
		}
		return checkArchive(s, kind)
	}
	return document.ErrKind
}

// notZip says why something does not begin like an archive: one without
// entries begins with its end.
func notZip(head []byte) error {
	if bytes.HasPrefix(head, endMagic) {
		return document.ErrEmpty
	}
	return document.ErrContent
}
