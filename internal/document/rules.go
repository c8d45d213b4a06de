package document

import (
	"slices"
	"strings"

	"helphub/internal/fault"
)

// MiB is the unit in which sizes are set.
const MiB = 1 << 20

// Bounds of the settings. The smallest file limit still takes a photo of a
// phone; the largest is what can be looked into within a request.
const (
	MinSize  = 1 * MiB
	MaxSize  = 1024 * MiB
	MaxQuota = 1024 * 1024 * MiB
)

// Rules are the settings of what may be filed.
type Rules struct {
	// Size is the largest file, in bytes as it is sent.
	Size int64
	// Quota is how much one person's files may be together, in bytes as kept.
	Quota int64
	// Files is how many go into one form.
	Files int
	// Kinds are those that are taken.
	Kinds []Kind
}

// DefaultRules are the settings of a new company: 16 MiB a file, 2 GiB a
// person, ten files a form, every kind.
func DefaultRules() Rules {
	return Rules{Size: 16 * MiB, Quota: 2048 * MiB, Files: 10, Kinds: Kinds()}
}

// Check refuses settings outside of their bounds, each by its field: max_size,
// quota, max_files, kinds.
func (r Rules) Check() error {
	var faults fault.Faults
	if r.Size < MinSize || r.Size > MaxSize {
		faults.Add(ErrRange.On("max_size").With("min", MinSize/MiB, "max", MaxSize/MiB))
	}
	if r.Quota < r.Size || r.Quota > MaxQuota {
		faults.Add(ErrRange.On("quota").With("min", r.Size/MiB, "max", MaxQuota/MiB))
	}
	if r.Files < 1 || r.Files > 100 {
		faults.Add(ErrRange.On("max_files").With("min", 1, "max", 100))
	}
	known := func(k Kind) bool { return slices.Contains(Kinds(), k) }
	switch {
	case len(r.Kinds) == 0:
		faults.Add(fault.ErrRequired.On("kinds"))
	case !allOf(r.Kinds, known):
		faults.Add(fault.ErrUnknown.On("kinds"))
	}
	return faults.Err()
}

// ErrRange refuses a setting that is not from {min} to {max}.
var ErrRange = fault.New(fault.Invalid, "document.range")

// Admit cleans a file's name and reports the kind it promises, before a byte
// of it is read. ErrKind when the kind is not taken.
func (r Rules) Admit(raw string) (name string, k Kind, err error) {
	name = Clean(raw)
	k, ok := KindOf(name)
	if !ok || !slices.Contains(r.Kinds, k) {
		return name, "", ErrKind.With("name", name, "kinds", r.list())
	}
	return name, k, nil
}

// Room refuses size more bytes for a person whose files are used bytes already.
func (r Rules) Room(used, size int64) error {
	if size > r.Quota-used {
		return ErrQuota.With("used", used/MiB, "quota", r.Quota/MiB)
	}
	return nil
}

// Fits refuses more files than one form takes.
func (r Rules) Fits(files int) error {
	if files > r.Files {
		return ErrTooMany.With("max", r.Files, "n", files)
	}
	return nil
}

// TooLarge is the refusal of a file that is larger than the rules take.
func (r Rules) TooLarge(name string) error {
	return ErrTooLarge.With("name", name, "max", r.Size/MiB)
}

// list names the kinds as people call them.
func (r Rules) list() string {
	words := make([]string, len(r.Kinds))
	for i, k := range r.Kinds {
		words[i] = string(k)
	}
	return strings.Join(words, ", ")
}

func allOf(kinds []Kind, ok func(Kind) bool) bool {
	return !slices.ContainsFunc(kinds, func(k Kind) bool { return !ok(k) })
}
