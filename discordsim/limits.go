package discordsim

import "time"

// Confidence says how sure we are of something that Discord does.
type Confidence string

const (
	Documented Confidence = "documented" // Discord's own documentation says so
	Known      Confidence = "known"      // others have reported it, in public issues and in the sources of libraries
	Guessed    Confidence = "guessed"    // plausible, and nothing more
)

// Limit is one of the limits that Discord's machine-readable description leaves out, or states more loosely than Discord
// is. What it counts may be Least to Most; most limits have only the second.
type Limit struct {
	Name        string
	Least, Most int
	Where       string     // which requests and which field
	Source      string     // where the number is from: a page of Discord's documentation, or what else
	Number      Confidence // of the number
	Refusal     Confidence // of the answer to what is beyond it
}

// Messages.
const (
	maxContent          = 2000
	maxNonce            = 25
	maxEmbeds           = 10
	maxEmbedText        = 6000
	maxEmbedTitle       = 256
	maxEmbedDescription = 4096
	maxEmbedURL         = 2048
	maxEmbedFields      = 25
	maxFieldName        = 256
	maxFieldValue       = 1024
	maxFooter           = 2048
	maxEmbedAuthor      = 256
	maxColor            = 0xFFFFFF
	maxFiles            = 10
	maxFileBytes        = 10 << 20
	maxRequestBytes     = 25 << 20
	maxFileDescription  = 1024
	maxStickers         = 3
	maxMentioned        = 100
	maxReactions        = 20
	maxPins             = 250
	leastBulk, maxBulk  = 2, 100
	bulkAge             = 14 * 24 * time.Hour
	maxPage             = 100
	maxPinPage          = 50
	maxMemberPage       = 1000
	maxGuildPage        = 200
)

// Polls.
const (
	maxPollQuestion = 300
	maxPollAnswers  = 10
	maxPollAnswer   = 55
	maxPollHours    = 32 * 24
)

// Components.
const (
	maxRows                    = 5
	maxRowWidth                = 5
	maxComponents              = 40
	maxComponentText           = 4000
	maxCustomID                = 100
	maxButtonLabel             = 80
	maxButtonURL               = 512
	maxOptions                 = 25
	maxOptionText              = 100
	maxPlaceholder             = 150
	maxChosen                  = 25
	maxInputPlaceholder        = 100
	maxInputText               = 4000
	maxModalTitle              = 45
	maxModalParts              = 5
	maxLabel                   = 45
	maxLabelDescription        = 100
	maxUploads                 = 10
	leastRadios, maxRadios     = 2, 10
	maxCheckboxes              = 10
	maxGallery                 = 10
	maxSection                 = 3
	maxMediaDescription        = 1024
	maxSuggestions             = 25
	maxWebhookUsername         = 80
	leastUsername, maxUsername = 2, 32
)

// Channels, guilds, commands, gateway.
const (
	maxChannelName               = 100
	maxTopic                     = 1024
	maxForumTopic                = 4096
	maxInCategory                = 50
	maxChannels                  = 500
	maxSlowmode                  = 6 * 60 * 60
	maxOverwrites                = 100
	maxWebhooks                  = 15
	maxWebhookName               = 80
	maxThreadMembers             = 1000
	maxRoles                     = 250
	maxRoleName                  = 100
	maxNick                      = 32
	leastGuildName, maxGuildName = 2, 100
	maxReason                    = 512
	maxCommands                  = 100
	maxContextCommands           = 15
	maxCommandName               = 32
	maxCommandDescription        = 100
	maxCommandOptions            = 25
	maxChoices                   = 25
	maxChoiceText                = 100
	maxCommandSize               = 8000
	maxClientPayload             = 4096
	maxClientSends               = 120 // a minute
	guildsPerShard               = 2500
)
