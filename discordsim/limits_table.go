package discordsim

import "time"

// Limits is the table of all of them. The code that checks uses the same constants; a test goes to the edge of each.
func Limits() []Limit {
	const (
		post     = "POST, PATCH message"
		modal    = "callback 9"
		channel  = "POST, PATCH channel"
		command  = "POST, PATCH, PUT command"
		messages = "resources/message"
		parts    = "components/reference"
		channels = "resources/channel"
		commands = "interactions/application-commands"
		errors   = "topics/opcodes-and-status-codes"
		gateway  = "events/gateway"
		reports  = "reported errors"
	)
	return []Limit{
		{"content", 0, maxContent, post + ": content", messages, Documented, Known},
		{"nonce", 0, maxNonce, "POST message: nonce", messages, Documented, Known},
		{"embeds", 0, maxEmbeds, post + ": embeds", messages, Documented, Known},
		{"embed text in all", 0, maxEmbedText, post + ": title, description, fields, footer and author of all embeds", messages, Documented, Known},
		{"embed title", 0, maxEmbedTitle, "embed: title", messages, Documented, Known},
		{"embed description", 0, maxEmbedDescription, "embed: description", messages, Documented, Known},
		{"embed url", 0, maxEmbedURL, "embed: url", reports, Known, Known},
		{"embed color", 0, maxColor, "embed: color", reports, Known, Known},
		{"embed fields", 0, maxEmbedFields, "embed: fields", messages, Documented, Known},
		{"embed field name", 1, maxFieldName, "embed: fields.name", messages, Documented, Known},
		{"embed field value", 1, maxFieldValue, "embed: fields.value", messages, Documented, Known},
		{"embed footer", 1, maxFooter, "embed: footer.text", messages, Documented, Known},
		{"embed author", 1, maxEmbedAuthor, "embed: author.name", messages, Documented, Known},
		{"files", 0, maxFiles, post + ": files[n]", reports, Known, Guessed},
		{"file bytes", 0, maxFileBytes, "one file", "reference#uploading-files", Documented, Documented},
		{"request bytes", 0, maxRequestBytes, "a whole request", "reference#uploading-files", Documented, Documented},
		{"file description", 0, maxFileDescription, "attachments.description", messages, Documented, Known},
		{"stickers", 0, maxStickers, "POST message: sticker_ids", messages, Documented, Known},
		{"allowed users", 0, maxMentioned, "allowed_mentions.users", messages, Documented, Known},
		{"allowed roles", 0, maxMentioned, "allowed_mentions.roles", messages, Documented, Known},
		{"reactions", 0, maxReactions, "PUT reaction: different emoji on a message", errors, Documented, Documented},
		{"pins", 0, maxPins, "PUT pin: pins of a channel", errors, Documented, Documented},
		{"bulk delete", leastBulk, maxBulk, "POST bulk-delete: messages", messages, Documented, Known},
		{"bulk delete days", 0, int(bulkAge / (24 * time.Hour)), "POST bulk-delete: age of the oldest", messages, Documented, Documented},
		{"page of messages", 1, maxPage, "GET messages: limit", messages, Documented, Known},
		{"page of pins", 1, maxPinPage, "GET pins: limit", messages, Documented, Known},
		{"page of members", 1, maxMemberPage, "GET members: limit", "resources/guild", Documented, Known},
		{"page of own guilds", 1, maxGuildPage, "GET users/@me/guilds: limit", "resources/user", Documented, Known},

		{"poll question", 1, maxPollQuestion, "poll.question.text", "resources/poll", Documented, Guessed},
		{"poll answers", 1, maxPollAnswers, "poll.answers", "resources/poll", Documented, Guessed},
		{"poll answer", 1, maxPollAnswer, "poll.answers.poll_media.text", "resources/poll", Documented, Guessed},
		{"poll hours", 1, maxPollHours, "poll.duration", "resources/poll", Documented, Guessed},

		{"rows", 0, maxRows, post + " without IS_COMPONENTS_V2: components", parts, Documented, Known},
		{"buttons in a row", 1, maxRowWidth, "action row: components", parts, Documented, Known},
		{"selects in a row", 0, 1, "action row: components", parts, Documented, Known},
		{"components", 0, maxComponents, post + " with IS_COMPONENTS_V2: nested ones too", parts, Documented, Known},
		{"text of components", 0, maxComponentText, post + " with IS_COMPONENTS_V2: all text displays", "change log of 2025-04-22", Documented, Guessed},
		{"custom id", 1, maxCustomID, "components: custom_id", parts, Documented, Known},
		{"custom ids alike", 0, 1, "components of one message: custom_id", parts, Documented, Known},
		{"button label", 0, maxButtonLabel, "button: label", parts, Documented, Known},
		{"button url", 1, maxButtonURL, "link button: url", parts, Documented, Known},
		{"select options", 1, maxOptions, "select: options", parts, Documented, Known},
		{"select values alike", 0, 1, "select: options.value", reports, Known, Known},
		{"option label", 1, maxOptionText, "select: options.label", parts, Documented, Known},
		{"option value", 1, maxOptionText, "select: options.value", parts, Documented, Known},
		{"option description", 0, maxOptionText, "select: options.description", parts, Documented, Known},
		{"placeholder", 0, maxPlaceholder, "select: placeholder", parts, Documented, Known},
		{"min values", 0, maxChosen, "select: min_values", parts, Documented, Known},
		{"max values", 1, maxChosen, "select: max_values", parts, Documented, Known},
		{"gallery", 1, maxGallery, "media gallery: items", parts, Documented, Known},
		{"section", 1, maxSection, "section: components", parts, Documented, Known},
		{"media description", 0, maxMediaDescription, "media gallery, thumbnail: description", parts, Documented, Known},

		{"modal title", 1, maxModalTitle, modal + ": title", "interactions/receiving-and-responding", Documented, Known},
		{"modal custom id", 1, maxCustomID, modal + ": custom_id", "interactions/receiving-and-responding", Documented, Known},
		{"modal components", 1, maxModalParts, modal + ": components", "interactions/receiving-and-responding", Documented, Known},
		{"label", 1, maxLabel, "label: label", parts, Documented, Known},
		{"label description", 0, maxLabelDescription, "label: description", parts, Documented, Known},
		{"text input label", 1, maxLabel, "text input in a row: label", parts, Documented, Known},
		{"text input placeholder", 0, maxInputPlaceholder, "text input: placeholder", parts, Documented, Known},
		{"text input value", 0, maxInputText, "text input: value", parts, Documented, Known},
		{"text input min length", 0, maxInputText, "text input: min_length", parts, Documented, Known},
		{"text input max length", 1, maxInputText, "text input: max_length", parts, Documented, Known},
		{"uploads", 1, maxUploads, "file upload: max_values", parts, Documented, Known},
		{"radio options", leastRadios, maxRadios, "radio group: options", parts, Documented, Known},
		{"checkboxes", 1, maxCheckboxes, "checkbox group: options", parts, Documented, Known},
		{"suggestions", 0, maxSuggestions, "callback 8: choices", "interactions/receiving-and-responding", Documented, Known},

		{"channel name", 1, maxChannelName, channel + ": name", channels, Documented, Known},
		{"topic", 0, maxTopic, channel + ": topic", channels, Documented, Known},
		{"forum topic", 0, maxForumTopic, channel + ": topic of a forum", channels, Documented, Known},
		{"channels in a category", 0, maxInCategory, channel + ": parent_id", channels, Documented, Known},
		{"channels", 0, maxChannels, "POST channel: channels of a guild, categories too", errors, Documented, Documented},
		{"slowmode", 0, maxSlowmode, channel + ": rate_limit_per_user", channels, Documented, Known},
		{"overwrites", 0, maxOverwrites, channel + ": permission_overwrites", "the API description", Documented, Guessed},
		{"thread name", 1, maxChannelName, "POST, PATCH thread: name", channels, Documented, Known},
		{"thread members", 0, maxThreadMembers, "PUT thread-member", errors, Documented, Documented},
		{"webhooks", 0, maxWebhooks, "POST webhook: webhooks of a channel", errors, Documented, Documented},
		{"webhook name", 1, maxWebhookName, "POST webhook: name", "resources/webhook", Documented, Known},
		{"webhook username", 0, maxWebhookUsername, "webhook's message: username", "resources/webhook", Documented, Known},
		{"reason", 0, maxReason, "X-Audit-Log-Reason", "resources/audit-log", Documented, Known},

		{"guild name", leastGuildName, maxGuildName, "PATCH guild: name", "resources/guild", Documented, Known},
		{"roles", 0, maxRoles, "POST role: roles of a guild, @everyone too", errors, Documented, Documented},
		{"role name", 0, maxRoleName, "POST, PATCH role: name", "resources/guild", Documented, Known},
		{"nick", 0, maxNick, "PATCH member: nick", "resources/guild", Documented, Known},
		{"username", leastUsername, maxUsername, "PATCH users/@me: username", "resources/user", Documented, Known},

		{"commands", 0, maxCommands, "POST command: slash commands, global and of each guild", commands, Documented, Known},
		{"context commands", 0, maxContextCommands, "POST command: of users, and as many of messages", commands, Documented, Guessed},
		{"command name", 1, maxCommandName, command + ": name", commands, Documented, Known},
		{"command description", 1, maxCommandDescription, command + ": description", commands, Documented, Known},
		{"command options", 0, maxCommandOptions, command + ": options", commands, Documented, Known},
		{"choices", 0, maxChoices, command + ": options.choices", commands, Documented, Known},
		{"choice name", 1, maxChoiceText, command + ": options.choices.name", commands, Documented, Known},
		{"choice value", 0, maxChoiceText, command + ": options.choices.value", commands, Documented, Known},
		{"command size", 0, maxCommandSize, command + ": names, descriptions and values of all of it", commands, Documented, Known},

		{"gateway payload bytes", 0, maxClientPayload, "one payload of a client: close 4002", gateway, Documented, Documented},
		{"gateway payloads a minute", 0, maxClientSends, "a connection: close 4008", gateway, Documented, Documented},
		{"guilds a shard", 0, guildsPerShard, "IDENTIFY: close 4011", gateway, Documented, Documented},
	}
}
