package archtest

import (
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func environmentRule(s source) []string {
	if s.isTest() || s.part() == "cmd" {
		return nil
	}
	return append(s.uses("os", "Getenv", "LookupEnv", "Environ", "ExpandEnv"), s.uses("syscall", "Getenv", "Environ")...)
}

func TestOnlyCmdReadsTheEnvironment(t *testing.T) {
	for _, s := range project(t) {
		report(t, environmentRule(s), "hand it in from cmd")
	}
	mustCatch(t, environmentRule, parse(t, "bot/x.go", `package bot; import "os"; var x = os.Getenv("X")`))
	mustCatch(t, environmentRule, parse(t, "bot/x.go", `package bot; import o "os"; var x = o.Getenv("X")`))
	mustCatch(t, environmentRule, parse(t, "bot/x.go", `package bot; import "syscall"; var x, _ = syscall.Getenv("X")`))
}

// machineTime is where the machine's own time is meant, and why.
var machineTime = map[string]string{
	"internal/clock/clock.go": "it is the clock",
	"discordsim/clock.go":     "it is the simulator's clock, which starts from the machine's",
	"discordsim/gateway.go":   "heartbeats and time-outs of real connections",
	"discordsim/trouble.go":   "a flood of so many messages a second",
}

func clockRule(s source) []string {
	if _, meant := machineTime[s.path]; meant || s.isTest() || s.part() == "cmd" || s.dir() == "store/storetest" {
		return nil
	}
	return s.uses("time", "Now", "Sleep", "After", "AfterFunc", "NewTimer", "NewTicker", "Tick", "Since", "Until")
}

func TestOnlyTheClockKnowsTheTime(t *testing.T) {
	for _, s := range project(t) {
		report(t, clockRule(s), "take a clock.Clock, so that the demo and the tests can move time")
	}
	mustCatch(t, clockRule, parse(t, "bot/x.go", `package bot; import "time"; var x = time.Now()`))
	mustCatch(t, clockRule, parse(t, "bot/x.go", `package bot; import "time"; var x = time.Now`))
	mustCatch(t, clockRule, parse(t, "bot/x.go", `package bot; import tm "time"; var x = tm.Now()`))
	mustCatch(t, clockRule, parse(t, "bot/x.go", `package bot; import . "time"; var x = Now()`))
}

var sqlTime = regexp.MustCompile(`(?i)\bnow\(\)|\bcurrent_(timestamp|date|time)\b|\bclock_timestamp\(|\bstatement_timestamp\(`)

func TestSQLIsToldTheTime(t *testing.T) {
	seen := 0
	walk(t, func(p string) {
		if !strings.HasSuffix(p, ".sql") {
			return
		}
		seen++
		text, err := os.ReadFile(filepath.Join(root, p))
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			code, _, _ := strings.Cut(line, "--")
			if sqlTime.MatchString(code) {
				t.Errorf("%s:%d: %s (pass @now)", p, i+1, strings.TrimSpace(line))
			}
		}
	})
	if seen == 0 {
		t.Error("found no SQL at all")
	}
	if !sqlTime.MatchString("DEFAULT now()") {
		t.Error("the rule does not see now()")
	}
}

func initRule(s source) []string {
	var wrong []string
	for _, d := range s.ast.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			wrong = append(wrong, s.at(f)+": func init")
		}
	}
	return wrong
}

func TestNothingHappensBeforeMain(t *testing.T) {
	for _, s := range project(t) {
		report(t, initRule(s), "main is the wiring diagram")
	}
	mustCatch(t, initRule, parse(t, "bot/x.go", `package bot; func init() {}`))
}

// TestGeneratedQueriesAreOfThisSQL notices SQL that was changed without `make generate`, which compiles its tool for
// minutes and is therefore not part of the tests.
func TestGeneratedQueriesAreOfThisSQL(t *testing.T) {
	inputs := sha256.New()
	for _, pattern := range []string{"sqlc.yaml", "migrations/*.sql", "queries/*.sql"} {
		files, err := filepath.Glob(filepath.Join(root, "store", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("store/%s: %d files, %v", pattern, len(files), err)
		}
		for _, f := range files { // sorted, as the shell sorts
			text, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			inputs.Write(text)
		}
	}
	recorded, err := os.ReadFile(filepath.Join(root, "store", "db", "inputs.sha256"))
	if err != nil {
		t.Fatal(err)
	}
	if got := hex.EncodeToString(inputs.Sum(nil)); got != strings.TrimSpace(string(recorded)) {
		t.Error("store/db was not generated from this SQL: run make generate")
	}
}
