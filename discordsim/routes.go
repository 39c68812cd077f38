package discordsim

import "slices"

// routes is every REST route, one family a file.
func (s *Server) routes() []*route {
	return slices.Concat(
		s.gatewayRoutes(), s.userRoutes(), s.guildRoutes(), s.roleRoutes(), s.memberRoutes(), s.channelRoutes(),
		s.messageRoutes(), s.pinRoutes(), s.pollRoutes(), s.reactionRoutes(), s.threadRoutes(), s.webhookRoutes(), s.webhookTokenRoutes(),
		s.commandRoutes(), s.answerRoutes(), s.oauthRoutes(),
	)
}
