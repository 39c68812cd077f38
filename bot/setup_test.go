package bot

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"ticketbot/internal/say"
	"ticketbot/ticket"
)

// doctor finds what it was told to.
type doctor map[ticket.ChannelID][]string

func (d doctor) Missing(_ context.Context, _ ticket.GuildID, c ticket.ChannelID) ([]string, error) {
	return d[c], nil
}

func TestSetup_refuses_before_anything_is_made(t *testing.T) {
	options := `{"name":"setup","options":[{"name":"staff","value":"70"},{"name":"parent","value":"10"},{"name":"log","value":"11"}]}`
	everything := doctor{8: {"Send Messages"}, 10: {"Manage Channels", "Manage Roles"}, 11: {"Embed Links"}, 0: {"View Channels"}}
	for _, test := range []struct {
		name, options, permissions string
		doctor                     doctor
		want                       []string
	}{
		{"a_member", options, "0", everything, []string{say.T("ticket.may.setup")}},
		{"each_place_is_named", options, "32", everything, []string{
			say.T("bot.setup.missing_panel", "channel", 8, "permissions", "Send Messages"),
			say.T("bot.setup.missing_parent", "channel", 10, "permissions", "Manage Channels, Manage Roles"),
			say.T("bot.setup.missing_log", "channel", 11, "permissions", "Embed Links"),
			"Server Settings → Roles",
		}},
		{"only_the_log", options, "32", doctor{11: {"Embed Links"}}, []string{"<#11>: Embed Links"}},
		{"without_a_parent_the_server_counts", `{"name":"setup","options":[{"name":"staff","value":"70"}]}`, "8", doctor{0: {"Manage Channels"}},
			[]string{say.T("bot.setup.missing_server", "permissions", "Manage Channels")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, replies, _, _ := newDeafBot(t) // its store panics
			b.Doctor = test.doctor
			event := strings.Replace(string(press(2, test.options)), `"permissions":"0"`, fmt.Sprintf(`"permissions":%q`, test.permissions), 1)
			mustDo(t, b.Handle(t.Context(), "INTERACTION_CREATE", []byte(event)))
			expect(t, replies, 5, 0)
			got := replies.calls[1].Data.Content
			for _, want := range test.want {
				if !strings.Contains(got, want) {
					t.Errorf("said %q\nwithout %q", got, want)
				}
			}
		})
	}
}
