package discord_test

import "github.com/disgoorg/disgo/discord"

func discordAck() discord.InteractionResponse {
	return discord.InteractionResponse{Type: discord.InteractionResponseTypeDeferredUpdateMessage}
}
