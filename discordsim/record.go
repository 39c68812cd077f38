package discordsim

// Recorder is told of all that goes over the wire, such as a judge who holds it against Discord's own description (the
// folder contract). It is called while the simulator works: it should only take note, and from many goroutines.
type Recorder interface {
	// Exchange is one REST request and its answer.
	Exchange(Exchange)
	// Payload is what a bot was sent over the gateway, or what it said and was not refused for.
	Payload(fromDiscord bool, payload []byte)
	// Invented says that whatever has the mark in it is not meant to be like Discord: see [Server.Announce].
	Invented(mark string)
}

// Exchange is one REST request and its answer, as they were. Path is below /api/v10 and escaped; Response is empty where
// nothing was answered, or something that is not JSON.
type Exchange struct {
	Method      string
	Path        string
	Query       string
	ContentType string
	Request     []byte
	Status      int
	Response    []byte
	Chosen      bool // a fault of [Server.FailREST] chose the answer
}

func (c *call) record(entry Call) {
	to := c.s.options.Recorder
	if to == nil || entry.Status == 0 || c.s.hasMisbehaved() {
		return
	}
	to.Exchange(Exchange{
		Method: entry.Method, Path: entry.Path, Query: c.r.URL.RawQuery, ContentType: c.r.Header.Get("Content-Type"),
		Request: c.body, Status: entry.Status, Response: c.answered, Chosen: entry.Fault,
	})
}

func (s *Server) recordPayload(fromDiscord bool, payload []byte) {
	if s.options.Recorder != nil && !s.hasMisbehaved() {
		s.options.Recorder.Payload(fromDiscord, payload)
	}
}

func (s *Server) recordInvention(mark string) {
	if s.options.Recorder != nil {
		s.options.Recorder.Invented(mark)
	}
}
