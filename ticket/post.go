package ticket

// Posted is where a message of ours stands.
type Posted struct {
	Channel ChannelID
	Message MessageID
}

// PostKind is what a message outside ticket channels is for. It names people, so it is remembered: when one of them is
// forgotten, it is rewritten or deleted.
type PostKind string

const (
	PostInLog  PostKind = "log"    // the log channel was told of a close
	PostDirect PostKind = "direct" // the opener was
)
