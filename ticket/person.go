package ticket

// User is a Discord user as an event or an interaction shows them: what we learn, before it is sealed.
// The policy lists what of it we keep: id, username, display name, avatar and role assignments.
type User struct {
	ID         UserID   `json:"id"`
	Username   string   `json:"username"`
	GlobalName string   `json:"global_name,omitempty"`
	Avatar     string   `json:"avatar,omitempty"` // Discord's hash, not a URL
	Bot        bool     `json:"bot,omitempty"`
	Webhook    bool     `json:"webhook,omitempty"` // a webhook's or an application's voice, not an account
	Nick       string   `json:"nick,omitempty"`
	GuildIcon  string   `json:"guild_avatar,omitempty"`
	Roles      []RoleID `json:"roles,omitempty"`
	// Partial says that only the id (and perhaps the username) is known, as in a mention of somebody who has left;
	// a partial sighting never overwrites a fuller one.
	Partial bool `json:"-"`
}

// DisplayName is the name the guild sees.
func (u User) DisplayName() string {
	switch {
	case u.Nick != "":
		return u.Nick
	case u.GlobalName != "":
		return u.GlobalName
	case u.Username != "":
		return u.Username
	}
	return ""
}

// Person is a user in one guild, as stored: a reference in all rows, the profile sealed under the person's own key.
// After erasure the row stays, so that others' conversations keep their shape, and Profile is empty.
type Person struct {
	ID      PersonID
	Erased  bool
	Profile User
}
