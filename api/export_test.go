package api

import "encoding/json"

// Route names one line of the table, for tests that must know all of them.
type Route struct{ Method, Path string }

// Routes is the table.
func Routes() []Route {
	var all []Route
	for _, r := range routes() {
		all = append(all, Route{r.method, r.path})
	}
	return all
}

// Description is openapi.json as the routes make it.
func (s *Server) Description() ([]byte, error) {
	return json.MarshalIndent(s.operations.OpenAPI(), "", "  ")
}

// ReturnTo is where a login with this "next" leads.
var ReturnTo = returnTo

// SessionTime is how long a session lasts, LinkTime how long a link to a file.
const (
	SessionTime = sessionTime
	LinkTime    = linkTime
	LoginTime   = loginTime
	LoginBurst  = loginBurst
)

// SubordinateHeadings is what the policy's page sets smaller.
var SubordinateHeadings = subordinateHeadings
