package api

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"ticketbot/internal/fault"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// endpoint hangs a route into the server.
type endpoint func(s *Server, r route)

func (s *Server) mountRoutes() {
	s.operations = humago.New(s.mux, description())
	for _, r := range routes() {
		r.mount(s, r)
	}
	s.mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, s.explain(r.Context(), fault.New(fault.NotFound, "api.operation.unknown")))
	})
	s.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, fault.New(fault.NotFound, "api.page.unknown"))
	})
}

// page is a route that people see.
func page(show func(*Server, http.ResponseWriter, *http.Request) error) endpoint {
	return func(s *Server, at route) {
		s.mux.HandleFunc(at.method+" "+at.path, func(w http.ResponseWriter, r *http.Request) {
			ctx, err := s.admit(r, at.who)
			switch {
			case isNobody(err):
				http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.Path), http.StatusFound)
				return
			case err == nil:
				err = show(s, w, r.WithContext(ctx))
			}
			if err != nil {
				s.refuse(w, r, err)
			}
		})
	}
}

// operation is a route that scripts call; its types become its description in openapi.json. status is what it answers
// when all goes well, if that is not 200 or 204.
func operation[In, Out any](id, summary string, do func(*Server, context.Context, *In) (*Out, error), status ...int) endpoint {
	return func(s *Server, at route) {
		op := huma.Operation{
			OperationID: id, Method: at.method, Path: at.path, Summary: summary,
			Errors: []int{http.StatusServiceUnavailable},
		}
		if len(status) > 0 {
			op.DefaultStatus = status[0]
		}
		if at.who == person {
			op.Security = []map[string][]string{{"session": {}}}
			op.Errors = append(op.Errors, http.StatusUnauthorized)
		}
		if strings.Contains(at.path, "{") {
			op.Errors = append(op.Errors, http.StatusNotFound)
		}
		op.Middlewares = huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
			r, w := humago.Unwrap(ctx)
			admitted, err := s.admit(r, at.who)
			if err != nil {
				writeProblem(w, s.explain(r.Context(), err))
				return
			}
			next(huma.WithContext(ctx, admitted))
		}}
		huma.Register(s.operations, op, func(ctx context.Context, in *In) (*Out, error) {
			out, err := do(s, ctx, in)
			if err != nil {
				return nil, s.explain(ctx, err).model()
			}
			return out, nil
		})
	}
}

// description is what openapi.json says besides the operations.
func description() huma.Config {
	config := huma.DefaultConfig("TicketBot", "1")
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "", "", "" // the documentation page would load a foreign script
	config.CreateHooks = nil                                             // no $schema in every answer
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"session": {Type: "apiKey", In: "cookie", Name: "__Host-tb_session"},
	}
	return config
}
