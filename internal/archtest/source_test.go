package archtest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// source is one Go file of the project.
type source struct {
	path string // from the project's root, with slashes
	fset *token.FileSet
	ast  *ast.File
}

func (s source) dir() string  { return path.Dir(s.path) }
func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// part is the folder directly under the root that the file belongs to: "ticket", "internal", "cmd".
func (s source) part() string {
	first, _, _ := strings.Cut(s.path, "/")
	return first
}

func (s source) at(n ast.Node) string {
	p := s.fset.Position(n.Pos())
	return s.path + ":" + itoa(p.Line)
}

func itoa(n int) string {
	if n >= 10 {
		return itoa(n/10) + string(rune('0'+n%10))
	}
	return string(rune('0' + n))
}

// imports lists what the file imports.
func (s source) imports() []string {
	var all []string
	for _, i := range s.ast.Imports {
		all = append(all, strings.Trim(i.Path.Value, `"`))
	}
	return all
}

// calledHere is the name by which the file knows an imported package; "" if it does not import it.
func (s source) calledHere(pkg string) string {
	for _, i := range s.ast.Imports {
		switch {
		case strings.Trim(i.Path.Value, `"`) != pkg:
		case i.Name != nil:
			return i.Name.Name
		default:
			return path.Base(pkg)
		}
	}
	return ""
}

// uses reports uses of pkg.name for any of names, whatever the file calls the package. A dot import hides what is used and
// is an offence by itself.
func (s source) uses(pkg string, names ...string) []string {
	called := s.calledHere(pkg)
	switch called {
	case "":
		return nil
	case ".":
		return []string{s.path + ": dot import of " + pkg}
	}
	var found []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		x, ok := sel.X.(*ast.Ident)
		if ok && x.Name == called && x.Obj == nil && slices.Contains(names, sel.Sel.Name) {
			found = append(found, s.at(sel)+": "+pkg+"."+sel.Sel.Name)
		}
		return true
	})
	return found
}

// parse makes a source of text, for planting an offence.
func parse(t *testing.T, name, text string) source {
	t.Helper()
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, text, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	return source{path: name, fset: fset, ast: f}
}

// project reads every Go file of ours, generated ones and other modules left out.
func project(t *testing.T) []source {
	t.Helper()
	var all []source
	walk(t, func(p string) {
		if !strings.HasSuffix(p, ".go") || strings.HasPrefix(p, "store/db/") || strings.HasPrefix(p, "tools/") {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, parse(t, p, string(text)))
	})
	if len(all) < 50 {
		t.Fatalf("found only %d Go files: the walk looks in the wrong place", len(all))
	}
	return all
}

func walk(t *testing.T, visit func(path string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != root && (d.Name() == "node_modules" || strings.HasPrefix(d.Name(), ".git") || d.Name() == "testdata" || d.Name() == ".demo") {
			return filepath.SkipDir
		}
		if d.IsDir() {
			return nil
		}
		rel, err := filepath.Rel(root, p)
		visit(filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// report fails the test with each offence on a line of its own.
func report(t *testing.T, offences []string, why string) {
	t.Helper()
	for _, o := range offences {
		t.Errorf("%s (%s)", o, why)
	}
}

// mustCatch fails when a rule is blind to a planted offence.
func mustCatch(t *testing.T, rule func(source) []string, offender source) {
	t.Helper()
	if len(rule(offender)) == 0 {
		t.Errorf("the rule does not see the offence planted in %s", offender.path)
	}
}
