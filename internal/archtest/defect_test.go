package archtest

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	namedTest   = regexp.MustCompile("`(Test[A-Za-z0-9_]+)`")
	writtenTest = regexp.MustCompile(`(?m)^func (Test[A-Za-z0-9_]+)\(`)
)

// docs/old-defects.md says which test holds which old defect; a test that was
// renamed or taken out takes its line with it.
func TestEveryOldDefectHasTheTestItIsSaidToHave(t *testing.T) {
	t.Parallel()
	root := filepath.Join("..", "..")
	written := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range writtenTest.FindAllStringSubmatch(string(source), -1) {
			written[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(root, "docs", "old-defects.md"))
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(table)) {
		if !strings.HasPrefix(line, "| D-") {
			continue
		}
		lines++
		named := namedTest.FindAllStringSubmatch(line, -1)
		if len(named) == 0 {
			t.Errorf("no test holds %s", strings.Fields(line)[1])
		}
		for _, m := range named {
			if !written[m[1]] {
				t.Errorf("there is no %s", m[1])
			}
		}
	}
	if lines < 40 {
		t.Errorf("%d lines read", lines)
	}
}
