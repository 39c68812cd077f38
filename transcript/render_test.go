package transcript_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"ticketbot/ticket"
	"ticketbot/transcript"
)

var update = flag.Bool("update", false, "write the golden files anew")

func render(t testing.TB, c *ticket.Conversation, o transcript.Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := transcript.Render(&b, c, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteSample(t *testing.T) {
	dir := os.Getenv("SAMPLE")
	if dir == "" {
		t.Skip()
	}
	for _, theme := range []transcript.Theme{transcript.ThemeDark, transcript.ThemeLight} {
		o := pictured()
		o.Theme = theme
		os.WriteFile(filepath.Join(dir, string(theme)+".html"), []byte(render(t, sample(), o)), 0o644)
	}
}
