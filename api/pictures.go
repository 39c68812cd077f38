package api

import (
	"fmt"
	"net/url"
	"strconv"

	"ticketbot/ticket"
)

// pictures are the addresses of Discord's pictures. guild is where people may have pictures of their own; 0 is nowhere.
type pictures struct {
	cdn   string
	guild ticket.GuildID
}

func (s *Server) pictures() pictures                       { return pictures{cdn: s.CDN} }
func (s *Server) picturesIn(guild ticket.GuildID) pictures { return pictures{s.CDN, guild} }
func (p pictures) hashed(folder string, id any, h string) string {
	return fmt.Sprintf("%s/%s/%v/%s.png?size=128", p.cdn, folder, id, url.PathEscape(h))
}

// avatar is never empty: who chose none has one of Discord's.
func (p pictures) avatar(u ticket.User) string {
	switch {
	case u.GuildIcon != "" && p.guild != 0:
		return fmt.Sprintf("%s/guilds/%s/users/%s/avatars/%s.png?size=128", p.cdn, p.guild, u.ID, url.PathEscape(u.GuildIcon))
	case u.Avatar != "":
		return p.hashed("avatars", u.ID, u.Avatar)
	}
	return p.cdn + "/embed/avatars/" + strconv.FormatUint(uint64(u.ID)>>22%6, 10) + ".png"
}

// icon is "" for a server that has none.
func (p pictures) icon(g Guild) string {
	if g.Icon == "" {
		return ""
	}
	return p.hashed("icons", g.ID, g.Icon)
}

func (p pictures) emoji(id uint64, animated bool) string {
	kind := ".png"
	if animated {
		kind = ".gif"
	}
	return p.cdn + "/emojis/" + strconv.FormatUint(id, 10) + kind
}

// Discord's sticker formats.
const (
	stickerLottie = 3 // a drawing that needs a script
	stickerGIF    = 4
)

// sticker is "" for one that is no picture.
func (p pictures) sticker(k ticket.Sticker) string {
	id := strconv.FormatUint(k.ID, 10)
	switch k.Format {
	case stickerLottie:
		return ""
	case stickerGIF:
		return p.cdn + "/stickers/" + id + ".gif"
	}
	return p.cdn + "/stickers/" + id + ".png"
}
