package discordsim_test

import (
	"bytes"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"time"

	"ticketbot/discordsim"
)

func embedding(path string, refusal func(string) func(discordsim.Limit, int) reply, embed func(n int) object) edge {
	return posting("embeds.0."+path, refusal, func(n int) object { return object{"embeds": []object{embed(n)}} })
}

func paging(path func(s *scene) string) edge {
	return edge{func(s *scene, n int) reply { return s.rest("GET", path(s)+fmt.Sprint("?limit=", n), nil) }, numberOf("limit")}
}

func messageEdges() map[string]edge {
	edges := map[string]edge{
		"content": posting("content", lengthOf, func(n int) object { return object{"content": text(n)} }),
		"nonce":   posting("nonce", lengthOf, func(n int) object { return object{"content": "x", "nonce": text(n)} }),
		"embeds": posting("embeds", lengthOf, func(n int) object {
			return object{"embeds": several(n, func(int) object { return object{"title": "x"} })}
		}),
		"embed text in all": {func(s *scene, n int) reply {
			return s.rest("POST", s.postPath(), object{"embeds": []object{
				{"title": text(100), "description": text(2900), "fields": []object{{"name": text(200), "value": text(800)}}},
				{"description": text(n - 5000), "footer": object{"text": text(800)}, "author": object{"name": text(200)}},
			}})
		}, said("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")},
		"embed title":       embedding("title", lengthOf, func(n int) object { return object{"title": text(n)} }),
		"embed description": embedding("description", lengthOf, func(n int) object { return object{"description": text(n)} }),
		"embed url":         embedding("url", lengthOf, func(n int) object { return object{"title": "x", "url": text(n)} }),
		"embed color":       embedding("color", numberOf, func(n int) object { return object{"title": "x", "color": n} }),
		"embed fields": embedding("fields", lengthOf, func(n int) object {
			return object{"fields": several(n, func(int) object { return object{"name": "x", "value": "x"} })}
		}),
		"embed field name": embedding("fields.0.name", neededText, func(n int) object {
			return object{"fields": []object{{"name": text(n), "value": "x"}}}
		}),
		"embed field value": embedding("fields.0.value", neededText, func(n int) object {
			return object{"fields": []object{{"name": "x", "value": text(n)}}}
		}),
		"embed footer": embedding("footer.text", neededText, func(n int) object {
			return object{"title": "x", "footer": object{"text": text(n)}}
		}),
		"embed author": embedding("author.name", neededText, func(n int) object {
			return object{"title": "x", "author": object{"name": text(n)}}
		}),
		"stickers": posting("sticker_ids", lengthOf, func(n int) object { return object{"content": "x", "sticker_ids": snowflakes(n)} }),
		"allowed users": posting("allowed_mentions.users", lengthOf, func(n int) object {
			return object{"content": "x", "allowed_mentions": object{"users": snowflakes(n)}}
		}),
		"allowed roles": posting("allowed_mentions.roles", lengthOf, func(n int) object {
			return object{"content": "x", "allowed_mentions": object{"roles": snowflakes(n)}}
		}),
		"poll question": polling("question.text", lengthOf, func(n int, poll object) { poll["question"] = object{"text": text(n)} }),
		"poll answers": polling("answers", lengthOf, func(n int, poll object) {
			poll["answers"] = several(n, func(int) object { return object{"poll_media": object{"text": "x"}} })
		}),
		"poll answer": polling("answers.0.poll_media.text", lengthOf, func(n int, poll object) {
			poll["answers"] = []object{{"poll_media": object{"text": text(n)}}}
		}),
		"poll hours":         polling("duration", numberOf, func(n int, poll object) { poll["duration"] = n }),
		"page of messages":   paging((*scene).postPath),
		"page of pins":       paging(func(s *scene) string { return s.postPath() + "/pins" }),
		"page of own guilds": paging(func(*scene) string { return "/users/@me/guilds" }),
		"page of members":    paging(func(s *scene) string { return s.guildPath() + "/members" }),
	}
	maps.Copy(edges, storedEdges())
	return edges
}

