package discord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"ticketbot/internal/fault"
	"ticketbot/internal/say"
	"ticketbot/ticket"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/disgo/rest"
)

// Refusal is Discord's no. It keeps the codes and the names of our own fields, never a value: what people wrote does
// not belong in logs.
type Refusal struct {
	Route  string
	Status int
	Code   int
	Fields map[string][]string // of a form refused: our field → Discord's codes
}

func (r *Refusal) Error() string {
	s := fmt.Sprintf("Discord answered %s with status %d, code %d", r.Route, r.Status, r.Code)
	for _, field := range slices.Sorted(maps.Keys(r.Fields)) {
		s += fmt.Sprintf("; %s: %s", field, strings.Join(r.Fields[field], ", "))
	}
	return s
}

// Discord's codes that mean something to us; https://docs.discord.com/developers/topics/opcodes-and-status-codes
const (
	unknownChannel      = 10003
	unknownGuild        = 10004
	unknownMember       = 10007
	unknownMessage      = 10008
	unknownOverwrite    = 10009
	unknownUser         = 10013
	unknownWebhook      = 10015
	unknownInteraction  = 10062
	serverFull          = 30013
	alreadyAcknowledged = 40060
	missingAccess       = 50001
	cannotMessage       = 50007
	missingPermissions  = 50013
	invalidToken        = 50027
	invalidForm         = 50035
	noMutualServer      = 50278
	mfaRequired         = 60003
)

// meaning turns what a request came to into the domain's errors and into faults.
func meaning(ctx context.Context, e *rest.Endpoint, err error) error {
	name := e.Method + " " + e.Route
	if fault.From(err) != nil {
		return fmt.Errorf("%s: %w", name, fault.From(err))
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	refused, ok := errors.AsType[*rest.Error](err)
	if !ok || refused == nil {
		err = withoutAddress(err) // which may hold an interaction's token
		return fault.New(fault.Unavailable, "discord.unavailable").Because(fmt.Errorf("%s: %w", name, err))
	}
	r := &Refusal{Route: name, Status: refused.Response.StatusCode, Code: int(refused.Code), Fields: fieldsOf(refused.Errors)}
	if known := r.known(); known != nil {
		return known
	}
	return r.byStatus()
}

// known are the refusals with a meaning of their own.
func (r *Refusal) known() error {
	switch r.Code {
	case unknownChannel:
		return fmt.Errorf("%w: %w", ticket.ErrChannelGone, r)
	case unknownMember, unknownUser:
		return fmt.Errorf("%w: %w", ticket.ErrMemberGone, r)
	case cannotMessage, noMutualServer:
		return fmt.Errorf("%w: %w", ticket.ErrDMClosed, r)
	case unknownInteraction, invalidToken, unknownWebhook:
		return fault.New(fault.NotFound, "discord.interaction.over").Because(r)
	case alreadyAcknowledged:
		return fault.New(fault.Conflict, "discord.interaction.answered").Because(r)
	case serverFull:
		return fault.New(fault.Limit, "discord.server_full").Because(r)
	case missingAccess, missingPermissions:
		return fault.New(fault.Permission, "discord.not_allowed").Because(r)
	case mfaRequired:
		return fault.New(fault.Permission, "discord.mfa").Because(r)
	}
	parent := strings.Join(r.Fields["parent_id"], " ")
	switch {
	case strings.Contains(parent, "CHANNEL_PARENT_MAX_CHANNELS"):
		return fault.New(fault.Limit, "discord.category_full").Because(r)
	case parent != "":
		return fault.New(fault.Conflict, "discord.category_gone").Because(r)
	}
	return nil
}

func (r *Refusal) byStatus() error {
	switch {
	case r.Status == http.StatusUnauthorized:
		return fault.New(fault.Config, "discord.token").Because(r)
	case r.Status == http.StatusTooManyRequests:
		return fault.New(fault.Unavailable, "discord.busy").Because(r)
	case r.Status >= 500:
		return fault.New(fault.Unavailable, "discord.unavailable").Because(r)
	case r.Code == 0 && (r.Status == http.StatusForbidden || r.Status == http.StatusNotFound): // not Discord's own word, but of something in between that blocks or is broken
		return fault.New(fault.Unavailable, "discord.unavailable").Because(r)
	case r.Status == http.StatusForbidden:
		return fault.New(fault.Permission, "discord.not_allowed").Because(r)
	case r.Status == http.StatusNotFound:
		return fault.New(fault.NotFound, "discord.not_found").Because(r)
	}
	return fault.New(fault.Invalid, "discord.refused", "code", r.Code).Because(r)
}

// refusedWith reports whether err is a refusal with one of the codes.
func refusedWith(err error, codes ...int) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && slices.Contains(codes, r.Code)
}

// fieldsOf flattens the nested errors of a refused form: {"a":{"0":{"_errors":[{"code":"X"}]}}} is a.0 → X.
func fieldsOf(nested json.RawMessage) map[string][]string {
	fields := map[string][]string{}
	var walk func(path string, raw json.RawMessage, depth int)
	walk = func(path string, raw json.RawMessage, depth int) {
		var node map[string]json.RawMessage
		if depth > 16 || json.Unmarshal(raw, &node) != nil {
			return
		}
		for key, inner := range node {
			if key != "_errors" {
				walk(strings.TrimPrefix(path+"."+key, "."), inner, depth+1)
				continue
			}
			var all []struct {
				Code string `json:"code"`
			}
			_ = json.Unmarshal(inner, &all)
			for _, one := range all {
				fields[path] = append(fields[path], one.Code)
			}
		}
	}
	walk("", nested, 0)
	return fields
}

// lacking makes a refusal for want of permissions say which, and where. It asks Discord, which costs nothing when all
// goes well. needs is what was tried, and is named when it cannot be found out which of it is missing.
func (c *Client) lacking(ctx context.Context, err error, guild ticket.GuildID, channel ticket.ChannelID, needs discord.Permissions) error {
	if !refusedWith(err, missingAccess, missingPermissions) {
		return err
	}
	missing := needs
	if have, failed := c.directory.own(ctx, guild, channel); failed == nil && needs&^have != 0 {
		missing = needs &^ have
	}
	where, key := say.T("discord.where.server"), "discord.missing.server"
	if channel != 0 {
		where, key = "<#"+channel.String()+">", "discord.missing.channel"
	}
	return fault.New(fault.Permission, key, "permissions", strings.Join(names(missing), ", "), "where", where).Because(err)
}
