package discordsim

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Faults says how badly the simulator behaves. The zero value is a Discord on a good day.
//
// Whether a fault strikes is decided by the seed, the fault's name and how often it had the occasion before: with the
// same seed the third click is doubled, or it is not, whatever else happens at the same time.
type Faults struct {
	Seed uint64   `json:"seed"`
	Rate float64  `json:"rate"`           // times each fault's own rate; 0 is off, 1 as in the table
	Only []string `json:"only,omitempty"` // these, at Rate itself, also those that are off by themselves

	Except []string `json:"except,omitempty"` // not these
}

// ParseFaults reads "seed:rate" or "seed:rate:name,name".
func ParseFaults(text string) (Faults, error) {
	var f Faults
	seed, rest, both := strings.Cut(text, ":")
	rate, only, some := strings.Cut(rest, ":")
	var err, err2 error
	f.Seed, err = strconv.ParseUint(seed, 10, 64)
	f.Rate, err2 = strconv.ParseFloat(rate, 64)
	if !both || err != nil || err2 != nil {
		return Faults{}, fmt.Errorf("%q is not seed:rate, such as 7:1", text)
	}
	if some {
		f.Only = strings.Split(only, ",")
	}
	return f, f.check()
}

func (f Faults) check() error {
	if !(f.Rate >= 0 && f.Rate <= 1000) {
		return fmt.Errorf("a rate of %v: it is from 0 to 1000", f.Rate)
	}
	for _, name := range slices.Concat(f.Only, f.Except) {
		if !slices.ContainsFunc(faultTable, func(k FaultKind) bool { return k.Name == name }) {
			return fmt.Errorf("no fault is called %q", name)
		}
	}
	return nil
}

// Where a fault's occasions are.
const (
	OnEvent       = "event"       // each event to each session of a bot
	OnInteraction = "interaction" // each click, command and form that a bot is told of
	OnHeartbeat   = "heartbeat"
	OnResume      = "resume"
	OnRequest     = "request" // each request that would not have been refused as malformed
	OnClick       = "click"   // each press of a button
	OnWrite       = "write"   // each change that a bot has made in a channel
)

// FaultKind is one line of the table.
type FaultKind struct {
	Name   string  `json:"name"`
	On     string  `json:"on"`
	Does   string  `json:"does"`
	Rate   float64 `json:"rate"` // how often at Rate 1; 0 only when named
	Source string  `json:"source"`
	Struck int     `json:"struck"` // how often it has
}

const (
	fromDocs  = "Discord's documentation"
	fromField = "reported by authors of bots"
	fromAny   = "any network"
)

