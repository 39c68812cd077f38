package discord

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

func TestErrors(t *testing.T) {
	for _, one := range []struct {
		name   string
		status int
		body   string
		is     error
		kind   fault.Kind
		key    string
	}{
		{"unknown channel", 404, refusal(10003), ticket.ErrChannelGone, 0, ""},
		{"unknown member", 404, refusal(10007), ticket.ErrMemberGone, 0, ""},
		{"unknown user", 404, refusal(10013), ticket.ErrMemberGone, 0, ""},
		{"closed DMs", 403, refusal(50007), ticket.ErrDMClosed, 0, ""},
		{"no server in common", 403, refusal(50278), ticket.ErrDMClosed, 0, ""},
		{"too late", 404, refusal(10062), nil, fault.NotFound, "discord.interaction.over"},
		{"answered before", 400, refusal(40060), nil, fault.Conflict, "discord.interaction.answered"},
		{"server full", 400, refusal(30013), nil, fault.Limit, "discord.server_full"},
		{"two factors", 403, refusal(60003), nil, fault.Permission, "discord.mfa"},
		{"category full", 400, `{"code":50035,"errors":{"parent_id":{"_errors":[{"code":"CHANNEL_PARENT_MAX_CHANNELS","message":"x"}]}}}`, nil, fault.Limit, "discord.category_full"},
		{"category gone", 400, `{"code":50035,"errors":{"parent_id":{"_errors":[{"code":"CHANNEL_PARENT_INVALID"}]}}}`, nil, fault.Conflict, "discord.category_gone"},
		{"bad form", 400, `{"code":50035,"errors":{"components":{"0":{"label":{"_errors":[{"code":"BASE_TYPE_BAD_LENGTH","message":"what somebody wrote"}]}}}}}`, nil, fault.Invalid, "discord.refused"},
		{"token", 401, refusal(0), nil, fault.Config, "discord.token"},
		{"blocked on the way", 403, `null`, nil, fault.Unavailable, "discord.unavailable"},
		{"not allowed", 403, refusal(50013), nil, fault.Permission, "discord.not_allowed"},
		{"unknown thing", 404, refusal(10011), nil, fault.NotFound, "discord.not_found"},
		{"automod", 400, refusal(200000), nil, fault.Invalid, "discord.refused"},
	} {
		t.Run(one.name, func(t *testing.T) {
			_, c := newWire(t, always(one.status, one.body))
			err := c.DeleteChannel(t.Context(), 5, "x")
			if one.is != nil && !errors.Is(err, one.is) || fault.KindOf(err) != one.kind {
				t.Errorf("got %v", err)
			}
			if f := fault.From(err); f != nil && (f.Key != one.key || say.Fault(f) == f.Key || strings.Contains(say.Fault(f), "{")) {
				t.Errorf("key %s, sentence %q", f.Key, say.Fault(f))
			}
			if strings.Contains(err.Error(), "somebody wrote") {
				t.Errorf("a value got into the error: %v", err)
			}
		})
	}
	t.Run("fields are named with Discord's codes", func(t *testing.T) {
		got := fieldsOf([]byte(`{"a":{"0":{"b":{"_errors":[{"code":"X"},{"code":"Y"}]}}},"c":{"_errors":[{"code":"Z"}]},"d":3}`))
		if !slices.Equal(got["a.0.b"], []string{"X", "Y"}) || !slices.Equal(got["c"], []string{"Z"}) || len(got) != 2 {
			t.Errorf("%v", got)
		}
	})
	t.Run("a deleted welcome has nothing to show", func(t *testing.T) {
		_, c := newWire(t, always(404, refusal(10008)))
		if err := c.EditWelcome(t.Context(), ticket.Welcome{Ticket: &ticket.Ticket{}, Category: &ticket.Category{}}); err != nil {
			t.Error(err)
		}
	})
	t.Run("somebody who was never let in is out", func(t *testing.T) {
		_, c := newWire(t, always(404, refusal(10009)))
		if err := c.Revoke(t.Context(), 5, 6); err != nil {
			t.Error(err)
		}
	})
}

