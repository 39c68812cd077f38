package discord

import (
	"encoding/json"

	"ticketbot/capture"
	"ticketbot/ticket"

	"github.com/disgoorg/snowflake/v2"
)

// Saw takes over what an event says about a guild; data is the event as Discord sent it. What it cannot read it leaves:
// then Discord is asked when somebody wants to know.
func (d *Directory) Saw(kind string, data []byte) {
	switch kind {
	case "GUILD_CREATE", "GUILD_UPDATE":
		d.sawGuild(data)
	case "GUILD_DELETE":
		var g guildShape
		if json.Unmarshal(data, &g) == nil {
			d.DropGuild(ticket.GuildID(g.ID))
		}
	case "GUILD_ROLE_CREATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE":
		d.roles.Drop(guildOf(data))
	case "CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE":
		d.channels.Drop(guildOf(data))
	case "GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE":
		d.sawMember(guildOf(data), data)
	case "GUILD_MEMBER_REMOVE":
		var m struct {
			User struct {
				ID snowflake.ID `json:"id"`
			} `json:"user"`
		}
		if json.Unmarshal(data, &m) == nil {
			d.members.Drop(memberKey{guildOf(data), ticket.UserID(m.User.ID)})
		}
	}
}

// DropGuild forgets a guild: the bot is not in it any more.
func (d *Directory) DropGuild(guild ticket.GuildID) {
	d.guilds.DropGuild(uint64(guild))
	d.channels.DropGuild(uint64(guild))
	d.roles.DropGuild(uint64(guild))
	d.members.DropGuild(uint64(guild))
}

// DropUser forgets somebody, in every guild: they have asked for it.
func (d *Directory) DropUser(user ticket.UserID) {
	d.users.Drop(user)
	d.members.DropWhere(func(k memberKey) bool { return k.user == user })
}

func (d *Directory) sawGuild(data []byte) {
	var g guildShape
	if json.Unmarshal(data, &g) != nil || g.Owner == 0 { // unavailable guilds have only an id
		return
	}
	id := ticket.GuildID(g.ID)
	d.guilds.Put(id, g.server())
	if g.Roles != nil {
		d.roles.Put(id, rolesOf(g.Roles))
	}
	d.client.mu.Lock()
	self := d.client.self.User
	d.client.mu.Unlock()
	for _, raw := range g.Members { // of a bot without the members intent, only itself
		if m, err := capture.Member(raw); err == nil && m.ID == self {
			d.members.Put(memberKey{id, self}, m)
		}
	}
}

// sawMember brings a member up to date whom somebody has asked for. The others are nobody's business.
func (d *Directory) sawMember(guild ticket.GuildID, data []byte) {
	m, err := capture.Member(data)
	if err != nil {
		return
	}
	if _, asked := d.members.Get(memberKey{guild, m.ID}); asked {
		d.members.Put(memberKey{guild, m.ID}, m)
	}
}

func guildOf(data []byte) ticket.GuildID {
	var e struct {
		Guild snowflake.ID `json:"guild_id"`
	}
	_ = json.Unmarshal(data, &e)
	return ticket.GuildID(e.Guild)
}
