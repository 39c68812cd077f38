package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/disgoorg/disgo"
	disgobot "github.com/disgoorg/disgo/bot"
	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/events"
	"github.com/disgoorg/disgo/gateway"
	"github.com/disgoorg/disgo/rest"
	"github.com/disgoorg/snowflake/v2"
)

type disgoBot struct {
	*disgobot.Client
	place
}

func newDisgo(p place) bot {
	compression := gateway.CompressionType(p.compression)
	if p.compression == "payload" {
		compression = gateway.CompressionZlibPayload
	}
	b := &disgoBot{place: p}
	var me gateway.EventReady
	client, err := disgo.New(p.token,
		disgobot.WithLogger(slog.New(slog.DiscardHandler)),
		disgobot.WithRestClientConfigOpts(rest.WithURL(p.address+"/api/v10")),
		disgobot.WithGatewayConfigOpts(
			gateway.WithCompression(compression),
			gateway.WithIntents(gateway.IntentGuilds, gateway.IntentGuildMessages, gateway.IntentMessageContent),
		),
		disgobot.WithEventListenerFunc(func(e *events.Ready) { me = e.EventReady }),
		disgobot.WithEventListenerFunc(func(e *events.GuildReady) { b.ready(me, e.Guild) }),
		disgobot.WithEventListenerFunc(func(*events.Resumed) { tell("resumed", nil) }),
		disgobot.WithEventListenerFunc(func(e *events.GuildMessageCreate) {
			m := e.Message
			tell("message", said{"id": m.ID, "channel": m.ChannelID, "content": m.Content, "author": m.Author.Username, "files": b.files(m)})
		}),
		disgobot.WithEventListenerFunc(func(e *events.GuildMessageUpdate) {
			tell("edited", said{"id": e.Message.ID, "content": e.Message.Content})
		}),
		disgobot.WithEventListenerFunc(func(e *events.GuildMessageDelete) { tell("deleted", said{"id": e.MessageID}) }),
		disgobot.WithEventListenerFunc(func(e *events.GuildChannelCreate) {
			tell("channel", said{"id": e.ChannelID, "name": e.Channel.Name(), "overwrites": b.overwrites(e.Channel)})
		}),
		disgobot.WithEventListenerFunc(func(e *events.GuildChannelDelete) { tell("channel gone", said{"id": e.ChannelID}) }),
		disgobot.WithEventListenerFunc(func(e *events.ThreadCreate) {
			tell("thread", said{"id": e.ThreadID, "name": e.Thread.Name(), "parent": e.Thread.ParentID()})
		}),
		disgobot.WithEventListenerFunc(func(e *events.ApplicationCommandInteractionCreate) { check(b.command(e)) }),
		disgobot.WithEventListenerFunc(func(e *events.ComponentInteractionCreate) { check(b.component(e)) }),
		disgobot.WithEventListenerFunc(func(e *events.ModalSubmitInteractionCreate) { check(b.modal(e)) }),
	)
	check(err)
	b.Client = client
	return b
}

func (b *disgoBot) open() error { return b.OpenGateway(context.Background()) }
func (b *disgoBot) close()      { b.Close(context.Background()) }

func (b *disgoBot) ready(me gateway.EventReady, g discord.GatewayGuild) {
	var channels, roles, names []string
	for _, c := range g.Channels {
		channels = append(channels, c.Name())
	}
	for _, r := range g.Roles {
		roles = append(roles, r.Name)
	}
	tell("ready", said{"user": me.User.Username, "application": me.Application.ID, "guild": g.Name, "channels": channels, "roles": roles})
	title := discord.ApplicationCommandOptionString{Name: "title", Description: "Its title", Required: true}
	commands, err := b.Rest.SetGuildCommands(b.ApplicationID, g.ID, []discord.ApplicationCommandCreate{
		discord.SlashCommandCreate{Name: "panel", Description: "Post the panel", Options: []discord.ApplicationCommandOption{title}},
	})
	check(err)
	for _, c := range commands {
		names = append(names, c.Name())
	}
	tell("commands", said{"names": names})
}

func (b *disgoBot) command(e *events.ApplicationCommandInteractionCreate) error {
	data := e.SlashCommandInteractionData()
	if err := e.CreateMessage(discord.MessageCreate{Content: data.String("title")}); err != nil {
		return err
	}
	reply, err := b.Rest.GetInteractionResponse(e.ApplicationID(), e.Token())
	if err == nil {
		tell("command", said{"name": data.CommandName(), "by": e.User().Username, "reply": reply.ID})
	}
	return err
}

func (b *disgoBot) component(e *events.ComponentInteractionCreate) error {
	by, id := e.User().Username, e.Data.CustomID()
	if choice, ok := e.Data.(discord.StringSelectMenuInteractionData); ok {
		text := "Chosen: " + strings.Join(choice.Values, ",")
		err := e.UpdateMessage(discord.MessageUpdate{Content: &text})
		tell("choice", said{"id": id, "by": by, "values": choice.Values})
		return err
	}
	input := discord.NewShortTextInput("subject")
	input.MaxLength = 100
	err := e.Modal(discord.NewModalCreate("ticket", "A ticket", discord.NewLabel("Subject", input)))
	tell("button", said{"id": id, "by": by, "message": e.Message.ID})
	return err
}

