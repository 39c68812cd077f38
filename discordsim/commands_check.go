package discordsim

import (
	"fmt"
	"regexp"
)

var commandName = regexp.MustCompile(`^[-_'\p{L}\p{N}\p{Devanagari}\p{Thai}]{1,32}$`)

// tooManyCommands: each kind of command has its own limit.
func tooManyCommands(list []*command) error {
	most := map[int]int{1: maxCommands, 2: maxContextCommands, 3: maxContextCommands, 4: 1}
	counts := map[int]int{}
	for _, cmd := range list {
		if counts[cmd.kind]++; counts[cmd.kind] > most[cmd.kind] {
			return &APIError{Status: 400, Code: 30032, Message: fmt.Sprintf("Maximum number of application commands reached (%d).", most[cmd.kind])}
		}
	}
	return nil
}

func checkCommandName(f *form, name string) {
	lower := regexp.MustCompile(`\p{Lu}`)
	if !commandName.MatchString(name) || lower.MatchString(name) {
		f.fail("name", "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
	}
}

// Types of command options.
const (
	optionSubcommand = 1
	optionGroup      = 2
	optionString     = 3
	optionInteger    = 4
	optionBoolean    = 5
	optionUser       = 6
	optionChannel    = 7
	optionRole       = 8
	optionMention    = 9
	optionNumber     = 10
	optionFile       = 11
)

func checkOptions(f *form, depth int) {
	optional := false
	for _, o := range f.list("options", 0, maxCommandOptions) {
		o.need("type", "name", "description")
		name := o.text("name", 1, maxCommandName)
		checkCommandName(o, name)
		o.text("description", 1, maxCommandDescription)
		kind := o.oneOf("type", optionSubcommand, optionGroup, optionString, optionInteger, optionBoolean, optionUser, optionChannel, optionRole, optionMention, optionNumber, optionFile)
		if kind == optionSubcommand || kind == optionGroup {
			if depth > 1 || kind == optionGroup && depth > 0 {
				o.fail("type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Sub-command option is not allowed here")
			}
			checkOptions(o, depth+1)
			continue
		}
		required := o.flag("required")
		if required && optional {
			o.fail("required", "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", "Required options must be placed before non-required options")
		}
		optional = optional || !required
		for _, choice := range o.list("choices", 0, maxChoices) {
			choice.need("name", "value")
			choice.text("name", 1, maxChoiceText)
			if kind == optionString {
				choice.text("value", 0, maxChoiceText)
			}
		}
	}
}

// commandSize counts the characters of names, descriptions and values of a command and all that is in it.
func commandSize(o Object) int {
	size := 0
	for _, key := range []string{"name", "description", "value"} {
		if text, ok := o[key].(string); ok {
			size += count(text)
		}
	}
	for _, key := range []string{"options", "choices"} {
		for _, inner := range objects(o[key]) {
			size += commandSize(inner)
		}
	}
	return size
}
