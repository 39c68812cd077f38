package discordsim_test

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/coder/websocket"

	"ticketbot/discordsim"
)

// furnishing is an edge of a new channel.
func furnishing(path string, refusal func(string) func(discordsim.Limit, int) reply, body func(n int) object) edge {
	return edge{func(s *scene, n int) reply { return s.rest("POST", s.guildPath()+"/channels", body(n)) }, refusal(path)}
}

func (s *scene) fill(n int, o discordsim.ChannelOptions) {
	for range n {
		must(s.sim.NewChannel(s.guild, o))(s.t)
	}
}

func guildEdges() map[string]edge {
	return map[string]edge{
		"channel name": furnishing("name", lengthOf, func(n int) object { return object{"name": text(n)} }),
		"topic":        furnishing("topic", lengthOf, func(n int) object { return object{"name": "x", "topic": text(n)} }),
		"forum topic":  furnishing("topic", lengthOf, func(n int) object { return object{"name": "x", "type": 15, "topic": text(n)} }),
		"slowmode":     furnishing("rate_limit_per_user", numberOf, func(n int) object { return object{"name": "x", "rate_limit_per_user": n} }),
		"overwrites": furnishing("permission_overwrites", lengthOf, func(n int) object {
			return object{"name": "x", "permission_overwrites": several(n, func(i int) object { return object{"id": fmt.Sprint(1000 + i), "type": 1} })}
		}),
		"channels in a category": {func(s *scene, n int) reply {
			folder := must(s.sim.NewChannel(s.guild, discordsim.ChannelOptions{Name: "folder", Type: 4}))(s.t)
			s.fill(n-1, discordsim.ChannelOptions{Name: "x", Parent: folder.ID})
			return s.rest("PATCH", s.lobbyPath(), object{"parent_id": folder.ID.String()})
		}, said("parent_id", "CHANNEL_PARENT_MAX_CHANNELS", "Maximum number of channels in category reached (50)")},
		"channels": {func(s *scene, n int) reply {
			s.fill(n-3, discordsim.ChannelOptions{Name: "x"})
			return s.rest("POST", s.guildPath()+"/channels", object{"name": "x"})
		}, coded(400, 30013, "Maximum number of server channels reached (500)")},
		"thread name": {func(s *scene, n int) reply {
			return s.rest("POST", s.lobbyPath()+"/threads", object{"name": text(n), "type": 11})
		}, lengthOf("name")},
		"thread members": {(*scene).crowdThread, coded(400, 30033, "Maximum number of thread participants has been reached (1000)")},
		"webhooks": {func(s *scene, n int) reply {
			for range n - 1 {
				s.want(200, "POST", s.lobbyPath()+"/webhooks", object{"name": "x"})
			}
			return s.rest("POST", s.lobbyPath()+"/webhooks", object{"name": "x"})
		}, coded(400, 30007, "Maximum number of webhooks reached (15)")},
		"webhook name": {func(s *scene, n int) reply {
			return s.rest("POST", s.lobbyPath()+"/webhooks", object{"name": text(n)})
		}, neededText("name")},
		"webhook username": {func(s *scene, n int) reply {
			h := s.want(200, "POST", s.lobbyPath()+"/webhooks", object{"name": "x"})
			return s.rest("POST", fmt.Sprintf("/webhooks/%s/%s", h.id(), h.at("token")), object{"content": "x", "username": text(n)})
		}, lengthOf("username")},
		"reason": {func(s *scene, n int) reply {
			r, err := http.NewRequestWithContext(s.t.Context(), "DELETE", s.sim.URL()+"/api/v10"+s.lobbyPath(), nil)
			s.ok(err)
			r.Header.Set("Authorization", "Bot "+s.app.Token)
			r.Header.Set("X-Audit-Log-Reason", strings.Repeat("%C3%BC", n))
			return s.do(r)
		}, lengthOf("reason")},
		"guild name": {func(s *scene, n int) reply { return s.rest("PATCH", s.guildPath(), object{"name": text(n)}) }, lengthOf("name")},
		"roles": {func(s *scene, n int) reply {
			for range n - 4 {
				must(s.sim.NewRole(s.guild, discordsim.RoleOptions{Name: "x"}))(s.t)
			}
			return s.rest("POST", s.guildPath()+"/roles", object{"name": "x"})
		}, coded(400, 30005, "Maximum number of server roles reached (250)")},
		"role name": {func(s *scene, n int) reply {
			return s.rest("POST", s.guildPath()+"/roles", object{"name": text(n)})
		}, lengthOf("name")},
		"nick": {func(s *scene, n int) reply {
			return s.rest("PATCH", s.guildPath()+"/members/"+s.mia.ID.String(), object{"nick": text(n)})
		}, lengthOf("nick")},
		"username": {func(s *scene, n int) reply { return s.rest("PATCH", "/users/@me", object{"username": text(n)}) }, lengthOf("username")},
	}
}

// crowdThread makes a thread with its owner and n-1 others.
func (s *scene) crowdThread(n int) reply {
	path := "/channels/" + s.want(201, "POST", s.lobbyPath()+"/threads", object{"name": "crowd", "type": 11}).id() + "/thread-members/"
	var last reply
	for i := range n - 1 {
		u := s.sim.NewUser(fmt.Sprint("user", i), "")
		s.ok(s.sim.Join(u.ID, s.guild))
		last = s.rest("PUT", path+u.ID.String(), nil)
	}
	return last
}

