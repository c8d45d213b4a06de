package inspect

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"helphub/internal/document"
)

// How much an archive may hold. The largest honest ones we know are
// spreadsheets, which unpack to some 20 times their size.
const (
	maxEntries = 10_000
	// maxUnpacked and moreUnpacked: all entries together may unpack to 256 MiB
	// and ten times the archive's own size.
	maxUnpacked  = 256 << 20
	moreUnpacked = 10
	// maxRatio is how many times its size an archive may unpack to, once that is
	// more than freeUnpacked: a small file of one repeated letter is no bomb.
	maxRatio     = 100
	freeUnpacked = 16 << 20
	// maxPart is the largest entry that is read for what it says, in bytes.
	maxPart = 1 << 20
)

// contents is an archive whose outside has been found in order.
type contents struct {
	files []*zip.File
	names map[string]*zip.File // by cleaned name, in lower case
	kind  document.Kind
	size  int64 // of the archive
}

// checkArchive looks into a zip of any kind: first at what holds for all, then
// at what the kind demands.
func checkArchive(s *source, kind document.Kind) error {
	c, err := openArchive(s, kind)
	if err != nil {
		return err
	}
	switch kind {
	case document.DOCX, document.XLSX:
		return c.checkOffice()
	case document.ODT:
		return c.checkOpenDocument()
	}
	return c.checkPlain()
}

// openArchive reads the directory of a zip and checks everything that can be
// said without unpacking.
func openArchive(s *source, kind document.Kind) (*contents, error) {
	end, err := findEnd(s)
	if err != nil {
		return nil, err
	}
	r, err := zip.NewReader(s, s.size)
	if err != nil {
		return nil, err
	}
	if len(r.File) != end.entries {
		return nil, document.ErrMixed
	}
	c := &contents{files: r.File, names: make(map[string]*zip.File, len(r.File)), kind: kind, size: s.size}
	var unpacked uint64
	for _, f := range r.File {
		if err := c.add(f); err != nil {
			return nil, err
		}
		if unpacked += f.UncompressedSize64; f.UncompressedSize64 > 1<<40 || unpacked > c.budget() {
			return nil, document.ErrBomb
		}
	}
	return c, checkLayout(s, r.File, end.offset)
}

// budget is what all entries together may unpack to, in bytes.
func (c *contents) budget() uint64 {
	size := uint64(c.size) //nolint:gosec // a file's size is not negative
	return max(freeUnpacked, min(maxUnpacked+moreUnpacked*size, maxRatio*size))
}

// add checks one entry's line in the directory.
func (c *contents) add(f *zip.File) error {
	const encrypted, strong, masked = 1, 1 << 6, 1 << 13
	if f.Flags&(encrypted|strong|masked) != 0 {
		return document.ErrEncrypted
	}
	if f.CompressedSize64 > uint64(c.size) { //nolint:gosec // a file's size is not negative
		return document.ErrBroken
	}
	if mode := f.Mode(); !mode.IsRegular() && !mode.IsDir() {
		return document.ErrPaths // a link, a device
	}
	name, ok := entryName(f.Name)
	if !ok {
		return document.ErrPaths
	}
	name = strings.ToLower(name)
	// Two entries of one name: each program opens another of them. A plain
	// archive may hold README and readme; in an office file they are one part.
	if was, twice := c.names[name]; twice && (was.Name == f.Name || c.kind != document.ZIP) {
		return document.ErrMixed
	}
	c.names[name] = f
	return nil
}

// entryName is an entry's name with slashes, ok when it stays in its folder on
// every system and shows what it is.
func entryName(raw string) (name string, ok bool) {
	name = strings.TrimPrefix(strings.ReplaceAll(raw, `\`, "/"), "./")
	folder := strings.TrimSuffix(name, "/")
	if folder == "" || len(name) > 1024 || strings.ContainsAny(name, ":\x00") || strings.HasPrefix(name, "/") {
		return "", false
	}
	for part := range strings.SplitSeq(folder, "/") {
		if part == ".." || part == "." || part == "" {
			return "", false
		}
	}
	for _, r := range name {
		if r < 0x20 || r == 0x7f || turns(r) {
			return "", false
		}
	}
	return name, path.Clean(folder) == folder
}

// turns reports whether a character changes the direction of what follows:
// with one, "exe.fdp" reads as "pdf.exe" (Unicode 9, explicit formatting).
func turns(r rune) bool {
	return r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0x061c
}

// unpack reads every entry to its end and thereby checks its sum. wants says
// where the bytes of an entry go besides; nil is nowhere. see is shown
// the first bytes of each entry.
func (c *contents) unpack(wants func(name string) io.Writer, see func(name string, head []byte) error) error {
	left := c.budget()
	buf := make([]byte, 32<<10)
	for _, f := range c.files {
		name, _ := entryName(f.Name)
		if strings.HasSuffix(name, "/") {
			continue
		}
		e := entry{file: f, left: left, to: wants(name)}
		if err := e.read(buf); err != nil {
			return err
		}
		left = e.left
		if err := see(name, e.head); err != nil {
			return err
		}
	}
	return nil
}

// entry is one entry while it is unpacked.
type entry struct {
	file *zip.File
	to   io.Writer
	head []byte
	left uint64 // what may still be unpacked
}

func (e *entry) read(buf []byte) (err error) {
	r, err := e.file.Open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	for {
		n, err := r.Read(buf)
		if uint64(n) > e.left { //nolint:gosec // a count is not negative
			return document.ErrBomb
		}
		e.left -= uint64(n) //nolint:gosec // a count is not negative
		if room := headSize - len(e.head); room > 0 {
			e.head = append(e.head, buf[:min(n, room)]...)
		}
		if e.to != nil {
			if _, err := e.to.Write(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// checkPlain checks an archive that is nothing more than one.
func (c *contents) checkPlain() error {
	for _, sign := range []string{"[content_types].xml", "mimetype", "meta-inf/manifest.mf", "androidmanifest.xml"} {
		if _, ok := c.names[sign]; ok {
			return document.ErrContent // an office file or a program under another name
		}
	}
	for _, f := range c.files {
		if isProgram(f.Name) {
			return document.ErrProgram.With("entry", document.Clean(f.Name))
		}
	}
	nowhere := func(string) io.Writer { return nil }
	return c.unpack(nowhere, func(name string, head []byte) error {
		switch sniff(head) {
		case program:
			return document.ErrProgram.With("entry", document.Clean(name))
		case archive, compound:
			return document.ErrNested
		}
		return nil
	})
}

// programs are endings that Windows, macOS or Linux runs on a double click, or
// that bring a program with them.
var programs = strings.Fields(`.apk .app .appx .bat .bash .chm .cmd .com .cpl .dll .dmg .exe .gadget .hta .inf .jar .js
	.jse .lnk .mjs .msc .msi .msix .msp .pif .pl .ps1 .psm1 .py .pyw .rb .reg .scf .scr .sct .sh .sys .url .vb .vbe .vbs
	.ws .wsc .wsf .wsh .xll`)

// isProgram reports whether an entry is one by its name. Windows drops dots and
// blanks at a name's end.
func isProgram(name string) bool {
	return slices.Contains(programs, strings.ToLower(path.Ext(strings.TrimRight(name, " ./\\"))))
}
