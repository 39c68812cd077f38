package discord

import (
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"ticketbot/internal/discordjs"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/snowflake/v2"
)

// TestOurPermissionsAreThoseOfDiscordJS holds what the bot works out for itself against discord.js, on guilds made by
// chance. Nothing has to be completed: both say what has to be given, not what a member who cannot view may do anyway.
func TestOurPermissionsAreThoseOfDiscordJS(t *testing.T) {
	n, seed := 2_000, uint64(time.Now().UnixNano())
	if os.Getenv("TICKETBOT_TEST_SIZE") == "soak" {
		n = 100_000
	}
	if s, err := strconv.ParseUint(os.Getenv("TICKETBOT_TEST_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	compared, noticed := 0, 0
	for done := 0; done < n; done += 2_000 {
		guilds := make([]discordjs.Guild, 2_000)
		for i := range guilds {
			guilds[i] = discordjs.Random(random)
		}
		answers, all, err := discordjs.Ask(t.Context(), "../tests/discordjs", guilds)
		if err != nil {
			t.Fatal(err)
		}
		if asked := Invited(); asked&discord.Permissions(all) != asked {
			t.Fatalf("discord.js does not know all that the bot asks for: %d", asked)
		}
		for i, g := range guilds {
			for j, m := range g.Members {
				base := baseOf(g, m)
				for k, c := range g.Channels {
					if c.IsThread() {
						continue // the bot never asks about threads
					}
					want := discord.Permissions(answers[i][j].In[k].Bits)
					compared++
					if got := inChannel(base, g, m, c.Overwrites); got != want && !(base.Has(discord.PermissionAdministrator) && got&want&Invited() == Invited()) {
						t.Fatalf("member %d in channel %d: %d, discord.js says %d\nin %+v", m.ID, c.ID, got, want, g)
					}
					// The control: without the overwrites of roles the comparison must fail somewhere.
					withoutRoles := slices.DeleteFunc(slices.Clone(c.Overwrites), func(o discordjs.Overwrite) bool { return o.Type == 0 && o.ID != g.ID })
					if !base.Has(discord.PermissionAdministrator) && inChannel(base, g, m, withoutRoles) != want {
						noticed++
					}
				}
			}
		}
	}
	t.Logf("%d guilds, %d answers compared, 0 differences; a planted mistake is noticed in %d", n, compared, noticed)
	if noticed == 0 {
		t.Error("a planted mistake is not noticed")
	}
}

func rolesOfMember(m discordjs.Member) (has []ticket.RoleID) {
	for _, r := range m.Roles {
		has = append(has, ticket.RoleID(r))
	}
	return has
}

// baseOf is [Directory.Permissions] of a guild that is known.
func baseOf(g discordjs.Guild, m discordjs.Member) discord.Permissions {
	if g.Owner == m.ID {
		return discord.PermissionsAll
	}
	var all []Role
	for _, r := range g.Roles {
		all = append(all, Role{ID: ticket.RoleID(r.ID), Permissions: discord.Permissions(r.Permissions)})
	}
	return sum(ticket.GuildID(g.ID), all, rolesOfMember(m))
}

func inChannel(base discord.Permissions, g discordjs.Guild, m discordjs.Member, all []discordjs.Overwrite) discord.Permissions {
	var overwrites []overwrite
	for _, o := range all {
		overwrites = append(overwrites, overwrite{
			ID: snowflake.ID(o.ID), Type: discord.PermissionOverwriteType(o.Type),
			Allow: discord.Permissions(o.Allow), Deny: discord.Permissions(o.Deny),
		})
	}
	return effective(base, ticket.GuildID(g.ID), rolesOfMember(m), ticket.UserID(m.ID), overwrites)
}
