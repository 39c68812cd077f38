package discord

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"ticketbot/internal/say"
)

// TestTheGuideListsWhatIsAskedFor holds the tables and the address in docs/discord-setup.md against the two masks.
func TestTheGuideListsWhatIsAskedFor(t *testing.T) {
	text, err := os.ReadFile("../docs/discord-setup.md")
	if err != nil {
		t.Fatal(err)
	}
	_, tables, _ := strings.Cut(string(text), "| Permission | Why |\n|---|---|\n")
	tables, _, _ = strings.Cut(tables, "\nEmbed Links and")
	var rows []string
	for _, p := range slices.Concat(Required(), Optional()) {
		rows = append(rows, "| "+p.Name+" | "+say.T(p.Why)+" |")
	}
	said := slices.DeleteFunc(strings.Split(tables, "\n"), func(line string) bool {
		return !strings.HasPrefix(line, "| ") || line == "| Permission | Why |"
	})
	if !slices.Equal(said, rows) {
		t.Errorf("docs/discord-setup.md has\n%s\nand should have\n%s", strings.Join(said, "\n"), strings.Join(rows, "\n"))
	}
	for _, want := range []string{fmt.Sprintf("&permissions=%d\n", Invited()), fmt.Sprintf("`%d`", mask(Required()))} {
		if !strings.Contains(string(text), want) {
			t.Errorf("docs/discord-setup.md does not say %q", want)
		}
	}
}