var faultTable = []FaultKind{
	{Name: "event_twice", On: OnEvent, Does: "the event comes again at once, as the next of the session", Rate: 0.02, Source: fromDocs},
	{Name: "event_late", On: OnEvent, Does: "the event comes 20 to 200 ms late, and what concerns other channels overtakes it", Rate: 0.03, Source: fromDocs},
	{Name: "event_lost", On: OnEvent, Does: "the event never comes, and no gap shows", Source: fromDocs},
	{Name: "content_blank", On: OnEvent, Does: "a message arrives as if without the message content intent", Source: fromField},
	{Name: "unknown_event", On: OnEvent, Does: "an event of a name nobody knows comes before it", Rate: 0.02, Source: fromDocs},
	{Name: "unknown_field", On: OnEvent, Does: "the event has a field nobody knows", Rate: 0.05, Source: fromDocs},
	{Name: "unknown_component", On: OnEvent, Does: "a message without components has one of a type nobody knows", Rate: 0.02, Source: fromDocs},
	{Name: "stale_update", On: OnEvent, Does: "CHANNEL_UPDATE after CHANNEL_DELETE", Rate: 0.3, Source: fromField},
	{Name: "guild_again", On: OnEvent, Does: "GUILD_CREATE of a guild that is known", Rate: 0.01, Source: fromField},
	{Name: "outage_blink", On: OnEvent, Does: "GUILD_DELETE with unavailable, and at once GUILD_CREATE", Rate: 0.005, Source: fromDocs},
	{Name: "odd_delete", On: OnEvent, Does: "GUILD_DELETE with unavailable: false, though the bot is a member", Rate: 0.002, Source: fromField},
	{Name: "connection_cut", On: OnEvent, Does: "the TCP connection is cut", Rate: 0.004, Source: fromAny},
	{Name: "reconnect", On: OnEvent, Does: "op 7", Rate: 0.004, Source: fromDocs},
	{Name: "invalid_session", On: OnEvent, Does: "op 9 false: the session is gone", Rate: 0.003, Source: fromDocs},
	{Name: "invalid_resumable", On: OnEvent, Does: "op 9 true: resume", Rate: 0.003, Source: fromDocs},
	{Name: "close_4000", On: OnEvent, Does: "the connection is closed with 4000, to be resumed", Rate: 0.003, Source: fromDocs},
	{Name: "close_4009", On: OnEvent, Does: "the connection is closed with 4009 and the session is gone", Rate: 0.002, Source: fromDocs},
	{Name: "close_4014", On: OnEvent, Does: "the connection is closed with 4014: a privileged intent was taken away", Source: fromDocs},
	{Name: "ack_missing", On: OnHeartbeat, Does: "a heartbeat is not answered", Rate: 0.05, Source: fromDocs},
	{Name: "zombie", On: OnHeartbeat, Does: "from now on no heartbeat of this connection is answered", Rate: 0.01, Source: fromField},
	{Name: "resume_refused", On: OnResume, Does: "op 9 false instead of what was missed", Rate: 0.2, Source: fromDocs},
	{Name: "resume_again", On: OnResume, Does: "the last ten events before the point of resuming come again, with their old numbers", Rate: 0.3, Source: fromField},
	{Name: "interaction_twice", On: OnInteraction, Does: "INTERACTION_CREATE comes twice", Rate: 0.03, Source: fromDocs},
	{Name: "interaction_late", On: OnInteraction, Does: "INTERACTION_CREATE comes 50 to 500 ms late", Rate: 0.05, Source: fromField},
	{Name: "interaction_too_late", On: OnInteraction, Does: "INTERACTION_CREATE comes after the three seconds", Source: fromField},

	{Name: "rest_500", On: OnRequest, Does: "500 with JSON; nothing has happened", Rate: 0.01, Source: fromField},
	{Name: "rest_502", On: OnRequest, Does: "502 with HTML; nothing has happened", Rate: 0.01, Source: fromField},
	{Name: "rest_503", On: OnRequest, Does: "503 with HTML; nothing has happened", Rate: 0.01, Source: fromField},
	{Name: "rest_502_after", On: OnRequest, Does: "502 with HTML, and it has happened", Rate: 0.01, Source: fromField},
	{Name: "rest_reset", On: OnRequest, Does: "the connection is cut; nothing has happened", Rate: 0.01, Source: fromAny},
	{Name: "rest_reset_after", On: OnRequest, Does: "the connection is cut, and it has happened", Rate: 0.01, Source: fromAny},
	{Name: "rest_truncated", On: OnRequest, Does: "half of the answer, and it has happened", Rate: 0.01, Source: fromAny},
	{Name: "rest_slow", On: OnRequest, Does: "it happens at once and is answered 100 to 500 ms later", Rate: 0.02, Source: fromAny},
	{Name: "rest_429_shared", On: OnRequest, Does: "429 of the shared scope", Rate: 0.01, Source: fromDocs},
	{Name: "rest_429_global", On: OnRequest, Does: "429 of the global limit, without a bucket", Rate: 0.003, Source: fromDocs},
	{Name: "rest_429_cloudflare", On: OnRequest, Does: "429 with HTML and without Via", Rate: 0.002, Source: fromField},
	{Name: "rest_bucket", On: OnRequest, Does: "the bucket has another name from now on", Rate: 0.01, Source: fromDocs},

	{Name: "click_twice", On: OnClick, Does: "the person presses the button twice", Rate: 0.1, Source: "people"},
	{Name: "channel_renamed", On: OnWrite, Does: "the owner renames the channel", Rate: 0.01, Source: "people"},
	{Name: "channel_deleted", On: OnWrite, Does: "the owner deletes the channel", Source: "people"},
	{Name: "category_deleted", On: OnWrite, Does: "the owner deletes the category the channel is in", Source: "people"},
	{Name: "overwrites_cleared", On: OnWrite, Does: "the owner takes every overwrite off the channel but that of @everyone", Source: "people"},
	{Name: "member_left", On: OnWrite, Does: "the newest member with an overwrite in the channel leaves", Source: "people"},
	{Name: "role_deleted", On: OnWrite, Does: "the owner deletes a role with an overwrite in the channel", Source: "people"},
	{Name: "bot_kicked", On: OnWrite, Does: "the owner kicks the bot", Source: "people"},
}

