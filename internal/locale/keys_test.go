package locale_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"helphub/internal/locale"
	"helphub/internal/staff"
	"helphub/internal/ticket"
)

// families are the keys that the code puts together from a beginning and a
// value: every value of each. A key that is put together and not listed here
// fails the test.
func families() map[string][]string {
	roles := []string{string(staff.Administrator), string(staff.Technician), string(staff.Attendant)}
	return map[string][]string{
		"ticket.status.":   names(ticket.Statuses()),
		"ticket.priority.": priorities(),
		"shell.role_":      roles,
		"error.title_":     statuses,
		"error.":           append(each("title_", statuses), each("text_", statuses)...),
		"grid.tab_":        tabs,
		"grid.title_":      tabs,
		"grid.sort_":       sorts,
		"grid.by_":         append(withOrder("asc"), withOrder("desc")...),
		"grid.none_":       append(withText(nothings), nothings...),
		"grid.":            {"clear_all", "clear_search", "search_all", "see_active", "see_unassigned", "to_first"},
	}
}

// rests are the beginnings whose other part is a literal somewhere else in the
// code: a flash is named where the answer redirects, and put together where the
// next page takes it.
func rests() []string { return []string{"flash."} }

// statuses are those that have a page of their own (contract, "Answers,
// everywhere").
var statuses = []string{"400", "401", "403", "404", "405", "409", "413", "422", "429", "500", "503"}

// filledByScript are messages that a page carries whole, as data of an element,
// and a script fills in.
func filledByScript() []string {
	return []string{"customer.news.one", "customer.news.other", "error.toast_broke", "ui.count_of", "ui.draft_restored", "ui.draft_saved", "ui.news.one", "ui.news.other",
		"ui.paste_cut", "ui.picker_count.one", "ui.picker_count.other"}
}

// The list of tickets (contract, "Daily work"): its tabs, its sorts and what it
// says where nothing is.
var (
	tabs     = append([]string{"active", "all"}, names(ticket.Statuses())...)
	sorts    = []string{"activity", "opened", "priority", "customer", "department", "visit"}
	nothings = append([]string{"active", "at_all", "beyond", "found", "here", "mine", "short", "unassigned"}, names(ticket.Statuses())...)
)

func withOrder(order string) []string {
	out := make([]string, len(sorts))
	for i, s := range sorts {
		out[i] = s + "_" + order
	}
	return out
}

func withText(values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = v + "_text"
	}
	return out
}

func each(prefix string, values []string) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = prefix + v
	}
	return out
}

func names[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

func priorities() []string {
	var out []string
	for _, p := range ticket.Priorities() {
		out = append(out, p.String())
	}
	return out
}

// use is one place where the code asks for a message by a literal key.
type use struct {
	at      token.Position
	key     string
	counted bool     // N: the key is the beginning of .one and .other
	told    []string // names of the placeholders it fills; nil when they are not literal
	open    bool     // more arguments come from elsewhere
}

// sources is what the module's hand-written and generated Go says about keys.
type sources struct {
	uses     []use
	literals map[string]bool           // every string literal
	begun    map[string]token.Position // literals that something is added to, inside a key
}

// readSources parses all Go of the module but its tests. Templates are read as
// the Go that was generated from them.
func readSources(t *testing.T, root string, areas []string) sources {
	t.Helper()
	s := sources{literals: map[string]bool{}, begun: map[string]token.Position{}}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && path != root && (strings.HasPrefix(d.Name(), ".") || d.Name() == "tools" || d.Name() == "testdata"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if os.IsNotExist(err) {
			return nil // generated anew at this moment
		}
		if err != nil {
			return err
		}
		s.read(files, file, areas)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *sources) read(files *token.FileSet, file *ast.File, areas []string) {
	ast.Inspect(file, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BasicLit:
			if text, ok := literal(node); ok {
				s.literals[text] = true
			}
		case *ast.BinaryExpr:
			text, ok := literal(node.X)
			area, _, dotted := strings.Cut(text, ".")
			if ok && node.Op == token.ADD && dotted && slices.Contains(areas, area) && !strings.ContainsAny(text, " /") {
				s.begun[text] = files.Position(node.Pos())
			}
		case *ast.CallExpr:
			if u, ok := asked(node, file.Name.Name); ok {
				u.at = files.Position(node.Pos())
				s.uses = append(s.uses, u)
			}
		}
		return true
	})
}