func (b *disgoBot) modal(e *events.ModalSubmitInteractionCreate) error {
	subject, by := e.Data.Text("subject"), e.User()
	if err := e.DeferCreateMessage(true); err != nil {
		return err
	}
	mayRead := discord.PermissionViewChannel | discord.PermissionSendMessages
	channel, err := b.Rest.CreateGuildChannel(*e.GuildID(), discord.GuildTextChannelCreate{
		Name: "Ticket of " + by.Username, Topic: subject,
		PermissionOverwrites: []discord.PermissionOverwrite{
			discord.RolePermissionOverwrite{RoleID: *e.GuildID(), Deny: discord.PermissionViewChannel},
			discord.MemberPermissionOverwrite{UserID: by.ID, Allow: mayRead},
			discord.MemberPermissionOverwrite{UserID: b.ID(), Allow: mayRead},
		},
	})
	if err != nil {
		return err
	}
	text := "Your ticket: " + discord.ChannelMention(channel.ID())
	if _, err := b.Rest.UpdateInteractionResponse(e.ApplicationID(), e.Token(), discord.MessageUpdate{Content: &text}); err != nil {
		return err
	}
	topic := channel.(discord.GuildTextChannel).Topic()
	tell("modal", said{"id": e.Data.CustomID, "by": by.Username, "subject": subject, "channel": channel.ID(), "topic": topic, "overwrites": b.overwrites(channel)})
	return nil
}

func (b *disgoBot) order(o order) error {
	channel, err := snowflake.Parse(o.Channel)
	if err != nil {
		return err
	}
	switch o.Order {
	case "post":
		return b.post(channel)
	case "thread":
		user, err := snowflake.Parse(o.User)
		if err != nil {
			return err
		}
		return b.thread(channel, user)
	case "upload":
		m, err := b.Rest.CreateMessage(channel, discord.MessageCreate{
			Content: "Attached", Files: []*discord.File{discord.NewFile("note.txt", "", strings.NewReader("from the bot"))},
		})
		if err == nil {
			tell("uploaded", said{"id": m.ID, "files": b.files(*m)})
		}
		return err
	case "delete":
		message, err := snowflake.Parse(o.Message)
		if err != nil {
			return err
		}
		return b.Rest.DeleteMessage(channel, message)
	case "close":
		return b.Rest.DeleteChannel(channel)
	}
	return fmt.Errorf("unknown order %q", o.Order)
}

func (b *disgoBot) post(channel snowflake.ID) error {
	choice := discord.NewStringSelectMenu("topic", "", discord.NewStringSelectMenuOption("Billing", "billing"), discord.NewStringSelectMenuOption("Bugs", "bugs"))
	m, err := b.Rest.CreateMessage(channel, discord.MessageCreate{
		Content: "Choose", Embeds: []discord.Embed{{Title: "Support"}},
		Components: []discord.LayoutComponent{discord.NewActionRow(discord.NewPrimaryButton("Open a ticket", "open")), discord.NewActionRow(choice)},
	})
	if err != nil {
		return err
	}
	var components []string
	for _, row := range m.Components {
		components = append(components, row.(discord.ActionRowComponent).Components[0].GetCustomID())
	}
	tell("posted", said{"id": m.ID, "embed": m.Embeds[0].Title, "components": components})
	return nil
}

func (b *disgoBot) thread(channel, user snowflake.ID) error {
	invitable := false
	thread, err := b.Rest.CreateThread(channel, discord.GuildPrivateThreadCreate{Name: "Aside", Invitable: &invitable})
	if err != nil {
		return err
	}
	if err := b.Rest.AddThreadMember(thread.ID(), user); err != nil {
		return err
	}
	m, err := b.Rest.CreateMessage(thread.ID(), discord.MessageCreate{Content: "Between us"})
	if err == nil {
		tell("thread made", said{"id": thread.ID(), "type": thread.Type(), "parent": thread.ParentID(), "message": m.ID})
	}
	return err
}

func (*disgoBot) files(m discord.Message) []file {
	all := []file{}
	for _, a := range m.Attachments {
		all = append(all, download(a.Filename, a.Size, a.URL))
	}
	return all
}

func (*disgoBot) overwrites(c discord.GuildChannel) []overwrite {
	var all []overwrite
	for _, o := range c.PermissionOverwrites() {
		switch o := o.(type) {
		case discord.RolePermissionOverwrite:
			all = append(all, overwrite{o.RoleID.String(), int(o.Type()), strconv.FormatInt(int64(o.Allow), 10), strconv.FormatInt(int64(o.Deny), 10)})
		case discord.MemberPermissionOverwrite:
			all = append(all, overwrite{o.UserID.String(), int(o.Type()), strconv.FormatInt(int64(o.Allow), 10), strconv.FormatInt(int64(o.Deny), 10)})
		}
	}
	return all
}
