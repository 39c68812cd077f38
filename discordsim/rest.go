package discordsim

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// auth says who may call a route.
type auth int

const (
	byAnybody auth = iota // the path holds a secret, or nothing is secret
	byBot
	byBearer
	byEither
)

// route is one line of the table in routes.go. Success answers with status, or 204 when do returns nothing.
type route struct {
	method string
	path   string
	auth   auth
	bucket Bucket
	do     func(*call) (any, error)
	status int
}

// call is one request on its way through a route. Server.mu is held while the route's function runs.
type call struct {
	s        *Server
	w        http.ResponseWriter
	r        *http.Request
	route    *route
	path     map[string]string
	below    string // the request's path below /api/v10
	query    url.Values
	app      *application // whose bot calls
	grant    *grant       // whose OAuth2 token calls
	body     []byte
	files    map[string]File // by form field: "files[0]"
	answered []byte          // the JSON of the answer
	*form
}

// me is the calling bot's user, or the user that granted the token.
func (c *call) me() ID {
	if c.grant != nil {
		return c.grant.user
	}
	return c.app.id
}

// pathID reads a snowflake from the path.
func (c *call) pathID(name string) (ID, error) {
	if name == "user" && c.path[name] == "@me" {
		return c.me(), nil
	}
	id, err := ParseID(c.path[name])
	if err != nil {
		return 0, formError(name+"_id", "NUMBER_TYPE_COERCE", "Value \""+c.path[name]+"\" is not snowflake.")
	}
	return id, nil
}

// router finds the route of a path; literal segments win over named ones.
type router struct{ routes []*route }

func newRouter(routes []*route) *router { return &router{routes} }

// find returns the route, or else whether the path exists for another method.
func (r *router) find(method, path string) (found *route, params map[string]string, known bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	best := -1
	for _, route := range r.routes {
		p, literals, ok := matchPath(route.path, parts)
		if !ok {
			continue
		}
		known = true
		if route.method == method && literals > best {
			found, params, best = route, p, literals
		}
	}
	return found, params, known
}

func matchPath(template string, parts []string) (map[string]string, int, bool) {
	steps := strings.Split(strings.Trim(template, "/"), "/")
	if len(steps) != len(parts) {
		return nil, 0, false
	}
	params, literals := map[string]string{}, 0
	for i, step := range steps {
		if strings.HasPrefix(step, "{") {
			value, err := url.PathUnescape(parts[i])
			if err != nil || value == "" {
				return nil, 0, false
			}
			params[strings.Trim(step, "{}")] = value
			continue
		}
		if step != parts[i] {
			return nil, 0, false
		}
		literals += 1 << (len(steps) - i) // earlier literals weigh more
	}
	return params, literals, true
}

var apiPrefix = regexp.MustCompile(`^/api(/v(\d+))?`)

func (s *Server) serveREST(w http.ResponseWriter, r *http.Request) {
	if s.turnedAway(w, r) {
		return
	}
	w.Header().Set("Via", "1.1 google")
	full := r.URL.EscapedPath()
	prefix := apiPrefix.FindStringSubmatch(full)
	path := strings.TrimPrefix(full, prefix[0])
	entry := Call{Method: r.Method, Path: path, At: s.clock.now()}
	c := &call{s: s, w: w, r: r, below: path, query: r.URL.Query()}
	var known bool
	c.route, c.path, known = s.router.find(r.Method, path)
	switch {
	case prefix[2] != "" && prefix[2] != "9" && prefix[2] != "10":
		entry.Status = c.refuse(&APIError{Status: 400, Code: 50041, Message: "Invalid API version provided"})
	case c.route == nil && known:
		entry.Status = c.refuse(errMethod)
	case c.route == nil:
		entry.Status = c.refuse(errNoRoute)
	default:
		entry.Route = c.route.path
		entry.Status = c.serve(&entry)
	}
	s.countRefusal(r, w.Header(), &entry)
	c.record(entry)
	s.oracle.call(entry)
	s.meddle(entry)
	if entry.Status == 0 {
		panic(http.ErrAbortHandler) // which cuts the connection
	}
}

// serve runs the route and returns the status it answered with, 0 when nothing was answered.
func (c *call) serve(entry *Call) int {
	if err := c.read(); err != nil {
		return c.refuse(err)
	}
	c.note(entry)
	if !c.wait() {
		return 0
	}
	if f := c.fault(); f != nil {
		entry.Fault = true
		return c.failAs(f, entry)
	}
	if status, spoilt := c.spoil(entry); spoilt {
		return status
	}
	result, err := c.run()
	if err != nil {
		return c.refuse(err)
	}
	return c.reply(result)
}

