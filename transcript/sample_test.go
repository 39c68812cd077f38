package transcript_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"time"

	"ticketbot/ticket"
	"ticketbot/transcript"
)

// The people of the sample.
const (
	sam  ticket.PersonID = iota + 1 // opens the ticket
	maya                            // staff, red
	bot                             // ourselves
	gone                            // erased
	hook                            // a webhook
)

var began = time.Date(2026, 11, 23, 17, 2, 11, 0, time.UTC)

type names struct{}

func (names) Role(id ticket.RoleID) (string, int, bool) {
	switch id {
	case 10:
		return "Support", 0xE8475F, true
	case 11:
		return "Member", 0, true
	}
	return "", 0, false
}

func (names) Channel(id ticket.ChannelID) (string, bool) { return "rules", id == 20 }

// diary builds messages one after the other.
type diary struct {
	c  *ticket.Conversation
	at time.Time
}

func (d *diary) say(after time.Duration, who ticket.PersonID, content ticket.Content, with ...ticket.PersonID) *ticket.Message {
	d.at = d.at.Add(after)
	id := ticket.MessageID(1000 + len(d.c.Messages))
	d.c.Messages = append(d.c.Messages, ticket.Message{
		ID: id, Channel: 99, Author: who, People: append([]ticket.PersonID{who}, with...), At: d.at, Content: content,
	})
	return &d.c.Messages[len(d.c.Messages)-1]
}

func (d *diary) file(id ticket.AttachmentID, name, mime string, size int64, state ticket.FileState, reason string) ticket.Attachment {
	d.c.Files[id] = ticket.File{ID: id, State: state, Object: "x", Detail: ticket.FileDetail{Name: name, Type: mime, Size: size, Reason: reason}}
	a := ticket.Attachment{ID: id, Name: name, Type: mime, Size: size}
	if mime == "image/png" {
		a.Width, a.Height = 800, 500
	}
	return a
}

func newConversation() *ticket.Conversation {
	return &ticket.Conversation{
		Ticket: &ticket.Ticket{
			ID: 7, Number: 42, PublicID: "q3mVt8", State: ticket.Closed, Opener: sam, Claimer: maya, Closer: maya, Channel: 99,
			OpenedAt: began, ClosedAt: began.Add(26 * time.Hour), CloseReason: "Solved: the card had expired.",
			Answers: []ticket.Answer{
				{Question: "What is it about?", Kind: ticket.Short, Values: []string{"I was charged twice"}},
				{Question: "Tell us more", Kind: ticket.Paragraph, Values: []string{"On Monday I bought the yearly plan.\nMy bank shows two payments of 49.00."}},
				{Question: "How urgent is it?", Kind: ticket.Select, Values: []string{"This week, please"}},
				{Question: "Anything else?", Kind: ticket.Short},
			},
		},
		Category: &ticket.Category{Name: "Billing"},
		People: map[ticket.PersonID]ticket.Person{
			sam:  {ID: sam, Profile: ticket.User{ID: 100 << 22, Username: "sam.w", GlobalName: "Sam Winter", Avatar: "a1", Roles: []ticket.RoleID{11}}},
			maya: {ID: maya, Profile: ticket.User{ID: 101 << 22, Username: "maya", Nick: "Maya", Avatar: "b2", Roles: []ticket.RoleID{11, 10}}},
			bot:  {ID: bot, Profile: ticket.User{ID: 102 << 22, Username: "TicketBot", Bot: true}},
			gone: {ID: gone, Erased: true},
			hook: {ID: hook, Profile: ticket.User{ID: 104 << 22, Username: "captured", Webhook: true}},
		},
		Files: map[ticket.AttachmentID]ticket.File{},
	}
}

// sample is a conversation in which everything occurs that a page can show.
func sample() *ticket.Conversation {
	d := &diary{newConversation(), began}
	d.opening()
	d.talk()
	d.styles()
	d.files()
	d.cards()
	d.oddities()
	return d.c
}

