package discordsim_test

import (
	"testing"
	"time"

	"ticketbot/discordsim"
)

// Permissions are told by what members can then do: their client's view of the channel.
func TestPermissions(t *testing.T) {
	const view, send, attach, manage = discordsim.PermViewChannel, discordsim.PermSendMessages, discordsim.PermAttachFiles, discordsim.PermManageChannels
	cases := []struct {
		name       string
		everyone   discordsim.Permissions
		role       discordsim.Permissions
		overwrites func(guild, role, user discordsim.ID) []discordsim.Overwrite
		has, lacks discordsim.Permissions
	}{
		{"roles add up", view, send, nil, view | send, manage},
		{"administrators have all", 0, discordsim.PermAdministrator, func(g, _, _ discordsim.ID) []discordsim.Overwrite { return []discordsim.Overwrite{{ID: g, Deny: view}} }, view | manage, 0},
		{"everyone denied, role allowed", view | send, 0, func(g, r, _ discordsim.ID) []discordsim.Overwrite {
			return []discordsim.Overwrite{{ID: g, Deny: view}, {ID: r, Allow: view}}
		}, view | send, 0},
		{"the member's own overwrite wins over roles", view | send, 0, func(_, r, u discordsim.ID) []discordsim.Overwrite {
			return []discordsim.Overwrite{{ID: u, Type: 1, Allow: send}, {ID: r, Deny: send}}
		}, view | send, 0},
		{"one role's allow wins over another's deny", view | send, 0, func(g, r, _ discordsim.ID) []discordsim.Overwrite {
			return []discordsim.Overwrite{{ID: r, Allow: send}, {ID: g, Deny: send}}
		}, send, 0},
		{"without view there is nothing", view | send | manage, 0, func(g, _, _ discordsim.ID) []discordsim.Overwrite { return []discordsim.Overwrite{{ID: g, Deny: view}} }, 0, view | send | manage},
		{"without send no files", view | send | attach, 0, func(g, _, _ discordsim.ID) []discordsim.Overwrite { return []discordsim.Overwrite{{ID: g, Deny: send}} }, view, send | attach},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			sim := discordsim.New(discordsim.Options{})
			owner, ann := sim.NewUser("owner", ""), sim.NewUser("ann", "")
			guild := must(sim.NewGuild(owner.ID, "G"))(t)
			role := must(sim.NewRole(guild, discordsim.RoleOptions{Name: "R", Permissions: c.role}))(t)
			for _, err := range []error{sim.SetRolePermissions(guild, guild, c.everyone), sim.Join(ann.ID, guild), sim.GiveRole(ann.ID, guild, role.ID)} {
				if err != nil {
					t.Fatal(err)
				}
			}
			o := discordsim.ChannelOptions{Name: "c"}
			if c.overwrites != nil {
				o.Overwrites = c.overwrites(guild, role.ID, ann.ID)
			}
			channel := must(sim.NewChannel(guild, o))(t)
			if may := mayIn(t, sim, ann.ID, channel.ID); !may.Has(c.has) || may&c.lacks != 0 {
				t.Errorf("may %d; must have %d, must lack %d", may, c.has, c.lacks)
			}
			if may := mayIn(t, sim, owner.ID, channel.ID); !may.Has(view | send | manage) {
				t.Errorf("the owner may only %d", may)
			}
			if err := sim.TimeOut(ann.ID, guild, time.Minute); err != nil {
				t.Fatal(err)
			}
			if may := mayIn(t, sim, ann.ID, channel.ID); !may.Has(manage) && may&^(view|discordsim.PermReadHistory) != 0 {
				t.Errorf("timed out, may still %d", may)
			}
		})
	}
}

// mayIn is what a person's client thinks they may do; nothing when the channel is not in sight.
func mayIn(t *testing.T, sim *discordsim.Server, user, channel discordsim.ID) discordsim.Permissions {
	t.Helper()
	for _, c := range must(sim.See(user))(t).Guilds[0].Channels {
		if c.ID == channel {
			return c.May
		}
	}
	return 0
}