func polling(path string, refusal func(string) func(discordsim.Limit, int) reply, with func(n int, poll object)) edge {
	return posting("poll."+path, refusal, func(n int) object {
		poll := object{"question": object{"text": "Which?"}, "answers": []object{{"poll_media": object{"text": "A"}}}}
		with(n, poll)
		return object{"content": "x", "poll": poll}
	})
}

// storedEdges are limits of what is kept: files, reactions, pins, and what is deleted together.
func storedEdges() map[string]edge {
	tooLarge := coded(413, 40005, "Request entity too large")
	return map[string]edge{
		"files": {func(s *scene, n int) reply {
			names := several(n, func(i int) string { return fmt.Sprintf("%d.txt", i) })
			return s.rest("POST", s.postPath(), upload{payload: object{}, names: names, files: map[string]string{}})
		}, lengthOf("attachments")},
		"file bytes": {func(s *scene, n int) reply { return s.raw(withFiles(n)) }, tooLarge},
		"request bytes": {func(s *scene, n int) reply {
			kind, empty := withFiles(8<<20, 8<<20, 0)
			_, body := withFiles(8<<20, 8<<20, n-len(empty))
			return s.raw(kind, body)
		}, tooLarge},
		"file description": {func(s *scene, n int) reply {
			return s.rest("POST", s.postPath(), upload{payload: object{"attachments": []object{{"id": 0, "description": text(n)}}}, names: []string{"a.txt"}})
		}, lengthOf("attachments.0.description")},
		"reactions": {func(s *scene, n int) reply {
			m := must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "x"}))(s.t)
			for i := range n - 1 {
				s.ok(s.sim.React(s.owner.ID, m.ID, string(rune(0x1F600+i))))
			}
			return s.rest("PUT", s.postPath()+"/"+m.ID.String()+"/reactions/%F0%9F%91%8D/@me", nil)
		}, coded(400, 30010, "Maximum number of reactions reached (20)")},
		"pins": {func(s *scene, n int) reply {
			var last *discordsim.Message
			for i := range n {
				last = must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "x"}))(s.t)
				if i < n-1 {
					s.ok(s.sim.Pin(s.owner.ID, last.ID))
				}
			}
			return s.rest("PUT", s.postPath()+"/pins/"+last.ID.String(), nil)
		}, coded(400, 30003, "Maximum number of pins reached for the channel (250)")},
		"bulk delete": {func(s *scene, n int) reply { return s.bulkDelete(s.say(n)) },
			coded(400, 50016, "Provided too few or too many messages to delete. Must provide at least 2 and at most 100 messages to delete.")},
		"bulk delete days": {func(s *scene, n int) reply {
			ids := s.say(2)
			s.sim.Advance(time.Duration(n) * 24 * time.Hour)
			return s.bulkDelete(ids)
		}, coded(400, 50034, "A message provided was too old to bulk delete")},
	}
}

func (s *scene) say(n int) []string {
	return several(n, func(int) string {
		return must(s.sim.Say(s.mia.ID, s.lobby.ID, discordsim.SayOptions{Content: "x"}))(s.t).ID.String()
	})
}

func (s *scene) bulkDelete(ids []string) reply {
	return s.rest("POST", s.postPath()+"/bulk-delete", object{"messages": ids})
}

// withFiles is a body with files of these sizes.
func withFiles(sizes ...int) (string, []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	_ = w.SetBoundary("boundary")
	for i, size := range sizes {
		part, _ := w.CreateFormFile(fmt.Sprintf("files[%d]", i), "a.bin")
		_, _ = part.Write(make([]byte, size))
	}
	_ = w.Close()
	return w.FormDataContentType(), b.Bytes()
}

func (s *scene) raw(kind string, body []byte) reply {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", s.sim.URL()+"/api/v10"+s.postPath(), bytes.NewReader(body))
	s.ok(err)
	r.Header.Set("Content-Type", kind)
	r.Header.Set("Authorization", "Bot "+s.app.Token)
	return s.do(r)
}