func (c *call) run() (any, error) {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if err := c.authorize(); err != nil {
		return nil, err
	}
	if err := c.s.limits.admit(c); err != nil {
		return nil, err
	}
	if g := c.s.world.guilds[c.guildOfPath()]; g != nil && g.unavailable {
		return nil, errOutage
	}
	if err := c.checkReason(); err != nil {
		return nil, err
	}
	return c.route.do(c)
}

// checkReason: what the audit log would say is percent-encoded, and counted as it reads.
func (c *call) checkReason() error {
	given := c.r.Header.Get("X-Audit-Log-Reason")
	reason, err := url.PathUnescape(given)
	if err != nil {
		reason = given
	}
	f := &form{v: Object{"reason": reason}, errs: &fieldErrors{}}
	f.text("reason", 0, maxReason)
	return f.err()
}

func (c *call) reply(result any) int {
	if result == nil {
		c.w.WriteHeader(http.StatusNoContent)
		return http.StatusNoContent
	}
	status := c.route.status
	if chosen, ok := result.(withStatus); ok {
		status, result = chosen.status, chosen.body
	}
	if status == 0 {
		status = http.StatusOK
	}
	return c.write(status, result)
}

// withStatus is a result whose status is not the route's usual one.
type withStatus struct {
	status int
	body   any
}

func (c *call) write(status int, body any) int {
	c.w.Header().Set("Content-Type", "application/json")
	c.w.WriteHeader(status)
	c.answered = encode(body)
	_, _ = c.w.Write(c.answered)
	return status
}

func (c *call) refuse(err error) int {
	var limited *tooMany
	if errors.As(err, &limited) {
		return c.write(http.StatusTooManyRequests, limited)
	}
	var oauth *oauthError
	if errors.As(err, &oauth) {
		return c.write(oauth.status, oauth)
	}
	var refusal *APIError
	if !errors.As(err, &refusal) {
		refusal = &APIError{Status: 500, Message: "500: Internal Server Error"}
	}
	return c.write(refusal.Status, refusal)
}

// authorize finds out who calls. Tokens that are not simulated are refused whatever they are.
func (c *call) authorize() error {
	kind, token, _ := strings.Cut(c.r.Header.Get("Authorization"), " ")
	if madeHere(token) && kind == "Bot" {
		c.app = c.s.world.tokens[token]
	}
	if madeHere(token) && kind == "Bearer" {
		c.grant = c.s.world.grantOf(token)
	}
	allowed := map[auth]bool{byAnybody: true, byBot: c.app != nil, byBearer: c.grant != nil, byEither: c.app != nil || c.grant != nil}
	if !allowed[c.route.auth] {
		return errUnauthorized
	}
	return nil
}

// read takes the body in: JSON, or multipart with payload_json and files.
func (c *call) read() error {
	body, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxRequestBytes))
	if err != nil {
		return errTooLarge
	}
	c.body = body
	kind, params, _ := mime.ParseMediaType(c.r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-www-form-urlencoded":
		c.form = &form{v: Object{}, errs: &fieldErrors{}}
		return nil
	case "multipart/form-data":
		return c.readMultipart(multipart.NewReader(strings.NewReader(string(body)), params["boundary"]))
	}
	return c.readJSON(body)
}

func (c *call) readJSON(body []byte) error {
	if t := strings.TrimSpace(string(body)); strings.HasPrefix(t, "[") {
		body = append(append([]byte(`{"":`), body...), '}') // a few routes take a list; see entries
	}
	f, err := newForm(body)
	c.form = f
	return err
}

// entries is the body of a route that takes a list instead of an object.
func (c *call) entries(least, most int) []*form {
	return (&form{v: Object{"": c.v[""]}, errs: c.errs}).list("", least, most)
}

func (c *call) readMultipart(r *multipart.Reader) error {
	c.files = map[string]File{}
	payload := []byte("{}")
	for {
		part, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return c.readJSON(payload)
		}
		if err != nil {
			return errJSON
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return errJSON
		}
		if part.FormName() == "payload_json" {
			payload = data
			continue
		}
		if len(data) > maxFileBytes {
			return errTooLarge
		}
		c.files[part.FormName()] = File{Name: part.FileName(), Data: data}
	}
}

// uploads are the request's files in order of their number, with what "attachments" says of them.
func (c *call) uploads() []File {
	var names []string
	for name := range c.files {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	described := map[string]*form{}
	for _, a := range c.list("attachments", 0, maxFiles) {
		if id, ok := a.v["id"]; ok {
			described["files["+strings.Trim(string(encode(id)), `"`)+"]"] = a
		}
	}
	var out []File
	for _, name := range names {
		f := c.files[name]
		if d := described[name]; d != nil {
			f.Description = d.text("description", 0, maxFileDescription)
			if given := d.text("filename", 0, 260); given != "" {
				f.Name = given
			}
		}
		out = append(out, f)
	}
	return out
}