func (d *diary) opening() {
	accent := 0x5865F2
	d.say(0, bot, ticket.Content{Flags: 1 << 15, Components: []ticket.Component{{Type: 17, Accent: &accent, Children: []ticket.Component{
		{Type: 10, Text: "## Ticket #0042\nHello " + ticket.Mention(1) + ", <@&10> will be with you soon.\n-# This conversation is kept. See <#20>."},
		{Type: 14, Divider: true, Spacing: 1},
		{Type: 9, Children: []ticket.Component{{Type: 10, Text: "**What is it about?**\nI was charged twice"}},
			Accessory: &ticket.Component{Type: 11, Media: []ticket.Media{{URL: "attachment://cover.png", Description: "Cover"}}}},
		{Type: 1, Children: []ticket.Component{
			{Type: 2, Style: 1, Label: "Claim", Emoji: "🙋"}, {Type: 2, Style: 4, Label: "Close"}, {Type: 2, Style: 3, Label: "Done", Disabled: true},
			{Type: 2, Style: 2, Label: "Add somebody"}, {Type: 2, Style: 5, Label: "Help", URL: "https://example.com/help"},
			{Type: 2, Style: 6, Label: "Premium"},
		}},
		{Type: 1, Children: []ticket.Component{{Type: 3, Placeholder: "Priority", Options: []ticket.Option{{Label: "Low", Emoji: "<:low:5>"}, {Label: "High", Description: "Today"}}}}},
	}}}, Attachments: []ticket.Attachment{d.file(50, "cover.png", "image/png", 2048, ticket.FileStored, "")}}, sam)
	d.say(2*time.Second, bot, ticket.Content{Type: 6, Reply: &ticket.Reply{Message: 1000, Author: 0}})
}

func (d *diary) talk() {
	d.say(time.Minute, sam, ticket.Content{Text: "Hi! My bank shows **two** payments. I only pressed *once*, I promise."})
	d.say(20*time.Second, sam, ticket.Content{Text: "The order is `TB-20261121-0042`, if that helps."})
	d.say(3*time.Minute, bot, ticket.Content{Type: 20, Use: &ticket.Use{Person: 1, Name: "claim"}, Text: ticket.Mention(1) + " takes care of this ticket."}, maya)
	m := d.say(2*time.Minute, maya, ticket.Content{Type: 19, Reply: &ticket.Reply{Message: 1002, Author: 1}, Text: "Hey " + ticket.Mention(1) + ", thanks for the details. Let me look at order `TB-20261121-0042`."}, sam)
	m.EditedAt = m.At.Add(40 * time.Second)
	m.Revisions = []ticket.Revision{{At: m.At, People: m.People, Content: ticket.Content{Text: "Hey " + ticket.Mention(1) + ", tahnks for the details."}}}
	m = d.say(30*time.Second, sam, ticket.Content{Text: "My card number is 4111 1111 1111 1111"})
	m.DeletedAt = m.At.Add(25 * time.Second)
	d.say(10*time.Second, sam, ticket.Content{Text: "oops 😅🙈"})
	d.say(time.Second, sam, ticket.Content{Text: "🎉 <:party:6>"})
	d.say(time.Minute, maya, ticket.Content{Text: "No worries! It will be back on <t:1795600000:D>, <t:1795600000:R>. @here <@&10> </refund now:77> <@&404> <#405>"})
	d.say(time.Minute, gone, ticket.Content{})
	d.say(time.Minute, maya, ticket.Content{Type: 19, Reply: &ticket.Reply{Message: 1010, Author: 1}, Text: "Quite right, " + ticket.Mention(1) + "."}, gone)
	d.say(time.Minute, maya, ticket.Content{Type: 19, Reply: &ticket.Reply{Message: 1006, Author: 1}, Text: "I removed that one for you."})
	d.say(time.Minute, maya, ticket.Content{Type: 19, Reply: &ticket.Reply{Message: 5, Author: -1}, Text: "See above."})
}

