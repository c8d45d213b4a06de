package inspect

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"helphub/internal/document"
)

// Signatures and sizes of a zip's records (APPNOTE.TXT 6.3, 4.3).
var (
	endMagic       = []byte("PK\x05\x06")
	directoryMagic = []byte("PK\x01\x02")
)

const (
	endSize   = 22                // without the comment
	endTail   = endSize + 1<<16   // where the end record can be
	localSize = 30                // without name and extra
	maxIndex  = maxEntries * 1024 // largest directory, in bytes
)

// end is what a zip's last record says.
type end struct {
	entries int
	offset  int64 // of the directory
}

// findEnd reads the last record of a zip and refuses whatever readers do not
// agree about: bytes before the first entry or after the end, several disks,
// more entries than the record can count. It bounds what reading the directory
// costs, before anybody reads it.
func findEnd(s *source) (end, error) {
	tail, err := s.tail(endTail)
	if err != nil {
		return end{}, err
	}
	at := bytes.LastIndex(tail, endMagic)
	if at < 0 || len(tail)-at < endSize {
		return end{}, document.ErrBroken
	}
	record := tail[at:]
	u16 := func(i int) int { return int(binary.LittleEndian.Uint16(record[i:])) }
	u32 := func(i int) int64 { return int64(binary.LittleEndian.Uint32(record[i:])) }
	entries, size, offset := u16(10), u32(12), u32(16)
	switch {
	case u16(4) != 0 || u16(6) != 0 || u16(8) != entries, size == 1<<32-1, offset == 1<<32-1:
		return end{}, document.ErrBroken
	case entries == 0:
		return end{}, document.ErrEmpty
	case entries > maxEntries || size > maxIndex:
		return end{}, document.ErrBomb
	case endSize+u16(20) != len(record), offset+size != s.size-int64(len(record)):
		return end{}, document.ErrMixed
	}
	return end{entries: entries, offset: offset}, nil
}

// checkLayout walks through a zip from its first byte to its directory: every
// byte belongs to one entry, and each entry is called the same where it lies
// and in the directory. Readers that stream and readers that look things up
// then see the same files, and nothing is hidden between them.
func checkLayout(s *source, files []*zip.File, directory int64) error {
	type placed struct {
		file *zip.File
		data int64
	}
	all := make([]placed, 0, len(files))
	for _, f := range files {
		data, err := f.DataOffset()
		if err != nil {
			return err
		}
		all = append(all, placed{f, data})
	}
	slices.SortFunc(all, func(a, b placed) int { return cmp.Compare(a.data, b.data) })
	var at int64
	for i, p := range all {
		ok, err := findLocal(s, p.file, at, p.data, i == 0)
		if err != nil {
			return err
		}
		if !ok {
			return document.ErrMixed
		}
		at = p.data + int64(p.file.CompressedSize64) //nolint:gosec // not more than the archive itself
	}
	return checkGap(s, at, directory)
}

// descriptors are the sizes of what may stand behind an entry's bytes: nothing,
// or its sum and sizes, with or without a signature, in 32 or 64 bits.
var descriptors = []int64{0, 12, 16, 20, 24}

// findLocal reports whether the header of an entry whose bytes begin at data is
// right behind at, or behind the descriptor of the entry before.
func findLocal(s *source, f *zip.File, at, data int64, first bool) (ok bool, err error) {
	for _, gap := range descriptors {
		begin := at + gap
		if first && gap > 0 || begin+localSize+int64(len(f.Name)) > data {
			break
		}
		header, err := s.part(begin, localSize+int64(len(f.Name)))
		if err != nil {
			return false, err
		}
		if isLocal(header, f, data-begin) {
			return true, nil
		}
	}
	return false, nil
}

// isLocal reports whether a header is that of f and as long as it must be.
func isLocal(header []byte, f *zip.File, length int64) bool {
	const described = 1 << 3 // flag: sum and sizes follow the bytes
	u16 := func(i int) uint16 { return binary.LittleEndian.Uint16(header[i:]) }
	packed := binary.LittleEndian.Uint32(header[18:])
	return bytes.HasPrefix(header, zipMagic) &&
		u16(8) == f.Method &&
		u16(6)&1 == 0 &&
		(u16(6)&described != 0 || uint64(packed) == f.CompressedSize64 || packed == 1<<32-1) &&
		localSize+int64(u16(26))+int64(u16(28)) == length &&
		string(header[localSize:]) == f.Name
}

// checkGap demands that the directory begins where the last entry ends.
func checkGap(s *source, at, directory int64) error {
	if !slices.Contains(descriptors, directory-at) {
		return document.ErrMixed
	}
	begin, err := s.part(directory, int64(len(directoryMagic)))
	if err != nil {
		return err
	}
	if !bytes.Equal(begin, directoryMagic) {
		return document.ErrMixed
	}
	return nil
}
