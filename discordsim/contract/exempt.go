package contract

import (
	"regexp"
	"strings"
)

// notDescribed are the routes that the official description lacks, and why it may. They are not judged.
var notDescribed = map[string]string{
	"POST /oauth2/token":                      "documented in prose only, with RFC 6749",
	"POST /oauth2/token/revoke":               "documented in prose only, with RFC 7009",
	"POST /channels/{channel_id}/attachments": "documented in prose only",
	"POST /attachments/refresh-urls":          "documented nowhere",
}

// notTyped are the events that Discord sends and the types lack.
var notTyped = map[string]string{
	"RESUMED": "the types give it no data; Discord sends _trace",
}

// extras are fields that Discord sends and the descriptions lack: what is judged, then the path in it. "/..." stands for
// all below; ids in a path are "#".
var extras = map[string]string{
	"op 10 received /d/_trace": "sent to everybody, documented for debugging only",

	"READY /_trace":                  "likewise",
	"READY /auth":                    "sent to bots too, always empty",
	"READY /geo_ordered_rtc_regions": "sent to bots too",
	"READY /guild_join_requests":     "sent to bots too, always empty",
	"READY /presences":               "sent to bots too, always empty",
	"READY /private_channels":        "sent to bots too, always empty",
	"READY /relationships":           "sent to bots too, always empty",
	"READY /session_type":            "sent to bots too",
	"READY /user_settings":           "sent to bots too, always empty",

	"GUILD_CREATE /embedded_activities": "sent with every guild, undocumented",
	"GUILD_CREATE /home_header":         "in the description of REST, not in the types",
	"GUILD_CREATE /lazy":                "sent with every guild, undocumented",
	"GUILD_CREATE /nsfw":                "in the description of REST, not in the types",
	"GUILD_CREATE /version":             "sent with every guild, undocumented",
	"GUILD_UPDATE /home_header":         "in the description of REST, not in the types",
	"GUILD_UPDATE /nsfw":                "in the description of REST, not in the types",

	"INTERACTION_CREATE /channel/permissions":          "documented of channels in interactions; the types have them of named ones only",
	"INTERACTION_CREATE /channel/recipients/...":       "the types take the users of a conversation for empty objects",
	"INTERACTION_CREATE /entitlement_sku_ids":          "sent with every interaction, deprecated",
	"INTERACTION_CREATE /data/id":                      "documented of components since Components V2",
	"INTERACTION_CREATE /data/resolved/channels/#/...": "documented of named channels; the types have four fields of them",
}

var idStep = regexp.MustCompile(`/\d{15,20}(/|$)`)

func isExtra(about, path string) bool {
	asked := about + " " + idStep.ReplaceAllString(path, "/#$1")
	if extras[asked] != "" {
		return true
	}
	for known := range extras {
		if prefix, below := strings.CutSuffix(known, "..."); below && strings.HasPrefix(asked, prefix) {
			return true
		}
	}
	return false
}
