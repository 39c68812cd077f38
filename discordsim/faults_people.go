package discordsim

import "slices"

// meddle is what people do in a channel just when a bot has changed something there. What they may not do, or what is
// no longer there, does not happen.
func (s *Server) meddle(entry Call) {
	if s.calm() || entry.Method == "GET" || entry.App == 0 || entry.Status < 200 || entry.Status > 299 {
		return
	}
	s.mu.Lock()
	c := s.world.channels[entry.Channel]
	if c == nil || s.world.guilds[c.guild] == nil || c.thread != nil {
		s.mu.Unlock()
		return
	}
	owner, name, parent := s.world.guilds[c.guild].owner, c.name, c.parent
	overwrites := slices.Clone(c.overwrites)
	s.mu.Unlock()
	for _, fault := range s.strikes(OnWrite, Fact{Guild: c.guild, Channel: c.id, User: owner}) {
		switch fault {
		case "channel_renamed":
			_ = s.RenameChannel(c.id, name+"-"+"again")
		case "channel_deleted":
			_ = s.DeleteChannel(owner, c.id)
		case "category_deleted":
			_ = s.DeleteChannel(owner, parent)
		case "overwrites_cleared":
			s.clearOverwrites(c, owner)
		case "member_left":
			for _, o := range slices.Backward(overwrites) {
				if o.Type == overwriteMember && o.ID != owner && o.ID != entry.App && s.Leave(o.ID, c.guild) == nil {
					break
				}
			}
		case "role_deleted":
			for _, o := range overwrites {
				if o.Type == overwriteRole && s.DeleteRole(c.guild, o.ID) == nil {
					break
				}
			}
		case "bot_kicked":
			_ = s.KickBot(entry.App, c.guild)
		}
	}
}

func (s *Server) clearOverwrites(c *channel, by ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.world.channels[c.id] == nil {
		return
	}
	c.overwrites = slices.DeleteFunc(c.overwrites, func(o Overwrite) bool { return o.ID != c.guild })
	s.changedChannel(c, by)
}
