package discordsim

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTheGuideListsTheLimits holds the tables in docs/simulator.md against those in the code.
func TestTheGuideListsTheLimits(t *testing.T) {
	text, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, l := range Limits() {
		number := fmt.Sprint(l.Most)
		if l.Least > 0 {
			number = fmt.Sprintf("%d to %d", l.Least, l.Most)
		}
		rows = append(rows, fmt.Sprintf("| %s | %s | %s | %s | %s | %s |", l.Name, number, l.Where, l.Source, l.Number, l.Refusal))
	}
	for _, b := range Buckets() {
		rows = append(rows, fmt.Sprintf("| %s | %d in %s | %s | %s | %s |", b.Name, b.Calls, b.Per, b.Where, b.Source, b.Confidence))
	}
	var missing []string
	for _, row := range rows {
		if !strings.Contains(string(text), row+"\n") {
			missing = append(missing, row)
		}
	}
	if len(missing) > 0 {
		t.Errorf("docs/simulator.md lacks these rows:\n%s", strings.Join(missing, "\n"))
	}
}