func (d *diary) styles() {
	d.say(16*time.Hour, sam, ticket.Content{Text: "# Heading\n## Smaller\n### Smallest\n-# and subtext\n" +
		"**bold** *italic* ***both*** __underline__ ~~strike~~ ||spoiler with **style**|| `code` ``co`de``\n" +
		"> quoted\n> over **two** lines\nand on\n- one\n- two\n  - nested\n    - deeper\n1. first\n2. second\n" +
		"```go\nfunc main() {\n\tfmt.Println(\"<b>not bold</b>\")\n}\n```\n" +
		"[a masked link](https://example.com/a?b=c&d=e) and https://example.com/bare_(really), <https://example.com>.\n" +
		`\*not italic\* ¯\_(ツ)_/¯ [bad](javascript:alert(1))`})
	d.say(time.Minute, sam, ticket.Content{Text: ">>> everything\nfrom here"})
}

func (d *diary) files() {
	d.say(10*time.Minute, sam, ticket.Content{Text: "The statement:", Attachments: []ticket.Attachment{
		d.file(60, "statement.png", "image/png", 182_044, ticket.FileStored, ""),
		d.file(61, "invoice-2026-11.pdf", "application/pdf", 1_482_113, ticket.FileStored, ""),
	}})
	d.say(time.Minute, sam, ticket.Content{Attachments: []ticket.Attachment{
		d.file(62, "one.png", "image/png", 1, ticket.FileStored, ""), d.file(63, "two.png", "image/png", 1, ticket.FileStored, ""),
		d.file(64, "SPOILER_three.png", "image/png", 1, ticket.FileStored, ""),
	}})
	voice := d.file(65, "voice-message.ogg", "audio/ogg", 24_123, ticket.FileStored, "")
	wave := make([]byte, 80)
	for i := range wave {
		wave[i] = byte(i * 37 % 256)
	}
	voice.Seconds, voice.Waveform = 7.4, base64.StdEncoding.EncodeToString(wave)
	d.say(time.Minute, maya, ticket.Content{Flags: 1 << 13, Attachments: []ticket.Attachment{
		voice, d.file(66, "big.zip", "application/zip", 900<<20, ticket.FileGivenUp, "ticket.file.unreachable"),
		d.file(67, "later.txt", "text/plain", 12, ticket.FileWaiting, ""), d.file(68, "drawing.svg", "image/svg+xml", 912, ticket.FileStored, ""),
	}})
	d.say(time.Minute, sam, ticket.Content{Stickers: []ticket.Sticker{{ID: 8, Name: "Wave", Format: 1}}})
}

func (d *diary) cards() {
	d.say(time.Minute, bot, ticket.Content{Embeds: []ticket.Embed{{
		Type: "rich", Title: "Refund of **49.00**", URL: "https://example.com/refund/1", Color: 0x57F287,
		Description: "Done by " + ticket.Mention(1) + ". It takes *three* days.", Timestamp: began.Add(time.Hour),
		Author: ticket.EmbedLine{Text: "Payments", URL: "https://example.com"}, Footer: ticket.EmbedLine{Text: "Reference 77"},
		Thumbnail: ticket.Media{URL: "https://cdn.discordapp.com/attachments/99/60/statement.png?ex=1", Width: 800, Height: 500},
		Fields: []ticket.EmbedField{
			{Name: "Order", Value: "TB-0042", Inline: true}, {Name: "Amount", Value: "49.00", Inline: true}, {Name: "Bank", Value: "`N26`", Inline: true},
			{Name: "From", Value: "Card", Inline: true}, {Name: "To", Value: "Card", Inline: true}, {Name: "Note", Value: "> keep this"},
		},
		Image: ticket.Media{URL: "https://images.example.org/chart.png", Width: 400, Height: 200},
	}}}, maya)
	d.say(time.Minute, sam, ticket.Content{Text: "https://example.com/article", Embeds: []ticket.Embed{{
		Type: "article", Provider: ticket.EmbedLine{Text: "Example"}, Title: "An article", URL: "https://example.com/article", Description: "What a page says of itself.",
	}, {Title: "Bad link", URL: "javascript:alert(1)", Author: ticket.EmbedLine{Text: "x", URL: "data:text/html,x"}}}})
	d.say(time.Minute, hook, ticket.Content{Webhook: "GitHub", Text: "[ticketbot] 1 new commit"})
	d.say(time.Minute, bot, ticket.Content{Flags: 1 << 15, Components: []ticket.Component{
		{Type: 10, Text: "A gallery, a file and something new"},
		{Type: 12, Media: []ticket.Media{{URL: "https://cdn.discordapp.com/attachments/99/60/statement.png"}, {URL: "https://images.example.org/x.png"}}},
		{Type: 13, Media: []ticket.Media{{URL: "https://cdn.discordapp.com/attachments/99/61/invoice-2026-11.pdf"}}},
		{Type: 14, Spacing: 2}, {Type: 99, Label: "From the future", Children: []ticket.Component{{Type: 2, Style: 2, Label: "Inside"}}},
		{Type: 1, Children: []ticket.Component{{Type: 5}}},
	}})
}

