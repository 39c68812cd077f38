package gateway

import (
	"strconv"
	"strings"
	"time"

	"github.com/coder/websocket"

	"ticketbot/internal/fault"
)

// closeResumable is what we close with. Any code but 1000 and 1001 leaves the session alive.
const closeResumable websocket.StatusCode = 4200

// ending is how an attempt to be connected ended.
type ending struct {
	why      string        // for the log
	err      error         // for the log, what went wrong if anything did
	final    error         // nothing will help but the operator
	forget   bool          // the session cannot be resumed
	overflow bool          // the handlers must catch up first
	pause    time.Duration // asked for by Discord
}

// ended reads a close code or network error. The codes are those of Discord's "Gateway Close Event Codes".
func (c *Client) ended(err error) ending {
	code := int(websocket.CloseStatus(err))
	if f := c.refusal(code); f != nil {
		return ending{why: "Discord refuses", final: f.Because(err)}
	}
	switch code {
	case -1:
		return ending{why: "connection lost", err: err}
	case 4003, 4007, 4009: // not authenticated, invalid sequence, session timed out
		return ending{why: "closed with " + strconv.Itoa(code), forget: true}
	default:
		return ending{why: "closed with " + strconv.Itoa(code)}
	}
}

// refusal is the sentence for a close code after which trying again is pointless; nil for all others.
func (c *Client) refusal(code int) *fault.Fault {
	switch code {
	case 4004:
		return fault.New(fault.Config, "gateway.refused.token")
	case 4010:
		return fault.New(fault.Config, "gateway.refused.shard", "shard", c.cfg.ShardID, "count", c.cfg.ShardCount)
	case 4011:
		return fault.New(fault.Config, "gateway.refused.too_many_guilds", "count", c.cfg.ShardCount)
	case 4012:
		return fault.New(fault.Config, "gateway.refused.version", "version", apiVersion)
	case 4013:
		return fault.New(fault.Config, "gateway.refused.intents", "intents", c.cfg.Intents)
	case 4014:
		return fault.New(fault.Config, "gateway.refused.privileged", "switches", privileged(c.cfg.Intents))
	}
	return nil
}

// privileged names the switches of the Developer Portal that these intents need.
func privileged(intents uint64) string {
	var names []string
	for _, sw := range []struct {
		bit  uint
		name string
	}{{1, "Server Members Intent"}, {8, "Presence Intent"}, {15, "Message Content Intent"}} {
		if intents&(1<<sw.bit) != 0 {
			names = append(names, `"`+sw.name+`"`)
		}
	}
	return strings.Join(names, " and ")
}
