package discordsim

// Token is the secret that the bot is given with an interaction.
func (h *Interaction) Token() string {
	h.s.mu.Lock()
	defer h.s.mu.Unlock()
	return h.i.token
}

// BeginAutocomplete asks the bot for suggestions, as typing into an option does.
func (s *Server) BeginAutocomplete(app, user, channel ID) *Interaction {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.world.channels[channel]
	return s.begin(&interaction{app: s.world.apps[app], kind: kindAutocomplete, user: user, guild: c.guild, channel: channel, data: Object{}})
}
