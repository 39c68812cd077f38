package discordsim

import (
	"fmt"
	"net/http"
	"strings"
)

// APIError is what Discord answers when it refuses: an HTTP status, a code and, for forms, what is wrong where.
type APIError struct {
	Status  int    `json:"-"`
	Message string `json:"message"`
	Code    int    `json:"code"`
	Errors  Object `json:"errors,omitempty"`
}

func (e *APIError) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }

// Refusals by code. Statuses of codes are not documented by Discord; these are the commonly observed ones.
var (
	errUnauthorized       = &APIError{Status: 401, Message: "401: Unauthorized"}
	errOutage             = &APIError{Status: 503, Message: "503: Service Unavailable"}
	errNoRoute            = &APIError{Status: 404, Message: "404: Not Found"}
	errMethod             = &APIError{Status: 405, Message: "405: Method Not Allowed"}
	errUnknownApplication = &APIError{Status: 404, Code: 10002, Message: "Unknown Application"}
	errUnknownChannel     = &APIError{Status: 404, Code: 10003, Message: "Unknown Channel"}
	errUnknownGuild       = &APIError{Status: 404, Code: 10004, Message: "Unknown Guild"}
	errUnknownMember      = &APIError{Status: 404, Code: 10007, Message: "Unknown Member"}
	errUnknownMessage     = &APIError{Status: 404, Code: 10008, Message: "Unknown Message"}
	errUnknownOverwrite   = &APIError{Status: 404, Code: 10009, Message: "Unknown Permission Overwrite"}
	errUnknownRole        = &APIError{Status: 404, Code: 10011, Message: "Unknown Role"}
	errUnknownUser        = &APIError{Status: 404, Code: 10013, Message: "Unknown User"}
	errUnknownWebhook     = &APIError{Status: 404, Code: 10015, Message: "Unknown Webhook"}
	errUnknownInteraction = &APIError{Status: 404, Code: 10062, Message: "Unknown interaction"}
	errUnknownCommand     = &APIError{Status: 404, Code: 10063, Message: "Unknown application command"}
	errTooManyPins        = &APIError{Status: 400, Code: 30003, Message: "Maximum number of pins reached for the channel (250)"}
	errTooManyRoles       = &APIError{Status: 400, Code: 30005, Message: "Maximum number of server roles reached (250)"}
	errTooManyWebhooks    = &APIError{Status: 400, Code: 30007, Message: "Maximum number of webhooks reached (15)"}
	errTooManyReactions   = &APIError{Status: 400, Code: 30010, Message: "Maximum number of reactions reached (20)"}
	errTooManyChannels    = &APIError{Status: 400, Code: 30013, Message: "Maximum number of server channels reached (500)"}
	errTooLarge           = &APIError{Status: 413, Code: 40005, Message: "Request entity too large"}
	errAcknowledged       = &APIError{Status: 400, Code: 40060, Message: "Interaction has already been acknowledged."}
	errMissingAccess      = &APIError{Status: 403, Code: 50001, Message: "Missing Access"}
	errDMAction           = &APIError{Status: 400, Code: 50003, Message: "Cannot execute action on a DM channel"}
	errOthersMessage      = &APIError{Status: 403, Code: 50005, Message: "Cannot edit a message authored by another user"}
	errEmptyMessage       = &APIError{Status: 400, Code: 50006, Message: "Cannot send an empty message"}
	errCannotDM           = &APIError{Status: 403, Code: 50007, Message: "Cannot send messages to this user"}
	errNotText            = &APIError{Status: 400, Code: 50008, Message: "Cannot send messages in a non-text channel"}
	errMissingPermissions = &APIError{Status: 403, Code: 50013, Message: "Missing Permissions"}
	errBulkCount          = &APIError{Status: 400, Code: 50016, Message: "Provided too few or too many messages to delete. Must provide at least 2 and at most 100 messages to delete."}
	errPinElsewhere       = &APIError{Status: 400, Code: 50019, Message: "A message can only be pinned in the channel it was sent in"}
	errSystemMessage      = &APIError{Status: 403, Code: 50021, Message: "Cannot execute action on a system message"}
	errChannelType        = &APIError{Status: 400, Code: 50024, Message: "Cannot execute action on this channel type"}
	errOAuthToken         = &APIError{Status: 401, Code: 50025, Message: "Invalid OAuth2 access token"}
	errScope              = &APIError{Status: 403, Code: 50026, Message: "Missing required OAuth2 scope"}
	errWebhookToken       = &APIError{Status: 401, Code: 50027, Message: "Invalid Webhook Token"}
	errBulkTooOld         = &APIError{Status: 400, Code: 50034, Message: "A message provided was too old to bulk delete"}
	errArchived           = &APIError{Status: 400, Code: 50083, Message: "Thread is archived"}
	errJSON               = &APIError{Status: 400, Code: 50109, Message: "The request body contains invalid JSON."}
	errNoMutualGuild      = &APIError{Status: 403, Code: 50278, Message: "Cannot send messages to this user due to having no mutual guilds"}
	errReplyHistory       = &APIError{Status: 403, Code: 160002, Message: "Cannot reply without permission to read message history"}
	errThreadExists       = &APIError{Status: 400, Code: 160004, Message: "A thread has already been created for this message"}
	errThreadLocked       = &APIError{Status: 403, Code: 160005, Message: "Thread is locked"}
	errPollOver           = &APIError{Status: 400, Code: 520001, Message: "Poll expired"}
	errPollEdit           = &APIError{Status: 400, Code: 520003, Message: "Cannot edit a poll message"}
	errNoPoll             = &APIError{Status: 400, Code: 520006, Message: "Cannot expire a non-poll message"}
	errSlowmode           = &APIError{Status: 429, Code: 20016, Message: "This action cannot be performed due to slowmode rate limit"}
)

// statusMessage is what Discord writes when it has no code to give.
func statusMessage(status int) string { return fmt.Sprintf("%d: %s", status, http.StatusText(status)) }

// fieldErrors collects what is wrong with a form, by path.
type fieldErrors struct{ list []fieldError }

type fieldError struct {
	path          []string
	code, message string
}

func (f *fieldErrors) add(path []string, code, message string) {
	f.list = append(f.list, fieldError{append([]string{}, path...), code, message})
}

// err is nil when nothing was wrong.
func (f *fieldErrors) err() error {
	if len(f.list) == 0 {
		return nil
	}
	tree := Object{}
	for _, e := range f.list {
		node := tree
		for _, step := range e.path {
			child, ok := node[step].(Object)
			if !ok {
				child = Object{}
				node[step] = child
			}
			node = child
		}
		list, _ := node["_errors"].([]Object)
		node["_errors"] = append(list, Object{"code": e.code, "message": e.message})
	}
	return &APIError{Status: 400, Code: 50035, Message: "Invalid Form Body", Errors: tree}
}

// formError is a refusal for one field, path written with dots.
func formError(path, code, message string) error {
	var f fieldErrors
	f.add(strings.Split(path, "."), code, message)
	return f.err()
}
