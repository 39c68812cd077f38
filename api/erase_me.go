package api

import (
	"context"
	"fmt"
)

type eraseAnswer struct {
	Body struct {
		Receipt string `json:"receipt" doc:"Id of the receipt, which is there once it is done"`
		Page    string `json:"page" doc:"Path of the page that will show it"`
	}
}

// eraseMe begins to forget whoever asks. It is certain when this answers, and not done yet.
func (s *Server) eraseMe(ctx context.Context, _ *struct{}) (*eraseAnswer, error) {
	v := visiting(ctx)
	receipt, err := s.Privacy.ForgetPerson(ctx, v.user)
	if err != nil {
		return nil, fmt.Errorf("begin to forget a person: %w", err)
	}
	s.identities.Drop(v.session)
	answer := &eraseAnswer{}
	answer.Body.Receipt, answer.Body.Page = receipt, receiptPath(receipt)
	return answer, nil
}
