package archtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// list asks the go command for every package of the module.
func list(t *testing.T) []Package {
	t.Helper()
	command := exec.CommandContext(t.Context(), "go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", "./...")
	command.Dir = root
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, err := command.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var packages []Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p Package
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return packages
		case err != nil:
			t.Fatalf("read go list: %v", err)
		}
		packages = append(packages, p)
	}
}

func TestTheHouseIsBuiltAsPlanned(t *testing.T) {
	t.Parallel()
	packages := list(t)
	if len(packages) < 10 {
		t.Fatalf("go list found only %d packages", len(packages))
	}
	for _, problem := range Check("helphub", Plan(), packages) {
		t.Error(problem)
	}
}

// What the check is for, each seen to fail here against a house of our own.
func TestEveryWayOutOfThePlanIsSeen(t *testing.T) {
	t.Parallel()
	plan := map[string]Room{
		"words":     {Floor: ground, Foreign: []string{}},
		"noun":      {Floor: ground, Foreign: []string{"github.com/google/uuid"}, Beside: []string{"words"}},
		"othernoun": {Floor: ground, Foreign: []string{}},
		"page":      {Floor: walls},
		"rows":      {Floor: walls},
		"tool":      {Floor: tools},
		"othertool": {Floor: tools},
		"door":      {Floor: doors},
		"cmd/show":  {Floor: roof, Through: []string{"tool"}},
		"harness":   {Floor: around},
		"bench/...": {Floor: around},
	}
	for _, test := range []struct {
		name string
		pkg  Package
		want []string
	}{
		{"down is fine", Package{ImportPath: "m/door", Imports: []string{"m/tool", "m/page", "m/noun", "fmt", "github.com/x/y"}}, nil},
		{"beside is fine where the plan says so", Package{ImportPath: "m/noun", Imports: []string{"m/words", "github.com/google/uuid"}}, nil},
		{"no room", Package{ImportPath: "m/attic", Imports: []string{"m/door"}}, []string{"attic has no room in the plan"}},
		{"a folder below one with a room", Package{ImportPath: "m/tool/more"}, []string{"tool/more has no room in the plan"}},
		{"below a pattern", Package{ImportPath: "m/bench/floor", Imports: []string{"m/door"}}, nil},
		{"the pattern's own folder", Package{ImportPath: "m/bench", Imports: []string{"m/door"}}, nil},
		{"beside a pattern", Package{ImportPath: "m/benchmark"}, []string{"benchmark has no room in the plan"}},
		{"up", Package{ImportPath: "m/noun", Imports: []string{"m/tool"}}, []string{"noun imports tool, which is above it"}},
		{"sideways on the ground", Package{ImportPath: "m/noun", Imports: []string{"m/othernoun"}}, []string{"noun imports othernoun, which is beside it"}},
		{"sideways above", Package{ImportPath: "m/page", Imports: []string{"m/rows"}}, []string{"page imports rows, which is beside it"}},
		{"sideways among tools", Package{ImportPath: "m/tool", Imports: []string{"m/othertool"}}, []string{"tool imports othertool, which is beside it"}},
		{"foreign on the ground", Package{ImportPath: "m/words", Imports: []string{"github.com/x/y", "golang.org/x/text"}},
			[]string{"words imports the foreign github.com/x/y", "words imports the foreign golang.org/x/text"}},
		{"a name that only begins alike", Package{ImportPath: "m/noun", Imports: []string{"github.com/google/uuidish"}},
			[]string{"noun imports the foreign github.com/google/uuidish"}},
		{"through one tool", Package{ImportPath: "m/cmd/show", Imports: []string{"m/tool", "m/page", "m/noun"}}, nil},
		{"through another", Package{ImportPath: "m/cmd/show", Imports: []string{"m/othertool"}}, []string{"cmd/show imports othertool, which is not its business"}},
		{"the program imports a harness", Package{ImportPath: "m/door", Imports: []string{"m/harness"}}, []string{"door imports harness, which is above it"}},
		{"tests of the ground compare", Package{ImportPath: "m/noun", XTestImports: []string{"github.com/google/go-cmp/cmp", "m/othernoun"}}, nil},
		{"tests of the ground with a database", Package{ImportPath: "m/noun", XTestImports: []string{"m/harness"}, TestImports: []string{"github.com/jackc/pgx/v5"}},
			[]string{"the tests of noun import the foreign github.com/jackc/pgx/v5", "the tests of noun import harness, which is not on the ground"}},
		{"tests above import what they like", Package{ImportPath: "m/door", XTestImports: []string{"m/harness", "github.com/x/y"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, Check("m", plan, []Package{test.pkg})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestThePlanNamesOnlyRoomsThatItHas(t *testing.T) {
	t.Parallel()
	plan := Plan()
	for name, room := range plan {
		for _, other := range slices.Concat(room.Beside, room.Through) {
			if _, ok := plan[other]; !ok {
				t.Errorf("%s may import %s, which has no room", name, other)
			}
		}
		if room.Floor == ground && room.Foreign == nil {
			t.Errorf("%s is on the ground and may import anything foreign", name)
		}
	}
}
