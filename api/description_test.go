package api_test

import (
	"bytes"
	"flag"
	"log/slog"
	"os"
	"testing"

	"ticketbot/api"
	"ticketbot/internal/clock"
	"ticketbot/web"
)

var update = flag.Bool("update", false, "write openapi.json")

func TestTheCommittedDescriptionIsTheRoutersOwn(t *testing.T) {
	s, err := api.New(api.Options{PublicURL: "https://tickets.example", Site: web.Dist(), Clock: clock.System{}, Logger: slog.New(slog.DiscardHandler)})
	must(t, err)
	made, err := s.Description()
	must(t, err)
	made = append(made, '\n')
	if *update {
		must(t, os.WriteFile("openapi.json", made, 0o644))
	}
	committed, err := os.ReadFile("openapi.json")
	must(t, err)
	if !bytes.Equal(made, committed) {
		t.Error("openapi.json is not what the routes say; run: make generate")
	}
}
