package ticket

import "time"

// Category is a kind of ticket in one guild: who answers, where channels go, what is asked first.
type Category struct {
	ID         CategoryID `json:"-"`
	Guild      Guild      `json:"-"`
	CreatedAt  time.Time  `json:"-"`
	Name       string     `json:"name"`
	Emoji      string     `json:"emoji,omitempty"`
	StaffRoles []RoleID   `json:"staff_roles"`
	Parent     ChannelID  `json:"parent,omitempty"` // Discord's channel category for new channels
	Log        ChannelID  `json:"log,omitempty"`    // where closed tickets are announced; 0: nowhere
	Welcome    string     `json:"welcome,omitempty"`
	Limit      int        `json:"limit"` // open tickets a member may have at once
	Form       Form       `json:"form"`
}

// Panel is a message of ours with a button for each of its categories.
type Panel struct {
	ID         PanelID      `json:"-"`
	Guild      Guild        `json:"-"`
	Channel    ChannelID    `json:"-"`
	Message    MessageID    `json:"-"` // 0 until posted
	Title      string       `json:"title"`
	Text       string       `json:"text"`
	Categories []CategoryID `json:"categories"`
}
