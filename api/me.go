package api

import (
	"context"
	"fmt"

	"ticketbot/ticket"
)

// personView is somebody as pages show them.
type personView struct {
	ID       string `json:"id" doc:"Discord's id"`
	Name     string `json:"name" doc:"What people call them"`
	Username string `json:"username"`
	Avatar   string `json:"avatar" format:"uri" doc:"Address of their picture"`
}

type meAnswer struct{ Body personView }

// me is who is logged in.
func (s *Server) me(ctx context.Context, _ *struct{}) (*meAnswer, error) {
	u, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	return &meAnswer{Body: personView{
		ID: u.ID.String(), Name: u.DisplayName(), Username: u.Username, Avatar: s.pictures().avatar(u),
	}}, nil
}

// self is what the login said, while that may be remembered, and later what Discord tells anybody.
func (s *Server) self(ctx context.Context) (ticket.User, error) {
	v := visiting(ctx)
	if who, ok := s.identities.Get(v.session); ok {
		return who.User, nil
	}
	u, err := s.Directory.User(ctx, v.user)
	if err != nil {
		return u, fmt.Errorf("look up who is logged in: %w", err)
	}
	return u, nil
}
