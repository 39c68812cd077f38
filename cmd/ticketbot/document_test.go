package main

import (
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

// TestTheGuideListsEverySetting holds docs/running.md and .env.example against the settings: none is missing, and none
// is named that does not exist.
func TestTheGuideListsEverySetting(t *testing.T) {
	guide, example := document(t, "docs/running.md"), document(t, ".env.example")
	known := map[string]bool{}
	var collect func(reflect.Type)
	collect = func(of reflect.Type) {
		for field := range of.Fields() {
			name, isSetting := field.Tag.Lookup("env")
			if !isSetting {
				if field.Type.Kind() == reflect.Struct {
					collect(field.Type)
				}
				continue
			}
			known[name] = true
			row, found := lineOf(guide, "| `"+name+"` |")
			if !found {
				t.Errorf("docs/running.md has no row for %s", name)
			}
			if value := field.Tag.Get("default"); !strings.Contains(row, value) {
				t.Errorf("docs/running.md does not say that %s is %q by default", name, value)
			}
			if _, secret := field.Tag.Lookup("secret"); secret {
				known[name+"_FILE"] = true
				if !strings.Contains(row, "secret") {
					t.Errorf("docs/running.md does not say that %s is secret", name)
				}
			}
		}
	}
	collect(reflect.TypeFor[runCommand]())
	if len(known) < 10 {
		t.Fatalf("found only %d settings", len(known))
	}
	for _, named := range regexp.MustCompile(`TICKETBOT_[A-Z_]+`).FindAllString(guide+example, -1) {
		if !known[named] {
			t.Errorf("there is no setting %s", named)
		}
	}
}

func document(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile("../../" + path)
	must(t, err)
	return string(text)
}

// lineOf is the first line that begins so.
func lineOf(text, start string) (string, bool) {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, start) {
			return l, true
		}
	}
	return "", false
}
