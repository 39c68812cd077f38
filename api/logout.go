package api

import (
	"context"
	"net/http"
)

type logoutAnswer struct {
	SetCookie http.Cookie `header:"Set-Cookie"`
}

// logout ends the session, and with it the links to files that were given out under it.
func (s *Server) logout(ctx context.Context, _ *struct{}) (*logoutAnswer, error) {
	if err := s.endSession(ctx, visiting(ctx).session); err != nil {
		return nil, err
	}
	return &logoutAnswer{SetCookie: *s.cookie(sessionCookie, "", 0)}, nil
}
