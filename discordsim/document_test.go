package discordsim

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"
)

// TestTheGuideListsTheControlAPI holds the tables in docs/simulator.md against the routes.
func TestTheGuideListsTheControlAPI(t *testing.T) {
	text, err := os.ReadFile("../docs/simulator.md")
	if err != nil {
		t.Fatal(err)
	}
	var said []string
	for _, row := range regexp.MustCompile("(?m)^\\| `([A-Z]+ /control/[^`]+)` \\|").FindAllSubmatch(text, -1) {
		said = append(said, string(row[1]))
	}
	slices.Sort(said)
	routes := append(slices.Collect(maps.Keys((&Control{}).routes())), "GET /control/events")
	slices.Sort(routes)
	if !slices.Equal(said, routes) {
		t.Errorf("docs/simulator.md lists\n%q\nand the routes are\n%q", said, routes)
	}
}
