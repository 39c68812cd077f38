package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"ticketbot/internal/fault"
)

// maxBody is more than any form of ours needs.
const maxBody = 64 << 10

// guarded holds for every route: the host is ours, no other website writes in somebody's name, bodies are small,
// answers are kept by nobody and taken for nothing else.
func (s *Server) guarded(h http.Handler) http.Handler {
	origin := http.NewCrossOriginProtection()
	origin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		writeProblem(w, s.explain(r.Context(), fault.New(fault.Forbidden, "api.cross_origin")))
	}))
	return s.recovered(s.onOurHost(commonHeaders(s.secure, origin.Handler(http.MaxBytesHandler(h, maxBody)))))
}

// onOurHost sends a reader who came by another name to ours, where the cookies are.
func (s *Server) onOurHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.EqualFold(r.Host, s.host):
			next.ServeHTTP(w, r)
		case r.Method == http.MethodGet || r.Method == http.MethodHead:
			there := s.origin + r.URL.EscapedPath()
			if r.URL.RawQuery != "" {
				there += "?" + r.URL.RawQuery
			}
			http.Redirect(w, r, there, http.StatusPermanentRedirect)
		default:
			w.WriteHeader(http.StatusMisdirectedRequest)
		}
	})
}

func commonHeaders(secure bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'") // pages set their own
		if secure {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		next.ServeHTTP(w, r)
	})
}

// recovered turns a panic into a page and a line in the log.
func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			switch broken := recover(); {
			case broken == nil:
			case broken == http.ErrAbortHandler: // an answer broken off on purpose
				panic(broken)
			default:
				s.refuse(w, r, errors.New(fmt.Sprint("panic: ", broken)))
			}
		}()
		next.ServeHTTP(w, r)
	})
}