// misbehaviour decides when faults strike.
type misbehaviour struct {
	mu      sync.Mutex
	faults  Faults
	asked   map[string]uint64
	struck  map[string]int
	buckets uint64
	ever    bool // something has been wrong once
}

// Misbehave replaces the faults that strike from now on, and begins to count anew.
func (s *Server) Misbehave(f Faults) error {
	if err := f.check(); err != nil {
		return err
	}
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	s.bad.faults, s.bad.asked, s.bad.struck = f, map[string]uint64{}, map[string]int{}
	return nil
}

// FaultTable is every fault by name, and how often it has struck since the faults were last set.
func (s *Server) FaultTable() []FaultKind {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	table := slices.Clone(faultTable)
	for i := range table {
		table[i].Struck = s.bad.struck[table[i].Name]
	}
	return table
}

// Struck is how often each fault that struck has done so.
func (s *Server) Struck() map[string]int {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	return maps.Clone(s.bad.struck)
}

// strikes asks at an occasion which faults strike, and tells the oracle of each. It must not wait for anything: the
// caller may hold Server.mu.
func (s *Server) strikes(occasion string, about Fact) (names []string) {
	b := &s.bad
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.faults.Rate == 0 {
		return nil
	}
	for _, k := range faultTable {
		if k.On != occasion || b.throw(k.Name, 0) >= b.rate(k) {
			continue
		}
		b.struck[k.Name]++
		b.ever = true
		about.Body = k.Name
		s.tell("fault", about)
		names = append(names, k.Name)
	}
	return names
}

func (b *misbehaviour) rate(k FaultKind) float64 {
	if slices.Contains(b.faults.Except, k.Name) {
		return 0
	}
	if len(b.faults.Only) == 0 {
		return k.Rate * b.faults.Rate
	}
	if slices.Contains(b.faults.Only, k.Name) {
		return b.faults.Rate
	}
	return 0
}

// throw is from 0 to 1, another one each time.
func (b *misbehaviour) throw(name string, salt byte) float64 {
	b.asked[name]++
	h := fnv.New64a()
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, b.faults.Seed))
	_, _ = h.Write(append([]byte(name), salt))
	_, _ = h.Write(binary.LittleEndian.AppendUint64(nil, b.asked[name]))
	x := h.Sum64() // FNV's high bits hardly depend on the last byte
	x = (x ^ x>>33) * 0xff51afd7ed558ccd
	x = (x ^ x>>33) * 0xc4ceb9fe1a85ec53
	return float64((x^x>>33)>>11) / (1 << 53)
}

// between is a number that the seed chooses for a fault that strikes.
func (s *Server) between(name string, least, most int) int {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	return least + int(s.bad.throw(name, 1)*float64(most-least))
}

// hasMisbehaved says that a fault has struck once. What is replayed later may still bear its marks.
func (s *Server) hasMisbehaved() bool {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	return s.bad.ever
}

// calm says that no fault is on.
func (s *Server) calm() bool {
	s.bad.mu.Lock()
	defer s.bad.mu.Unlock()
	return s.bad.faults.Rate == 0
}
