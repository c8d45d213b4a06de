package inspect

import (
	"bytes"

	"helphub/internal/document"
)

// maxKept is how much of an archive's entries is held in memory, in bytes: all
// lists of relations of the largest workbook are a fraction of it.
const maxKept = 4 << 20

// keeper holds the entries of an archive that are read for what they say.
type keeper struct {
	parts map[string][]byte
	total int
}

// entry returns where the bytes of one entry go.
func (k *keeper) entry(name string) *keeping {
	if k.parts == nil {
		k.parts = map[string][]byte{}
	}
	k.parts[name] = nil
	return &keeping{k, name}
}

type keeping struct {
	in   *keeper
	name string
}

// Write keeps p unless that is too much.
func (k *keeping) Write(p []byte) (int, error) {
	if k.in.total += len(p); k.in.total > maxKept || len(k.in.parts[k.name])+len(p) > maxPart {
		return 0, document.ErrBomb
	}
	k.in.parts[k.name] = append(k.in.parts[k.name], p...)
	return len(p), nil
}

// finder looks for words in what is written to it, also across writes.
type finder struct {
	needles []string
	found   bool
	rest    []byte // the end of what was written, too short to hold a needle
}

// fresh forgets the end of the entry before.
func (f *finder) fresh() *finder {
	f.rest = f.rest[:0]
	return f
}

// Write looks through p. It never fails.
func (f *finder) Write(p []byte) (int, error) {
	if f.found {
		return len(p), nil
	}
	longest := 0
	f.rest = append(f.rest, p...)
	for _, needle := range f.needles {
		f.found = f.found || bytes.Contains(f.rest, []byte(needle))
		longest = max(longest, len(needle))
	}
	if keep := longest - 1; len(f.rest) > keep {
		f.rest = append(f.rest[:0], f.rest[len(f.rest)-keep:]...)
	}
	return len(p), nil
}