func (s *scene) commandsPath() string { return "/applications/" + s.app.ID.String() + "/commands" }

// offering is an edge of a new command.
func offering(path string, refusal func(string) func(discordsim.Limit, int) reply, change func(n int, command object)) edge {
	return edge{func(s *scene, n int) reply {
		command := object{"name": "x", "description": "x"}
		change(n, command)
		return s.rest("POST", s.commandsPath(), command)
	}, refusal(path)}
}

func parameter(more object) object {
	o := object{"type": 3, "name": "x", "description": "x"}
	for key, v := range more {
		o[key] = v
	}
	return o
}

func choosing(path string, refusal func(string) func(discordsim.Limit, int) reply, choices func(n int) []object) edge {
	return offering("options.0.choices"+path, refusal, func(n int, command object) {
		command["options"] = []object{parameter(object{"choices": choices(n)})}
	})
}

// adding makes n commands, the last on its own.
func adding(one func(i int) object) func(s *scene, n int) reply {
	return func(s *scene, n int) reply {
		s.want(200, "PUT", s.commandsPath(), several(n-1, one))
		return s.rest("POST", s.commandsPath(), one(n))
	}
}

func commandEdges() map[string]edge {
	slash := func(i int) object { return object{"name": fmt.Sprint("c", i), "description": "x"} }
	ofUser := func(i int) object { return object{"name": fmt.Sprint("c", i), "type": 2} }
	return map[string]edge{
		"commands":            {adding(slash), coded(400, 30032, "Maximum number of application commands reached (100).")},
		"context commands":    {adding(ofUser), coded(400, 30032, "Maximum number of application commands reached (15).")},
		"command name":        offering("name", lengthOf, func(n int, command object) { command["name"] = text(n); command["type"] = 2 }),
		"command description": offering("description", lengthOf, func(n int, command object) { command["description"] = text(n) }),
		"command options": offering("options", lengthOf, func(n int, command object) {
			command["options"] = several(n, func(i int) object { return parameter(object{"name": fmt.Sprint("o", i)}) })
		}),
		"choices": choosing("", lengthOf, func(n int) []object {
			return several(n, func(i int) object { return object{"name": "x", "value": fmt.Sprint(i)} })
		}),
		"choice name":  choosing(".0.name", lengthOf, func(n int) []object { return []object{{"name": text(n), "value": "x"}} }),
		"choice value": choosing(".0.value", lengthOf, func(n int) []object { return []object{{"name": "x", "value": text(n)}} }),
		"command size": offering("", with("APPLICATION_COMMAND_TOO_LARGE", "Command exceeds maximum size (8000)"), func(n int, command object) {
			full := several(25, func(int) object { return object{"name": text(100), "value": text(100)} })
			rest := n - 2 - 2 - 5000 - 2 // the command, both parameters, the first one's choices
			command["options"] = []object{parameter(object{"choices": full}), parameter(object{"name": "y", "choices": inPairs(rest)})}
		}),
	}
}

// inPairs are choices with so many characters in all.
func inPairs(size int) []object {
	var out []object
	for ; size > 0; size -= 200 {
		name := min(100, size)
		out = append(out, object{"name": text(name), "value": text(min(100, max(size-100, 0)))})
	}
	return out
}

func gatewayEdges() map[string]edge {
	closed := func(code int) func(discordsim.Limit, int) reply {
		return func(discordsim.Limit, int) reply { return reply{status: code} }
	}
	return map[string]edge{
		"gateway payload bytes": {func(s *scene, n int) reply {
			r := s.login(1)
			frame := `{"op":3,"d":{"x":""}}`
			r.write(strings.Replace(frame, `""`, `"`+text(n-len(frame))+`"`, 1))
			return r.lives()
		}, closed(4002)},
		"gateway payloads a minute": {func(s *scene, n int) reply {
			r := s.login(1)
			for range n - 3 { // and the identify, and lives
				r.write(`{"op":3,"d":{}}`)
			}
			return r.lives()
		}, closed(4008)},
		"guilds a shard": {func(s *scene, n int) reply {
			for i := range n - 1 {
				g := must(s.sim.NewGuild(s.owner.ID, fmt.Sprint("guild", i)))(s.t)
				s.ok(s.sim.AddBot(s.app.ID, g, usual))
			}
			r := s.dial(s.gateway(), "")
			r.identify(object{"intents": 0})
			return r.lives()
		}, closed(4011)},
	}
}

func (r *robot) write(frame string) {
	r.s.t.Helper()
	r.s.ok(r.ws.Write(r.s.t.Context(), websocket.MessageText, []byte(frame)))
}

// lives sends two heartbeats and answers 200 when they are acknowledged, or else the code that the connection was closed
// with.
func (r *robot) lives() reply {
	for range 2 {
		if r.ws.Write(r.s.t.Context(), websocket.MessageText, []byte(`{"op":1,"d":null}`)) != nil {
			return reply{status: r.ended()}
		}
	}
	for {
		r.mu.Lock()
		acks, over, more := 0, r.over, r.more
		for _, e := range r.got {
			if e.Op == 11 {
				acks++
			}
		}
		r.mu.Unlock()
		switch {
		case acks == 2:
			return reply{status: 200}
		case over:
			return reply{status: r.ended()}
		}
		<-more
	}
}
