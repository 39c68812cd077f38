package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"

	"github.com/danielgtaylor/huma/v2"
)

// statuses is where a fault becomes a status, and the headline over its sentence.
var statuses = map[fault.Kind]struct {
	code  int
	title string
}{
	fault.Internal:    {http.StatusInternalServerError, "api.title.failed"},
	fault.Invalid:     {http.StatusBadRequest, "api.title.invalid"},
	fault.Forbidden:   {http.StatusForbidden, "api.title.forbidden"},
	fault.NotFound:    {http.StatusNotFound, "api.title.not_found"},
	fault.Conflict:    {http.StatusConflict, "api.title.conflict"},
	fault.Limit:       {http.StatusTooManyRequests, "api.title.limit"},
	fault.Permission:  {http.StatusConflict, "api.title.permission"},
	fault.Unavailable: {http.StatusServiceUnavailable, "api.title.unavailable"},
	fault.Config:      {http.StatusInternalServerError, "api.title.failed"},
}

// refusal is a fault as a browser gets it.
type refusal struct {
	status int
	key    string // of the catalogue
	title  string
	text   string
}

// explain turns what went wrong into what somebody reads. What is nobody's fault is logged here, and nowhere else; the
// sentence then names the log's line.
func (s *Server) explain(ctx context.Context, err error) refusal {
	f := fault.From(err)
	if f == nil || f.Kind == fault.Internal || f.Kind == fault.Config {
		reference := rand.Text()[:8]
		if ctx.Err() == nil { // else the browser has gone, which is no failure
			s.Logger.ErrorContext(ctx, "request failed", slog.String("reference", reference), slog.Any("error", err))
		}
		f = fault.New(fault.Internal, "api.failed", "reference", reference)
	}
	at := statuses[f.Kind]
	if isNobody(err) {
		at.code = http.StatusUnauthorized
	}
	return refusal{status: at.code, key: f.Key, title: say.T(at.title), text: say.Fault(f)}
}

// model is the refusal as problem+json (RFC 9457).
func (r refusal) model() *huma.ErrorModel {
	return &huma.ErrorModel{Type: "urn:ticketbot:" + r.key, Title: r.title, Status: r.status, Detail: r.text}
}

func writeProblem(w http.ResponseWriter, r refusal) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(r.status)
	_ = json.NewEncoder(w).Encode(r.model()) // the browser may have gone
}

// refuse shows the refusal as a page.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	why := s.explain(r.Context(), err)
	var body bytes.Buffer
	err = s.templates.ExecuteTemplate(&body, "problem.html", struct {
		Title, Text string
		LogIn       bool
	}{why.title, why.text, errors.Is(err, errLogin)})
	if err != nil {
		s.Logger.ErrorContext(r.Context(), "problem page failed", slog.Any("error", err))
	}
	s.siteHeaders(w)
	w.WriteHeader(why.status)
	_, _ = w.Write(body.Bytes()) // the browser may have gone
}