// guildOnWire answers look-ups about one guild, in which the bot has a role with some permissions, and refuses the rest.
func guildOnWire(have discord.Permissions, overwrites string) func(int, *http.Request, string) (int, map[string]string, string) {
	perms, _ := have.MarshalJSON()
	return func(_ int, r *http.Request, _ string) (int, map[string]string, string) {
		switch path := strings.TrimPrefix(r.URL.Path, "/api/v10"); {
		case r.Method != http.MethodGet:
			return 403, nil, refusal(50013)
		case path == "/guilds/1":
			return 200, nil, `{"id":"1","name":"Guild","owner_id":"2"}`
		case path == "/guilds/1/roles":
			return 200, nil, `[{"id":"1","name":"@everyone","position":0,"permissions":"0"},{"id":"8","name":"TicketBot","position":1,"permissions":` + string(perms) + `}]`
		case path == "/guilds/1/members/77":
			return 200, nil, `{"user":{"id":"77","username":"TicketBot","bot":true},"roles":["8"]}`
		case path == "/guilds/1/channels":
			return 200, nil, `[{"id":"50","type":4,"name":"Tickets"},{"id":"60","type":0,"name":"general"}]`
		}
		return 200, nil, `{"id":"50","type":4,"permission_overwrites":[` + overwrites + `]}`
	}
}

func TestMissingPermissionsAreNamed(t *testing.T) {
	everything := mask(Required())
	spec := ticket.ChannelSpec{Ticket: &ticket.Ticket{Guild: ticket.Guild{ID: 1}, PublicID: "k3JxYzq9aPqR"}, Category: &ticket.Category{Parent: 50}}
	t.Run("in the server", func(t *testing.T) {
		_, c := newWire(t, guildOnWire(everything&^discord.PermissionManageChannels, ""))
		_, err := c.CreateChannel(t.Context(), spec)
		if f := fault.From(err); f == nil || f.Kind != fault.Permission || !strings.Contains(say.Fault(f), "permissions there: Manage Channels.") || !strings.Contains(say.Fault(f), "<#50>") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("by an overwrite of the category", func(t *testing.T) {
		_, c := newWire(t, guildOnWire(everything, `{"id":"8","type":0,"allow":"0","deny":"268436480"}`)) // manage roles, view
		_, err := c.CreateChannel(t.Context(), spec)
		if f := fault.From(err); f == nil || !strings.Contains(say.Fault(f), "View Channels, Manage Roles.") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("when it cannot be found out, all that it takes", func(t *testing.T) {
		_, c := newWire(t, always(403, refusal(50001)))
		_, err := c.CreateChannel(t.Context(), spec)
		if f := fault.From(err); f == nil || !strings.Contains(say.Fault(f), "Manage Channels, Manage Roles") {
			t.Errorf("got %v", err)
		}
	})
	t.Run("before anything is tried", func(t *testing.T) {
		_, c := newWire(t, guildOnWire(everything&^discord.PermissionPinMessages&^discord.PermissionSendMessages, ""))
		for channel, want := range map[ticket.ChannelID][]string{0: {"Send Messages", "Pin Messages"}, 50: {"Send Messages", "Pin Messages"}, 60: {"Send Messages"}} {
			got, err := c.Directory().Missing(t.Context(), 1, channel)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("in %d: %v, %v", channel, got, err)
			}
		}
	})
}

func TestEffective(t *testing.T) {
	const view, send = discord.PermissionViewChannel, discord.PermissionSendMessages
	role := func(id uint64, allow, deny discord.Permissions) overwrite {
		return overwrite{ID: snowflake.ID(id), Type: 0, Allow: allow, Deny: deny}
	}
	user := func(id uint64, allow, deny discord.Permissions) overwrite {
		return overwrite{ID: snowflake.ID(id), Type: 1, Allow: allow, Deny: deny}
	}
	for name, one := range map[string]struct {
		base discord.Permissions
		all  []overwrite
		want discord.Permissions
	}{
		"no overwrites":                     {view, nil, view},
		"@everyone's deny":                  {view | send, []overwrite{role(1, 0, send)}, view},
		"a role's allow beats @everyone":    {view, []overwrite{role(8, send, 0), role(1, 0, send)}, view | send},
		"among roles, allow beats deny":     {view | send, []overwrite{role(8, send, 0), role(9, 0, send)}, view | send},
		"the member's own beats all":        {view | send, []overwrite{user(77, 0, send), role(8, send, 0)}, view},
		"others' overwrites do not concern": {view, []overwrite{user(78, send, 0), role(10, send, view)}, view},
		"an administrator may everything":   {discord.PermissionAdministrator, []overwrite{role(1, 0, view)}, discord.PermissionsAll},
	} {
		if got := effective(one.base, 1, []ticket.RoleID{8, 9}, 77, one.all); got != one.want {
			t.Errorf("%s: %v, want %v", name, got, one.want)
		}
	}
}
