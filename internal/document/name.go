package document

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxName is the longest cleaned file name, in characters.
const MaxName = 200

// maxExtension is the longest ending that still counts as one, in characters
// with the dot. Anything longer is a sentence with a full stop in it.
const maxExtension = 16

// nameless is the name of a file that has none of its own.
const nameless = "document"

// Clean returns a file's own name as it may be shown and offered for saving:
// without folders, control characters, invisible and direction-changing
// characters, and without what Windows does not allow in a name; up to MaxName
// characters, its extension kept. It never fails, is never empty, and cleaning
// twice changes nothing. It promises nothing about the content, and the result
// is not for making paths: bytes are kept under ids.
func Clean(raw string) string {
	raw = strings.Trim(readable(raw), `"`)
	raw = strings.TrimRight(raw, `/\`)
	raw = raw[strings.LastIndexAny(raw, `/\`)+1:]
	raw = strings.Trim(strings.Join(strings.Fields(strings.Map(cleanRune, raw)), " "), " ")
	stem, ext := split(strings.TrimRight(raw, " ."))
	stem = strings.Trim(stem, " .")
	if stem == "" {
		stem = nameless
	}
	if isDevice(stem) {
		stem = "_" + stem
	}
	whole := stem
	stem = strings.TrimRight(cut(stem, MaxName-utf8.RuneCountInString(ext)), " .")
	for ext == "" && stem != whole { // what was cut may not leave an extension that was none
		bare, made := split(stem)
		if made == "" {
			break
		}
		stem = strings.TrimRight(bare, " .")
	}
	return stem + ext
}

// Rename gives a file's name the usual extension of another kind, for a file
// that was kept as something else than it came.
func Rename(name string, k Kind) string {
	if was, ok := KindOf(name); ok && was == k {
		return name
	}
	stem, _ := split(name)
	return Clean(stem + k.Extensions()[0])
}

// Disposition is a Content-Disposition for a download called name (RFC 6266):
// the name in ASCII for everybody and in full for who reads RFC 8187. The name
// is cleaned here again, so that whatever is passed, it stays one header with
// one file name.
func Disposition(name string, inline bool) string {
	name = Clean(name)
	value := "attachment"
	if inline {
		value = "inline"
	}
	plain := strings.Map(func(r rune) rune {
		// A percent sign is decoded by some browsers, a semicolon splits the
		// header for some proxies.
		if r < 0x20 || r > 0x7e || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	value += `; filename="` + plain + `"`
	if plain != name {
		value += `; filename*=UTF-8''` + percent(name)
	}
	return value
}

// readable takes bytes that are no UTF-8 for Latin-1, which is what old
// browsers and mail programs send.
func readable(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}

// cleanRune maps one character of a name: -1 drops it.
func cleanRune(r rune) rune {
	switch {
	case unicode.IsSpace(r), unicode.Is(unicode.Z, r):
		return ' '
	case !unicode.IsGraphic(r): // control, format (direction, zero width), private, unassigned
		return -1
	case strings.ContainsRune(`<>:"/\|?*`, r):
		return '_'
	}
	return r
}

// split parts a name before its last dot; the second part is empty when what
// follows the dot is no extension.
func split(name string) (stem, ext string) {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 || utf8.RuneCountInString(name[dot:]) > maxExtension {
		return name, ""
	}
	return name[:dot], name[dot:]
}

// cut shortens s to at most n characters.
func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// isDevice reports whether Windows would take a stem for a device and not for
// a file: it looks only at what is before the first dot.
func isDevice(stem string) bool {
	first, _, _ := strings.Cut(stem, ".")
	first = strings.ToUpper(strings.TrimSpace(first))
	switch first {
	case "CON", "PRN", "AUX", "NUL":
		return true
	}
	return len(first) == 4 && (strings.HasPrefix(first, "COM") || strings.HasPrefix(first, "LPT")) && first[3] >= '0' && first[3] <= '9'
}

// percent encodes every byte that RFC 8187 does not allow bare (attr-char).
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteString(string([]byte{'%', hex[c>>4], hex[c&15]}))
	}
	return b.String()
}
