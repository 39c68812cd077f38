package archtest

import (
	"slices"
	"strings"
	"testing"
)

const module = "ticketbot/"

// mayImport is the import rule: what of ours each part may import, besides internal. The middle is a list in which each
// knows only those before it; the edges know the middle and never each other; only cmd knows everybody.
var mayImport = func() map[string][]string {
	middle := []string{"ticket", "capture", "keys", "transcript", "privacy"}
	rule := map[string][]string{"discordsim": {}, "internal": {}, "web": {}}
	for i, part := range middle {
		rule[part] = middle[:i]
	}
	for _, edge := range []string{"gateway", "bot", "store", "worker", "discord", "api"} {
		rule[edge] = middle
	}
	return rule
}()

// mayImportOutside is who alone may import what.
var mayImportOutside = map[string][]string{
	"github.com/disgoorg/":           {"bot", "discord", "cmd"},
	"github.com/jackc/pgx":           {"store", "internal", "worker", "cmd"},
	"github.com/riverqueue/":         {"store", "worker", "cmd"},
	"github.com/coder/websocket":     {"gateway", "discordsim"},
	"github.com/prometheus/":         {"cmd"},
	"github.com/santhosh-tekuri/":    {"discordsim"},
	"github.com/alecthomas/kong":     {"cmd"},
	"github.com/danielgtaylor/huma/": {"api"},
	"github.com/maypok86/otter":      {"internal"},
}

func importRule(s source) []string {
	if s.isTest() || s.part() == "cmd" || s.part() == "tests" {
		return nil
	}
	var wrong []string
	for _, p := range s.imports() {
		ours, inside := strings.CutPrefix(p, module)
		part, _, _ := strings.Cut(ours, "/")
		switch {
		case inside && part == s.part():
		case inside && part == "internal" && s.part() == "discordsim":
			wrong = append(wrong, s.path+" imports "+p+": the simulator shares no code with the bot")
		case inside && part == "internal":
		case inside && s.path == "store/storetest/storetest.go":
		case inside && !slices.Contains(mayImport[s.part()], part):
			wrong = append(wrong, s.path+" imports "+p)
		}
		for prefix, parts := range mayImportOutside {
			if strings.HasPrefix(p, prefix) && !slices.Contains(parts, s.part()) {
				wrong = append(wrong, s.path+" imports "+p+", which only "+strings.Join(parts, ", ")+" may")
			}
		}
	}
	if s.part() == "ticket" {
		wrong = append(wrong, onlyStandardLibrary(s)...)
	}
	return wrong
}

func onlyStandardLibrary(s source) []string {
	var wrong []string
	for _, p := range s.imports() {
		first, _, _ := strings.Cut(p, "/")
		if strings.Contains(first, ".") {
			wrong = append(wrong, s.path+" imports "+p+": ticket is standard library only")
		}
	}
	return wrong
}

func TestTheMiddleKnowsNobodyAndTheEdgesNeverEachOther(t *testing.T) {
	for _, s := range project(t) {
		if s.part() != "cmd" && s.part() != "tests" && strings.Contains(s.path, "/") && mayImport[s.part()] == nil {
			t.Errorf("%s: the import rule does not know the folder %q", s.path, s.part())
		}
		report(t, importRule(s), "see ARCHITECTURE.md, the import rule")
	}
	mustCatch(t, importRule, parse(t, "bot/x.go", `package bot; import _ "ticketbot/store"`))
	mustCatch(t, importRule, parse(t, "ticket/x.go", `package ticket; import _ "ticketbot/keys"`))
	mustCatch(t, importRule, parse(t, "ticket/x.go", `package ticket; import _ "github.com/google/uuid"`))
	mustCatch(t, importRule, parse(t, "discordsim/x.go", `package discordsim; import _ "ticketbot/internal/clock"`))
	mustCatch(t, importRule, parse(t, "discordsim/x.go", `package discordsim; import _ "github.com/disgoorg/disgo/discord"`))
	mustCatch(t, importRule, parse(t, "internal/x/x.go", `package x; import _ "ticketbot/ticket"`))
}

// ciphers are the packages that make secrets of content; hashing, random ids, TLS and signatures are free.
var ciphers = []string{
	"crypto/aes", "crypto/cipher", "crypto/des", "crypto/rc4", "crypto/hkdf", "crypto/pbkdf2",
	"golang.org/x/crypto/", "filippo.io/age",
}

func cipherRule(s source) []string {
	if s.isTest() || s.part() == "keys" {
		return nil
	}
	var wrong []string
	for _, p := range s.imports() {
		for _, c := range ciphers {
			if p == c || strings.HasSuffix(c, "/") && strings.HasPrefix(p, c) {
				wrong = append(wrong, s.path+" imports "+p)
			}
		}
	}
	return wrong
}

func TestOnlyKeysImportsCiphers(t *testing.T) {
	for _, s := range project(t) {
		report(t, cipherRule(s), "sealing belongs to the package keys")
	}
	mustCatch(t, cipherRule, parse(t, "store/x.go", `package store; import _ "crypto/aes"`))
	mustCatch(t, cipherRule, parse(t, "api/x.go", `package api; import _ "golang.org/x/crypto/nacl/secretbox"`))
}
