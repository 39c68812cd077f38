package keys_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestFieldsKeepTheirNumbers: what was sealed under a number is read under no other. A new field is added here too, with
// the next number, and nothing here is ever changed. A list of constants in the test would not notice one that it lacks,
// so it reads the source.
func TestFieldsKeepTheirNumbers(t *testing.T) {
	want := map[string]int{
		"FieldMessage": 1, "FieldRevision": 2, "FieldPerson": 3, "FieldTicket": 4, "FieldConfig": 5, "FieldCategory": 6,
		"FieldPanel": 7, "FieldEvent": 8, "FieldEffect": 9, "FieldBlob": 10, "FieldBlobMeta": 11, "FieldSession": 12,
		"FieldSummary": 13, "FieldChannel": 14, "FieldGateway": 15, "FieldRole": 16, "FieldNote": 17, "FieldRating": 18,
		"FieldWebhook": 19, "FieldOAuth": 20, "FieldJob": 21, "FieldGuildName": 22, "FieldReceipt": 23, "FieldErasure": 24,
		"FieldReason": 25,
	}
	got := fieldsOf(t)
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if got[name] != want[name] {
			t.Errorf("%s is %d, pinned as %d", name, got[name], want[name])
		}
	}
	for name, number := range want {
		if _, there := got[name]; !there {
			t.Errorf("%s is gone; its number %d must stay taken", name, number)
		}
	}
}

// fieldsOf reads every constant of type Field in the package, by its name.
func fieldsOf(t *testing.T) map[string]int {
	t.Helper()
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]int{}
	for _, source := range sources {
		if strings.HasSuffix(source, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			v, ok := n.(*ast.ValueSpec)
			if !ok {
				return true
			}
			if of, ok := v.Type.(*ast.Ident); ok && of.Name == "Field" {
				fields[v.Names[0].Name] = numberOf(t, v)
			} else if source == "fields.go" {
				t.Errorf("%v is not written as a Field and its number", v.Names)
			}
			return true
		})
	}
	return fields
}

func numberOf(t *testing.T, v *ast.ValueSpec) int {
	t.Helper()
	if len(v.Names) != 1 || len(v.Values) != 1 {
		t.Fatalf("%v is not one field and its number", v.Names)
	}
	literal, ok := v.Values[0].(*ast.BasicLit)
	if !ok {
		t.Fatalf("%v is not a plain number", v.Names)
	}
	n, err := strconv.Atoi(literal.Value)
	if err != nil {
		t.Fatal(err)
	}
	return n
}
