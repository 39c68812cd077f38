package archtest

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// named finds what a document names in backticks or links to.
var named = regexp.MustCompile("`([^`\\s]+)`|\\]\\(([^)\\s#]+)(?:#[^)]*)?\\)")

// pathLike is a file or folder of ours: it has a slash or a suffix that we use.
var pathLike = regexp.MustCompile(`^[A-Za-z0-9_.\-]+(/[A-Za-z0-9_.\-]*)+$|^[A-Za-z0-9_\-]+\.(go|md|sql|yaml|json|mjs|html|css)$`)

// notPaths have the shape of a path and are none.
var notPaths = regexp.MustCompile(`^(application|text|image|n|v1)/|^github\.com/|^/`)

func missingPaths(document, text string, exists func(string) bool) []string {
	var missing []string
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		p := m[1]
		if m[2] != "" {
			p = path.Join(path.Dir(document), m[2])
		}
		if strings.Contains(m[2], "://") || strings.HasPrefix(m[2], "mailto:") || !pathLike.MatchString(p) || notPaths.MatchString(p) {
			continue
		}
		if !exists(strings.TrimSuffix(p, "/")) && !exists(path.Join(path.Dir(document), p)) {
			missing = append(missing, document+" names "+p+", which does not exist")
		}
	}
	return missing
}

func TestEveryPathNamedInADocumentExists(t *testing.T) {
	onDisk := func(p string) bool {
		_, err := os.Stat(filepath.Join(root, p))
		return err == nil
	}
	documents := 0
	walk(t, func(p string) {
		if !strings.HasSuffix(p, ".md") {
			return
		}
		documents++
		text, err := os.ReadFile(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		report(t, missingPaths(p, string(text), onDisk), "documents follow the code")
	})
	if documents < 4 {
		t.Errorf("found only %d documents", documents)
	}
	planted := missingPaths("README.md", "see `ticket/opne.go` and [keys](docs/kees.md)", onDisk)
	if len(planted) != 2 {
		t.Errorf("of two planted wrong paths the rule sees %d", len(planted))
	}
}

// foreign are words that belong to the place where the project was made and not to the project.
var foreign = regexp.MustCompile(`/wor[k]/|registry\.npm[j]s|proxy\.golan[g]`)

func TestNothingNamesTheMachineItWasMadeOn(t *testing.T) {
	walk(t, func(p string) {
		switch path.Ext(p) {
		case ".go", ".md", ".sql", ".yaml", ".json", ".mjs", ".js", ".html", ".css", "":
		default:
			return
		}
		if strings.HasPrefix(p, "internal/archtest/") || path.Base(p) == "ticketbot" {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		if found := foreign.FindString(string(text)); found != "" {
			t.Errorf("%s contains %q", p, found)
		}
	})
}
