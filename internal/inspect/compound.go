package inspect

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// A compound file is a small file system inside a file, in which Word and Excel
// kept their work before 2007 ([MS-CFB]). Only what we need of it is read: the
// names of its streams, and one stream from its beginning.

// Special sector numbers ([MS-CFB] 2.1).
const (
	maxSector  = 0xfffffffa // the largest that is one
	endOfChain = 0xfffffffe
	freeSector = 0xffffffff
)

// Types of directory entries ([MS-CFB] 2.6.1).
const (
	storageType = 1
	streamType  = 2
	rootType    = 5
)

const (
	compoundHead = 512
	nodeSize     = 128
	miniSector   = 64
	// miniCutoff is the size from which a stream has sectors of its own.
	miniCutoff = 4096
	// maxNodes is how many names a compound file may have: books with a few
	// hundred sheets have dozens.
	maxNodes = 10_000
)

var errCompound = errors.New("compound file does not hold together")

// compoundFile is one of them, opened.
type compoundFile struct {
	s         *source
	sector    int64    // bytes in a sector, 512 or 4096
	tables    []uint32 // sectors that hold the allocation table
	miniTable []uint32 // sectors that hold the allocation table of small streams
	nodes     []node
}

// node is a stream or storage: a file or a folder.
type node struct {
	name  string
	kind  byte
	start uint32
	size  int64
}

// openCompound reads header, allocation table and directory.
func openCompound(s *source) (*compoundFile, error) {
	head, err := s.head(compoundHead)
	if err != nil || len(head) < compoundHead {
		return nil, errors.Join(errCompound, err)
	}
	u32 := func(i int) uint32 { return binary.LittleEndian.Uint32(head[i:]) }
	shift := binary.LittleEndian.Uint16(head[30:])
	if shift != 9 && shift != 12 || binary.LittleEndian.Uint16(head[28:]) != 0xfffe || u32(56) != miniCutoff {
		return nil, errCompound
	}
	c := &compoundFile{s: s, sector: 1 << shift}
	if err := c.readTables(head, u32(68)); err != nil {
		return nil, err
	}
	if c.miniTable, err = c.chain(u32(60)); err != nil {
		return nil, err
	}
	return c, c.readNodes(u32(48))
}

// sectors is how many sectors the file can have, and so how long a chain may
// be that does not run in a circle.
func (c *compoundFile) sectors() int { return int(c.s.size/c.sector) + 1 }

// at reads the sector of a number; the last one may be cut short.
func (c *compoundFile) at(number uint32, buf []byte) error {
	if number > maxSector {
		return errCompound
	}
	n, err := c.s.ReadAt(buf[:c.sector], (int64(number)+1)*c.sector)
	if n == 0 {
		return errors.Join(errCompound, err)
	}
	clear(buf[n:c.sector])
	return nil
}

// readTables lists the sectors of the allocation table: 109 are in the header,
// the others in a chain of lists that starts at more.
func (c *compoundFile) readTables(head []byte, more uint32) error {
	list := head[76:compoundHead]
	buf := make([]byte, c.sector)
	for lists := 0; ; lists++ {
		for i := 0; i+4 <= len(list); i += 4 {
			if number := binary.LittleEndian.Uint32(list[i:]); number <= maxSector {
				c.tables = append(c.tables, number)
			}
		}
		if more > maxSector {
			return nil
		}
		if lists > c.sectors() || len(c.tables) > c.sectors() {
			return errCompound
		}
		if err := c.at(more, buf); err != nil {
			return err
		}
		list = buf[:c.sector-4]
		more = binary.LittleEndian.Uint32(buf[c.sector-4:])
	}
}

// entry looks a number up in an allocation table that is kept in sectors.
func (c *compoundFile) entry(table []uint32, number uint32) (uint32, error) {
	per := uint32(c.sector) / 4 //nolint:gosec // 512 or 4096
	if int64(number/per) >= int64(len(table)) {
		return 0, errCompound
	}
	var raw [4]byte
	at := (int64(table[number/per])+1)*c.sector + int64(number%per)*4
	if _, err := c.s.ReadAt(raw[:], at); err != nil {
		return 0, err
	}
	return binary.LittleEndian.Uint32(raw[:]), nil
}

// chain lists the sectors of a stream from its first one.
func (c *compoundFile) chain(first uint32) ([]uint32, error) {
	return c.follow(c.tables, first, c.sectors())
}

