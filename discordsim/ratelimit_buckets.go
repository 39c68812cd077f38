package discordsim

import "time"

// Bucket is a rate limit that routes share: so many calls per period for each major parameter (channel, guild, webhook
// with its token). Discord publishes next to none of these numbers.
type Bucket struct {
	Name       string
	Calls      int
	Per        time.Duration
	Where      string
	Source     string
	Confidence Confidence
}

// The zero bucket is the generous one that most routes have.
var (
	bucketGlobal    = Bucket{"global", 50, time.Second, "all requests of a bot, but not interaction endpoints; no headers tell of it", "topics/rate-limits", Documented}
	bucketDefault   = Bucket{"default", 50, time.Second, "all other routes, each on its own", "none", Guessed}
	bucketPost      = Bucket{"post", 5, 5 * time.Second, "POST message", "headers seen", Known}
	bucketEdit      = Bucket{"edit", 5, 5 * time.Second, "PATCH message", "headers seen", Known}
	bucketDelete    = Bucket{"delete", 5, time.Second, "DELETE message", "headers seen", Known}
	bucketDeleteOld = Bucket{"delete-old", 30, 2 * time.Minute, "DELETE message older than two weeks", "@discordjs/rest keeps it apart", Known}
	bucketBulk      = Bucket{"bulk", 1, time.Second, "POST bulk-delete", "discord-api-docs 40", Known}
	bucketReact     = Bucket{"react", 1, 250 * time.Millisecond, "PUT, DELETE reaction", "headers seen", Known}
	bucketRename    = Bucket{"rename", 2, 10 * time.Minute, "PATCH channel with name or topic, whoever calls; shared scope, no headers tell of it", "discord-api-docs 1900", Known}
	bucketChannel   = Bucket{"channel", 5, 15 * time.Second, "PATCH channel", "discord-api-docs 1900", Known}
	bucketGone      = Bucket{"channel-delete", 10, 10 * time.Second, "DELETE channel", "none", Guessed}
	bucketChannels  = Bucket{"channels", 10, 10 * time.Second, "POST channel, thread; PUT, DELETE overwrite", "none", Guessed}
	bucketMembers   = Bucket{"members", 10, 10 * time.Second, "PATCH member; PUT, DELETE role of a member", "headers seen", Known}
	bucketPins      = Bucket{"pins", 5, 4 * time.Second, "GET, PUT, DELETE pin", "headers seen", Known}
	bucketCommands  = Bucket{"commands", 5, 20 * time.Second, "POST, PATCH, PUT, DELETE command", "headers seen", Known}
	bucketMyGuilds  = Bucket{"my-guilds", 1, time.Second, "GET users/@me/guilds: the classic trap of dashboards", "headers seen", Known}
	bucketWebhook   = Bucket{"webhook", 5, 2 * time.Second, "messages of webhooks that are no interaction's", "headers seen", Known}
	bucketExempt    = Bucket{Name: "exempt"} // interaction endpoints: no limit, not even the global one
)

// Buckets is the table of all of them.
func Buckets() []Bucket {
	return []Bucket{bucketGlobal, bucketDefault, bucketPost, bucketEdit, bucketDelete, bucketDeleteOld, bucketBulk, bucketReact,
		bucketRename, bucketChannel, bucketGone, bucketChannels, bucketMembers, bucketPins, bucketCommands, bucketMyGuilds, bucketWebhook}
}

// bucket is the one that this call counts in.
func (c *call) bucket() Bucket {
	b := c.route.bucket
	switch {
	case b == Bucket{}:
		b = bucketDefault
		b.Name = c.route.method + c.route.path
	case b == bucketWebhook && c.interactionOfPath() != nil:
		return bucketExempt
	case b == bucketDelete:
		if id, err := ParseID(c.path["message"]); err == nil && c.s.clock.now().Sub(id.Time()) > bulkAge {
			return bucketDeleteOld
		}
	}
	return b
}
