package archtest

import (
	"bytes"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const root = "../.."

// How long a hand-written Go file may be, in lines: longer ones are more than
// one thing. Tests are mostly tables, and get more.
const (
	maxLines     = 300
	maxTestLines = 400
)

// long are the files that may be longer, each with its reason.
var long = map[string]string{}

// A habit is something that hand-written sources do not do.
type habit struct {
	name  string
	files *regexp.Regexp // which paths it is about
	found *regexp.Regexp // what may not be in them
	// unless says that a found line is fine after all; nil means never.
	unless func(all []source, s source, line int) bool
}

// habits are checked line by line. The patterns are written so that this file
// does not match itself.
func habits() []habit {
	text := regexp.MustCompile(`\.(go|templ|sql|css|js|md|ya?ml|json|sh|svg)$|(^|/)(Makefile|NOTICE|run|\.env\.example)$`)
	goTest := regexp.MustCompile(`_test\.go$`)
	return []habit{
		{name: "unfinished work is marked", files: text, found: regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME)\b`)},
		{name: "a test sleeps instead of waiting for something", files: goTest, found: regexp.MustCompile(`time\.Sleep` + `\(`), unless: waiting},
		{name: "a test is skipped without saying why", files: goTest, found: regexp.MustCompile(`\.Skip` + `(Now)?\(\s*\)`)},
		{name: "a place that only exists on one machine is named", files: text,
			found: regexp.MustCompile(`/wor` + `k/|/ro` + `ot/(?:main|go)|/ho` + `me/[a-z]+/|\b(?:hou` + `se|libra` + `ries|never-ag` + `ain)\.md`)},
	}
}

// waiting says that a sleep is the step of a loop that asks until a deadline, or
// one on the fake time of testing/synctest, which takes none.
func waiting(all []source, s source, line int) bool {
	for _, l := range s.lines[max(line-8, 0) : line+1] {
		if strings.Contains(l, "deadline") {
			return true
		}
	}
	return slices.ContainsFunc(all, func(other source) bool {
		return path.Dir(other.path) == path.Dir(s.path) && slices.Contains(other.lines, `	"testing/synctest"`)
	})
}

// skipped are the folders that hold nothing hand-written.
var skipped = []string{".git", "assets/vendor", "assets/fonts", "bin", "data", "dist", "node_modules"}

// source is one file of the repository, its path with slashes from the root.
type source struct {
	path  string
	lines []string
}

func (s source) generated() bool {
	return strings.HasSuffix(s.path, ".go") &&
		slices.ContainsFunc(s.lines[:min(len(s.lines), 5)], func(l string) bool { return strings.HasPrefix(l, "// Code generated ") })
}

func readSources(t *testing.T, dir string) []source {
	t.Helper()
	var sources []source
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil // somebody else's temporary file
		}
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, file)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.IsDir() {
			if slices.Contains(skipped, name) || slices.Contains(skipped, d.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		raw, err := os.ReadFile(file)
		if os.IsNotExist(err) || err == nil && (len(raw) > 1<<20 || bytes.IndexByte(raw, 0) >= 0) {
			return nil
		}
		sources = append(sources, source{path: name, lines: strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

// broken lists where sources break a habit, as path:line.
func broken(h habit, sources []source) []string {
	var at []string
	for _, s := range sources {
		if s.generated() || !h.files.MatchString(s.path) {
			continue
		}
		for i, line := range s.lines {
			if h.found.MatchString(line) && (h.unless == nil || !h.unless(sources, s, i)) {
				at = append(at, s.path+":"+strconv.Itoa(i+1)+": "+strings.TrimSpace(line))
			}
		}
	}
	return at
}

func TestSourcesKeepTheirHabits(t *testing.T) {
	t.Parallel()
	sources := readSources(t, root)
	for _, h := range habits() {
		for _, at := range broken(h, sources) {
			t.Errorf("%s: %s", h.name, at)
		}
	}
}

func TestHandWrittenFilesAreShort(t *testing.T) {
	t.Parallel()
	for _, s := range readSources(t, root) {
		if !strings.HasSuffix(s.path, ".go") || s.generated() {
			continue
		}
		reason, ok := long[s.path]
		limit := maxLines
		if strings.HasSuffix(s.path, "_test.go") {
			limit = maxTestLines
		}
		switch n := len(s.lines); {
		case n > limit && !ok:
			t.Errorf("%s has %d lines, more than %d: is it still one thing?", s.path, n, limit)
		case n <= limit && ok:
			t.Errorf("%s is short again (%d lines) and needs no exception for %q", s.path, n, reason)
		}
	}
}

// Every habit is seen to fail on a line that breaks it.
func TestEveryBrokenHabitIsSeen(t *testing.T) {
	t.Parallel()
	for i, line := range []string{"// TO" + "DO: later", "\ttime.Sleep" + "(time.Second)", "\tt.Skip" + "()", "// as /wor" + "k/notes says"} {
		h := habits()[i]
		for name, want := range map[string]int{"a_test.go": 1, "page.png": 0} {
			if got := broken(h, []source{{path: name, lines: []string{"package a", line}}}); len(got) != want {
				t.Errorf("%s: %q in %s is found %d times, want %d", h.name, line, name, len(got), want)
			}
		}
		if got := broken(h, []source{{path: "a_test.go", lines: []string{"// Code generated by hand; DO NOT EDIT.", line}}}); len(got) != 0 {
			t.Errorf("%s is looked for in generated code", h.name)
		}
	}
	polls := source{path: "a_test.go", lines: []string{"for time.Now().Before(deadline) {", "time.Sleep" + "(step)"}}
	if got := broken(habits()[1], []source{polls}); len(got) != 0 {
		t.Errorf("asking until a deadline counts as sleeping: %v", got)
	}
}