func (c *compoundFile) follow(table []uint32, first uint32, longest int) ([]uint32, error) {
	var chain []uint32
	for number := first; number != endOfChain; {
		if number > maxSector || len(chain) > longest {
			return chain, nilIfEmpty(first, chain)
		}
		chain = append(chain, number)
		next, err := c.entry(table, number)
		if err != nil {
			return nil, err
		}
		number = next
	}
	return chain, nil
}

// nilIfEmpty accepts a chain that never begins: some programs write "free"
// instead of "end" for a stream without bytes.
func nilIfEmpty(first uint32, chain []uint32) error {
	if first > maxSector && len(chain) == 0 {
		return nil
	}
	return errCompound
}

func (c *compoundFile) readNodes(first uint32) error {
	chain, err := c.chain(first)
	if err != nil {
		return err
	}
	buf := make([]byte, c.sector)
	for _, number := range chain {
		if err := c.at(number, buf); err != nil {
			return err
		}
		for raw := range slices.Chunk(buf, nodeSize) {
			if n, ok := readNode(raw); ok {
				c.nodes = append(c.nodes, n)
			}
		}
		if len(c.nodes) > maxNodes {
			return errCompound
		}
	}
	if len(c.nodes) == 0 || c.nodes[0].kind != rootType {
		return errCompound
	}
	return nil
}

// readNode reads one directory entry; not ok for one that is not in use.
func readNode(raw []byte) (node, bool) {
	length := int(binary.LittleEndian.Uint16(raw[64:]))
	kind := raw[66]
	if length < 2 || length > 64 || kind != storageType && kind != streamType && kind != rootType {
		return node{}, false
	}
	units := make([]uint16, length/2-1) // without the zero at the end
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(raw[2*i:])
	}
	return node{
		name:  string(utf16.Decode(units)),
		kind:  kind,
		start: binary.LittleEndian.Uint32(raw[116:]),
		// The upper half is only in use with large sectors, for files we do not take.
		size: int64(binary.LittleEndian.Uint32(raw[120:])),
	}, true
}

// inUse reports whether the byte at an offset is in a sector that belongs to
// something.
func (c *compoundFile) inUse(at int64) (bool, error) {
	number := at/c.sector - 1
	if number < 0 {
		return at < compoundHead, nil
	}
	if number/(c.sector/4) >= int64(len(c.tables)) {
		return false, nil
	}
	next, err := c.entry(c.tables, uint32(number)) //nolint:gosec // smaller than the table
	return next != freeSector, err
}

// stream finds a stream by its name.
func (c *compoundFile) stream(name string) (node, bool) {
	i := slices.IndexFunc(c.nodes, func(n node) bool { return n.kind == streamType && strings.EqualFold(n.name, name) })
	if i < 0 {
		return node{}, false
	}
	return c.nodes[i], true
}

// open reads a stream from its beginning.
func (c *compoundFile) open(n node) (io.Reader, error) {
	chain, err := c.chain(n.start)
	if n.size >= miniCutoff {
		return io.LimitReader(&sectorReader{next: chain, read: c.at, buf: make([]byte, c.sector)}, n.size), err
	}
	// Small streams share one large one, which the root entry holds.
	shared, err := c.chain(c.nodes[0].start)
	if err != nil {
		return nil, err
	}
	chain, err = c.follow(c.miniTable, n.start, len(shared)*int(c.sector/miniSector))
	read := func(number uint32, buf []byte) error { return c.atMini(shared, number, buf) }
	return io.LimitReader(&sectorReader{next: chain, read: read, buf: make([]byte, miniSector)}, n.size), err
}

// atMini reads a small sector.
func (c *compoundFile) atMini(shared []uint32, number uint32, buf []byte) error {
	off := int64(number) * miniSector
	i := off / c.sector
	if i >= int64(len(shared)) {
		return errCompound
	}
	_, err := c.s.ReadAt(buf[:miniSector], (int64(shared[i])+1)*c.sector+off%c.sector)
	return err
}

// sectorReader reads sectors one after the other.
type sectorReader struct {
	next []uint32
	read func(number uint32, buf []byte) error
	buf  []byte
	rest []byte
}

func (r *sectorReader) Read(p []byte) (int, error) {
	if len(r.rest) == 0 {
		if len(r.next) == 0 {
			return 0, io.EOF
		}
		if err := r.read(r.next[0], r.buf); err != nil {
			return 0, err
		}
		r.rest, r.next = r.buf, r.next[1:]
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// isSealed reports whether a compound file is the envelope of an encrypted
// office file of today ([MS-OFFCRYPTO] 2.3).
func isSealed(s *source) bool {
	c, err := openCompound(s)
	if err != nil {
		return false
	}
	_, sealed := c.stream("EncryptedPackage")
	return sealed
}
