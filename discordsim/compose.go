package discordsim

import (
	"encoding/json"
	"slices"
	"strings"
)

// compose reads a message out of a request body: POST of a message, an answer to an interaction, a webhook.
func (c *call) compose(f *form) (draft, error) {
	d := draft{author: c.me(), kind: messageDefault, files: c.uploads(), mentions: readMentionRule(f)}
	d.flags = f.integer("flags", 0, 1<<31-1, 0) & (flagSuppressEmbeds | flagEphemeral | flagSilent | flagComponentsV2)
	d.content = strings.TrimSpace(f.text("content", 0, maxContent))
	d.embeds = readEmbeds(f)
	d.components = messageComponents(f, d.flags&flagComponentsV2 != 0, amongFiles(d.files))
	d.nonce = readNonce(f)
	f.ids("sticker_ids", maxStickers)
	d.poll = c.readPoll(f)
	if d.flags&flagComponentsV2 != 0 {
		refuseClassicFields(f)
	}
	if len(d.files) > maxFiles {
		f.fail("attachments", "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
	}
	if err := f.err(); err != nil {
		return d, err
	}
	if d.content == "" && len(d.embeds) == 0 && len(d.files) == 0 && len(d.components) == 0 && d.poll == nil && !forwards(f) {
		return d, errEmptyMessage
	}
	return d, nil
}

// forwards says whether a message is to forward another; then it needs nothing of its own.
func forwards(f *form) bool {
	reference, _ := f.v["message_reference"].(Object)
	return number(reference["type"], 0) == 1
}

func refuseClassicFields(f *form) {
	for _, key := range []string{"content", "embeds", "poll", "sticker_ids"} {
		if !emptyValue(f.v[key]) {
			refuseClassic(f, key)
		}
	}
}

func refuseClassic(f *form, key string) {
	f.fail(key, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2", "The '%s' field cannot be used when using MessageFlags.IS_COMPONENTS_V2", key)
}

func emptyValue(v any) bool {
	list, isList := v.([]any)
	return v == nil || v == "" || isList && len(list) == 0
}

func amongFiles(files []File) func(string) bool {
	return func(name string) bool {
		return slices.ContainsFunc(files, func(f File) bool { return f.Name == name || safeName(f.Name) == name })
	}
}

func readNonce(f *form) any {
	if n, ok := f.v["nonce"].(json.Number); ok {
		return n
	}
	if s := f.text("nonce", 0, maxNonce); s != "" {
		return s
	}
	return nil
}

func readMentionRule(f *form) mentionRule {
	rule := f.object("allowed_mentions")
	if rule == nil {
		return allMentions
	}
	out := mentionRule{onlyUsers: rule.ids("users", maxMentioned), onlyRoles: rule.ids("roles", maxMentioned), repliedUser: rule.flag("replied_user")}
	parse, _ := rule.v["parse"].([]any)
	for _, kind := range parse {
		switch kind {
		case "users":
			out.users = true
		case "roles":
			out.roles = true
		case "everyone":
			out.everyone = true
		default:
			rule.fail("parse", "BASE_TYPE_CHOICES", "Value must be one of {'users', 'roles', 'everyone'}.")
		}
	}
	if out.users && len(out.onlyUsers) > 0 {
		rule.fail("", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"users\"] and users: [ids...] are mutually exclusive.")
	}
	if out.roles && len(out.onlyRoles) > 0 {
		rule.fail("", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", "parse:[\"roles\"] and roles: [ids...] are mutually exclusive.")
	}
	return out
}

func readEmbeds(f *form) []Object {
	list := f.list("embeds", 0, maxEmbeds)
	out := make([]Object, 0, len(list))
	total := 0
	for _, e := range list {
		total += readEmbed(e)
		out = append(out, e.v)
	}
	if total > maxEmbedText {
		f.fail("embeds", "MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of %d", maxEmbedText)
	}
	return out
}

// readEmbed checks one embed and returns how many characters of text it has.
func readEmbed(e *form) int {
	size := count(e.text("title", 0, maxEmbedTitle)) + count(e.text("description", 0, maxEmbedDescription))
	e.text("url", 0, maxEmbedURL)
	e.integer("color", 0, maxColor, 0)
	if footer := e.object("footer"); footer != nil {
		footer.needText("text")
		size += count(footer.text("text", 1, maxFooter))
	}
	if author := e.object("author"); author != nil {
		author.needText("name")
		size += count(author.text("name", 1, maxEmbedAuthor))
	}
	for _, field := range e.list("fields", 0, maxEmbedFields) {
		field.needText("name", "value")
		size += count(field.text("name", 1, maxFieldName)) + count(field.text("value", 1, maxFieldValue))
		setDefault(field, "inline", false)
	}
	for _, key := range []string{"image", "thumbnail"} {
		if picture := e.object(key); picture != nil {
			picture.need("url")
		}
	}
	if size == 0 && !e.given("image") && !e.given("thumbnail") {
		e.fail("description", "BASE_TYPE_REQUIRED", "This field is required")
	}
	e.v["type"] = "rich"
	return size
}

func count(s string) int { return len([]rune(s)) }

// rewrite reads an edit of a message and applies it. The Components V2 flag can be added, never taken away: flags without
// it are taken as they are while components are checked, and then it stays.
func (c *call) rewrite(f *form, m *message) error {
	if m.poll != nil {
		return errPollEdit
	}
	files := c.uploads()
	flags := f.integer("flags", 0, 1<<31-1, m.flags)
	v2 := (m.flags|flags)&flagComponentsV2 != 0
	media := func(name string) bool { return amongFiles(files)(name) || c.s.keeps(m, name) }
	next := *m
	if f.has("content") {
		next.content = strings.TrimSpace(f.text("content", 0, maxContent))
	}
	if f.has("embeds") {
		next.embeds = readEmbeds(f)
	}
	if f.has("components") {
		next.components = messageComponents(f, flags&flagComponentsV2 != 0, media)
	}
	if v2 {
		refuseClassicFields(f)
		refuseClassicLeft(f, &next)
		next.flags |= flagComponentsV2
	}
	next.flags = next.flags&^flagSuppressEmbeds | flags&flagSuppressEmbeds
	if len(files) > maxFiles {
		f.fail("attachments", "BASE_TYPE_MAX_LENGTH", "Must be %d or fewer in length.", maxFiles)
	}
	if err := f.err(); err != nil {
		return err
	}
	if f.has("attachments") {
		next.files = c.keptFiles(f, m)
	}
	if next.content == "" && len(next.embeds)+len(next.components)+len(next.files)+len(files) == 0 {
		return errEmptyMessage
	}
	*m = next
	c.s.keepFiles(m, files)
	c.s.findMentions(m, readMentionRule(f))
	return nil
}

// refuseClassicLeft: a message that becomes one of Components V2 must lose its content and embeds in the same edit.
func refuseClassicLeft(f *form, next *message) {
	if next.content != "" && !f.has("content") {
		refuseClassic(f, "content")
	}
	if len(next.embeds) > 0 && !f.has("embeds") {
		refuseClassic(f, "embeds")
	}
}

// keptFiles are the attachments that an edit lists again; the others go.
func (c *call) keptFiles(f *form, m *message) []ID {
	var kept []ID
	for _, a := range f.list("attachments", 0, maxFiles) {
		if id := a.id("id"); slices.Contains(m.files, id) {
			kept = append(kept, id)
		}
	}
	return kept
}

func (s *Server) keeps(m *message, name string) bool {
	return slices.ContainsFunc(m.files, func(id ID) bool { return s.world.files[id].name == name })
}

// attachmentName is what an attachment://name link names.
func attachmentName(url string) (string, bool) {
	name, ok := strings.CutPrefix(url, "attachment://")
	return name, ok
}
