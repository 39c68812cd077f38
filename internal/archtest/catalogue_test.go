package archtest

import (
	"go/ast"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"ticketbot/internal/say"
)

// keyShape is what a catalogue key looks like: the package, then words with dots.
var keyShape = regexp.MustCompile(`^[a-z]+(\.[a-z0-9_]+)+$`)

// keysIn lists the catalogue keys of a file: every string literal that has a key's shape and begins with a prefix of
// the catalogue.
func keysIn(s source, prefixes map[string]bool) map[string]string {
	found := map[string]string{}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !keyShape.MatchString(text) {
			return true
		}
		if prefix, _, _ := strings.Cut(text, "."); prefixes[prefix] {
			found[text] = s.at(lit)
		}
		return true
	})
	return found
}

// asked lists what is certainly meant as a key: the arguments of fault.New and say.T.
func asked(s source) map[string]string {
	found := map[string]string{}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		pkg, _ := sel.X.(*ast.Ident)
		at := map[string]int{"fault.New": 1, "say.T": 0}
		if pkg == nil {
			return true
		}
		i, ok := at[pkg.Name+"."+sel.Sel.Name]
		if !ok || i >= len(call.Args) {
			return true
		}
		if lit, ok := call.Args[i].(*ast.BasicLit); ok {
			if text, err := strconv.Unquote(lit.Value); err == nil {
				found[text] = s.at(lit)
			}
		}
		return true
	})
	return found
}

func TestEverySentenceIsInTheCatalogueAndUsed(t *testing.T) {
	sentences, err := say.Load(os.DirFS(root + "/internal/say"))
	if err != nil {
		t.Fatal(err)
	}
	prefixes, used := map[string]bool{}, map[string]bool{}
	for k, sentence := range sentences {
		prefix, _, _ := strings.Cut(k, ".")
		prefixes[prefix] = true
		if strings.TrimSpace(sentence) == "" {
			t.Errorf("%s: empty sentence", k)
		}
	}
	for _, s := range project(t) {
		if s.isTest() {
			continue
		}
		for key, at := range asked(s) {
			used[key] = true
			if sentences[key] == "" {
				t.Errorf("%s: no sentence for %q", at, key)
			}
		}
		for key := range keysIn(s, prefixes) {
			used[key] = true
		}
	}
	for key := range sentences {
		if !used[key] {
			t.Errorf("nothing says %q any more", key)
		}
	}
	planted := parse(t, "x/x.go", `package x; import "ticketbot/internal/fault"; var e = fault.New(1, "x.no.such")`)
	if len(asked(planted)) != 1 {
		t.Error("the rule does not see a key asked for")
	}
}
