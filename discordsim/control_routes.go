package discordsim

import "net/http"

// routes is the control API. Answers are JSON; nothing to say is 204; a refusal is {"error": "a sentence"}.
func (c *Control) routes() map[string]func(*http.Request) (any, error) {
	return map[string]func(*http.Request) (any, error){
		// What a person sees (control_look.go); GET /control/events?as= is a stream of its own.
		"GET /control/personas":                    c.personas,
		"GET /control/state":                       c.state,
		"GET /control/channels/{channel}/messages": c.messages,
		"GET /control/channels/{channel}/pins":     c.pinned,
		"GET /control/interactions/{interaction}":  c.interaction,

		// What a person does (control_act.go); "as" says who.
		"POST /control/channels/{channel}/messages":                       c.say,
		"PATCH /control/channels/{channel}/messages/{message}":            c.edit,
		"DELETE /control/channels/{channel}/messages/{message}":           c.remove,
		"POST /control/channels/{channel}/messages/bulk-delete":           c.bulkDelete,
		"PUT /control/channels/{channel}/messages/{message}/reactions":    c.react,
		"DELETE /control/channels/{channel}/messages/{message}/reactions": c.unreact,
		"PUT /control/channels/{channel}/pins/{message}":                  c.pin,
		"DELETE /control/channels/{channel}/pins/{message}":               c.unpin,
		"POST /control/channels/{channel}/typing":                         c.typing,
		"POST /control/channels/{channel}/messages/{message}/forward":     c.forward,
		"PUT /control/channels/{channel}/messages/{message}/votes":        c.vote,
		"POST /control/channels/{channel}/messages/{message}/command":     c.useOnMessage,
		"POST /control/channels/{channel}/users/{user}/command":           c.useOnUser,
		"POST /control/channels/{channel}/suggestions":                    c.suggestions,
		"POST /control/channels/{channel}/threads":                        c.startThread,
		"POST /control/channels/{channel}/messages/{message}/component":   c.press,
		"POST /control/modals/{interaction}/submit":                       c.submit,
		"POST /control/channels/{channel}/commands":                       c.command,
		"DELETE /control/channels/{channel}":                              c.deleteChannel,
		"POST /control/dms":                                               c.openDM,

		// How the world is furnished (control_furnish.go); nobody's permission is asked.
		"POST /control/users":                           c.newUser,
		"POST /control/guilds":                          c.newGuild,
		"POST /control/guilds/{guild}/roles":            c.newRole,
		"PATCH /control/guilds/{guild}/roles/{role}":    c.changeRole,
		"POST /control/guilds/{guild}/channels":         c.newChannel,
		"PUT /control/channels/{channel}/overwrites":    c.setOverwrite,
		"POST /control/guilds/{guild}/members":          c.join,
		"PATCH /control/guilds/{guild}/members/{user}":  c.changeMember,
		"DELETE /control/guilds/{guild}/members/{user}": c.kick,
		"POST /control/apps":                            c.newApp,
		"PATCH /control/apps/{app}":                     c.changeApp,
		"PUT /control/guilds/{guild}/bots/{app}":        c.addBot,
		"DELETE /control/guilds/{guild}/bots/{app}":     c.kickBot,

		// A guild's life, and requests that fail (control_life.go).
		"POST /control/guilds/{guild}/bots/{app}/life": c.life,
		"PUT /control/guilds/{guild}/outage":           c.beginOutage,
		"DELETE /control/guilds/{guild}/outage":        c.endOutage,
		"POST /control/faults":                         c.newFault,
		"POST /control/holds":                          c.newHold,
		"GET /control/faults":                          c.listMeddling,
		"DELETE /control/faults/{id}":                  c.endMeddling,
		"PUT /control/misbehaviour":                    c.misbehave,
		"GET /control/misbehaviour":                    c.faultTable,

		// What no Discord offers (control_beyond.go).
		"POST /control/gateway": c.disturb,
		"GET /control/oracle":   c.facts,
		"GET /control/calls":    c.calls,
		"GET /control/clock":    c.clock,
		"POST /control/clock":   c.advance,
	}
}