func (d *diary) oddities() {
	d.say(time.Minute, sam, ticket.Content{Forward: &ticket.Content{Text: "Refunds take **three** days.", Attachments: []ticket.Attachment{{ID: 60, Name: "statement.png", Type: "image/png", Width: 800, Height: 500}}}})
	d.say(time.Minute, maya, ticket.Content{Type: 18, Text: "Bank details"})
	d.say(time.Minute, sam, ticket.Content{Thread: 404, Text: "Written in the thread."})
	d.say(time.Minute, sam, ticket.Content{Type: 7})
	d.say(time.Minute, maya, ticket.Content{Type: 1}, sam)
	d.say(time.Minute, bot, ticket.Content{Type: 999, Text: "something new"})
	d.say(time.Minute, maya, ticket.Content{})
	m := d.say(time.Minute, 0, ticket.Content{})
	m.People, m.DeletedAt = nil, m.At.Add(time.Second)
	d.say(time.Minute, sam, ticket.Content{Text: "مرحبا، شكرا جزيلا لكم على المساعدة"})
	d.say(time.Minute, sam, ticket.Content{Text: "Thank you!! ||I told you so||"})
}

// options gives addresses that say what they are of.
func options() transcript.Options {
	return transcript.Options{
		Server: "Moonlight Café", Names: names{},
		File: func(f ticket.File) string { return "/files/" + f.ID.String() },
		Avatar: func(u ticket.User) string {
			if u.Avatar == "" {
				return ""
			}
			return "/avatars/" + u.Avatar
		},
		Emoji:       func(id uint64, _ bool) string { return fmt.Sprintf("/emoji/%d", id) },
		GeneratedAt: began.Add(48 * time.Hour),
	}
}

// pictured gives addresses that hold the pictures themselves.
func pictured() transcript.Options {
	o := options()
	o.SelfContained = true
	o.Icon = painting(64, 64, 3)
	o.File = func(f ticket.File) string {
		if f.Detail.Type != "image/png" {
			return "data:" + f.Detail.Type + ";base64,"
		}
		return painting(800, 500, int(f.ID))
	}
	o.Avatar = func(u ticket.User) string {
		if u.Avatar == "" {
			return ""
		}
		return painting(64, 64, int(u.ID>>22))
	}
	o.Emoji = func(id uint64, _ bool) string { return painting(32, 32, int(id)) }
	return o
}

// painting is a picture of two colours as an address.
func painting(w, h, seed int) string {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.Set(x, y, color.RGBA{byte(seed*53 + x*120/w), byte(seed*97 + y*90/h), byte(160 + seed*31), 255})
		}
	}
	var b bytes.Buffer
	_ = png.Encode(&b, img)
	return "data:image/png;base64," + base64.StdEncoding.EncodeToString(b.Bytes())
}
