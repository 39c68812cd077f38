package discordsim

import "slices"

// Where an interaction can happen.
const (
	contextGuild  = 0
	contextBotDM  = 1 // the conversation of a user and the bot
	contextOthers = 2 // conversations of other people
)

// checkPlaces reads where a command may be used and how its application may be installed.
func checkPlaces(f *form) {
	for key, most := range map[string]int{"contexts": contextOthers, "integration_types": 1} {
		if !f.given(key) {
			continue
		}
		list, ok := f.v[key].([]any)
		seen := map[int]bool{}
		for _, x := range list {
			n := number(x, -1)
			ok = ok && n >= 0 && n <= most && !seen[n]
			seen[n] = true
		}
		if !ok || len(list) == 0 {
			f.fail(key, "BASE_TYPE_CHOICES", "Must be a list of different values from 0 to %d.", most)
		}
	}
}

// in says whether the command can be used in a context.
func (cmd *command) in(context int) bool {
	if contexts, limited := cmd.shape["contexts"].([]any); limited {
		return slices.ContainsFunc(contexts, func(x any) bool { return number(x, -1) == context })
	}
	return context == contextGuild || cmd.shape["dm_permission"] != false
}