// asked reports whether a call is one of x.T(key, …), x.N(key, n, …),
// t(ctx, key, …), n(ctx, key, n, …), fault.New(kind, key) with a literal key.
func asked(call *ast.CallExpr, pkg string) (use, bool) {
	var name string
	at, rest := 0, 1
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = f.Sel.Name
		if of, ok := f.X.(*ast.Ident); name == "New" && (!ok || of.Name != "fault") {
			return use{}, false
		}
	case *ast.Ident:
		if name = f.Name; name == "New" && pkg != "fault" {
			return use{}, false
		}
		at = 1
	}
	switch name {
	case "T", "t":
	case "N", "n":
		rest = 2
	case "New":
		at = 1
	default:
		return use{}, false
	}
	if len(call.Args) <= at {
		return use{}, false
	}
	key, ok := literal(call.Args[at])
	if !ok || !keyShape.MatchString(key) {
		return use{}, false
	}
	u := use{key: key, counted: rest == 2, open: name == "New" || call.Ellipsis.IsValid()}
	for i := at + rest; i+1 < len(call.Args) && !u.open; i += 2 {
		told, ok := literal(call.Args[i])
		u.open = !ok
		u.told = append(u.told, told)
	}
	return u, true
}

func literal(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// forms are the keys that a use may show.
func (u use) forms() []string {
	if u.counted {
		return []string{u.key + ".one", u.key + ".other"}
	}
	return []string{u.key}
}

func (u use) fills(name string) bool {
	return u.open || slices.Contains(u.told, name) || u.counted && name == "n"
}

func catalogAreas(t *testing.T) []string {
	t.Helper()
	var areas []string
	for name := range readCatalog(t, locale.PtBR) {
		areas = append(areas, strings.TrimSuffix(name, ".json"))
	}
	return areas
}

// Seen to fail: a key of the form t(ctx, "ui.nothing"), a placeholder that the
// call does not fill, and a catalog line that no code names.
func TestTheCodeAsksOnlyForMessagesThatExist(t *testing.T) {
	t.Parallel()
	s := readSources(t, filepath.Join("..", ".."), catalogAreas(t))
	for _, lang := range locale.Langs() {
		all := texts(t, lang)
		for _, u := range s.uses {
			for _, key := range u.forms() {
				text, ok := all[key]
				if !ok {
					t.Errorf("%s: %s lacks %s", u.at, lang, key)
					continue
				}
				for _, name := range placeholders(text) {
					if !u.fills(name) && (len(u.told) > 0 || !slices.Contains(filledByScript(), key)) {
						t.Errorf("%s: %s %s needs {%s}, which is not filled in", u.at, lang, key, name)
					}
				}
			}
		}
		for prefix, values := range families() {
			for _, value := range values {
				if all[prefix+value] == "" {
					t.Errorf("%s lacks %s of the family %s", lang, prefix+value, prefix)
				}
			}
		}
	}
	for begun, at := range s.begun {
		if _, ok := families()[begun]; !ok && !slices.Contains(rests(), begun) {
			t.Errorf("%s: a key is put together from %q, which is no family of this test", at, begun)
		}
	}
}

func TestEveryMessageIsUsed(t *testing.T) {
	t.Parallel()
	s := readSources(t, filepath.Join("..", ".."), catalogAreas(t))
	used := map[string]bool{}
	for prefix, values := range families() {
		if !s.literals[prefix] {
			t.Errorf("no code puts a key together from %q", prefix)
		}
		for _, value := range values {
			used[prefix+value] = true
		}
	}
	for key := range texts(t, locale.PtBR) {
		for _, prefix := range rests() {
			rest, ok := strings.CutPrefix(key, prefix)
			used[key] = used[key] || ok && s.literals[rest]
		}
		base := strings.TrimSuffix(strings.TrimSuffix(key, ".one"), ".other")
		if !used[key] && !s.literals[key] && !s.literals[base] {
			t.Errorf("nobody uses %s", key)
		}
	}
}
