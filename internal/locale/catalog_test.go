package locale_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"helphub/internal/locale"
)

// area is one catalog file: its keys in the order of the file, and its texts.
type area struct {
	path  string
	keys  []string
	texts map[string]string
}

// readArea reads a catalog file token by token, because a decoder into a map
// hides both the order and a key given twice.
func readArea(t *testing.T, path string) area {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	a := area{path: path, texts: map[string]string{}}
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err := d.Token(); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		text, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		name, isKey := key.(string)
		value, isText := text.(string)
		if !isKey || !isText {
			t.Fatalf("%s: %v is not a text", path, key)
		}
		a.keys, a.texts[name] = append(a.keys, name), value
	}
	return a
}

// readCatalog reads every area of a language, by file name.
func readCatalog(t *testing.T, lang locale.Lang) map[string]area {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join("catalog", string(lang), "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no catalog of %s: %v", lang, err)
	}
	areas := map[string]area{}
	for _, path := range paths {
		areas[filepath.Base(path)] = readArea(t, path)
	}
	return areas
}

// texts are all messages of a language by key.
func texts(t *testing.T, lang locale.Lang) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, a := range readCatalog(t, lang) {
		for key, text := range a.texts {
			all[key] = text
		}
	}
	return all
}

var (
	keyShape    = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$`)
	placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)
)

// placeholders are the distinct {names} of a text, sorted.
func placeholders(text string) []string {
	names := []string{}
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func TestCatalogFilesAreFlatSortedAndNamedLikeTheirKeys(t *testing.T) {
	t.Parallel()
	for _, lang := range locale.Langs() {
		for name, a := range readCatalog(t, lang) {
			if !slices.IsSorted(a.keys) {
				t.Errorf("%s is not sorted", a.path)
			}
			if len(a.keys) != len(a.texts) {
				t.Errorf("%s has a key twice", a.path)
			}
			for _, key := range a.keys {
				if !keyShape.MatchString(key) || !strings.HasPrefix(key, strings.TrimSuffix(name, ".json")+".") {
					t.Errorf("%s: key %q does not begin with the file's name, or is no key", a.path, key)
				}
			}
		}
	}
}

func TestEveryMessageExistsInEveryLanguageWithTheSamePlaceholders(t *testing.T) {
	t.Parallel()
	first := locale.Langs()[0]
	want := texts(t, first)
	for _, lang := range locale.Langs()[1:] {
		got := texts(t, lang)
		for key, text := range want {
			other, ok := got[key]
			if !ok {
				t.Errorf("%s lacks %s", lang, key)
				continue
			}
			if diff := cmp.Diff(placeholders(text), placeholders(other)); diff != "" {
				t.Errorf("%s: placeholders differ between %s and %s:\n%s", key, first, lang, diff)
			}
		}
		for key := range got {
			if _, ok := want[key]; !ok {
				t.Errorf("%s has %s, which %s lacks", lang, key, first)
			}
		}
	}
}

func TestNoMessageIsEmptyPaddedOrHalfAPlaceholder(t *testing.T) {
	t.Parallel()
	for _, lang := range locale.Langs() {
		for key, text := range texts(t, lang) {
			if text == "" || strings.TrimSpace(text) != text {
				t.Errorf("%s %s is %q", lang, key, text)
			}
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}") {
				t.Errorf("%s %s has a brace that is no placeholder: %q", lang, key, text)
			}
		}
	}
}

func TestCountedMessagesHaveBothForms(t *testing.T) {
	t.Parallel()
	for _, lang := range locale.Langs() {
		all := texts(t, lang)
		for key := range all {
			for suffix, other := range map[string]string{".one": ".other", ".other": ".one"} {
				if base, ok := strings.CutSuffix(key, suffix); ok && all[base+other] == "" {
					t.Errorf("%s: %s has no %s", lang, key, other)
				}
			}
		}
	}
}
