package bot

import (
	"ticketbot/internal/say"

	"github.com/disgoorg/disgo/discord"
	"github.com/disgoorg/omit"
)

// Commands are what to register with Discord.
func Commands() []discord.ApplicationCommandCreate {
	return []discord.ApplicationCommandCreate{
		slash("open", say.T("bot.command.open"), discord.ApplicationCommandOptionString{
			Name: "category", Description: say.T("bot.command.open.category"), Autocomplete: true,
		}),
		slash("close", say.T("bot.command.close"), discord.ApplicationCommandOptionString{
			Name: reasonField, Description: say.T("bot.command.close.reason"),
		}),
		slash("claim", say.T("bot.command.claim")),
		slash("add", say.T("bot.command.add"), discord.ApplicationCommandOptionUser{
			Name: "user", Description: say.T("bot.command.add.user"), Required: true,
		}),
		slash("remove", say.T("bot.command.remove"), discord.ApplicationCommandOptionUser{
			Name: "user", Description: say.T("bot.command.remove.user"), Required: true,
		}),
		setupCommand(),
		privacyCommand(),
		slash("help", say.T("bot.command.help")),
	}
}

// privacyCommand works in direct messages too: somebody may have left every server.
func privacyCommand() discord.SlashCommandCreate {
	c := slash("privacy", say.T("bot.command.privacy"),
		discord.ApplicationCommandOptionSubCommand{Name: "policy", Description: say.T("bot.command.privacy.policy")},
		discord.ApplicationCommandOptionSubCommand{Name: "delete", Description: say.T("bot.command.privacy.delete")},
	)
	c.Contexts = append(c.Contexts, discord.InteractionContextTypeBotDM)
	return c
}

// setupCommand is hidden by Discord from whoever may not; that is convenience, the verb asks again.
func setupCommand() discord.SlashCommandCreate {
	fewest, most := 1, 20
	c := slash("setup", say.T("bot.command.setup"),
		discord.ApplicationCommandOptionRole{Name: "staff", Description: say.T("bot.command.setup.staff"), Required: true},
		discord.ApplicationCommandOptionChannel{
			Name: "log", Description: say.T("bot.command.setup.log"),
			ChannelTypes: []discord.ChannelType{discord.ChannelTypeGuildText},
		},
		discord.ApplicationCommandOptionChannel{
			Name: "parent", Description: say.T("bot.command.setup.parent"),
			ChannelTypes: []discord.ChannelType{discord.ChannelTypeGuildCategory},
		},
		discord.ApplicationCommandOptionString{Name: "name", Description: say.T("bot.command.setup.name")},
		discord.ApplicationCommandOptionInt{
			Name: "limit", Description: say.T("bot.command.setup.limit"), MinValue: &fewest, MaxValue: &most,
		},
		discord.ApplicationCommandOptionBool{Name: "form", Description: say.T("bot.command.setup.form")},
	)
	needed := discord.PermissionManageGuild
	c.DefaultMemberPermissions = omit.New(&needed)
	return c
}

func slash(name, description string, options ...discord.ApplicationCommandOption) discord.SlashCommandCreate {
	return discord.SlashCommandCreate{
		Name: name, Description: description, Options: options,
		Contexts: []discord.InteractionContextType{discord.InteractionContextTypeGuild},
	}
}
