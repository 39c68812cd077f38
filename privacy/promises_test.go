package privacy

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"time"
)

//go:embed policy.txt
var policy string

func TestPromises(t *testing.T) {
	minutes := func(d time.Duration) string {
		if d == time.Minute {
			return "1 minute"
		}
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	for _, sentence := range []string{
		"Last Updated: " + PolicyDate + "\n",
		"Guild data: " + minutes(CacheGuild) + "\n",
		"Channel data: " + minutes(CacheChannel) + "\n",
		"Role data: " + minutes(CacheRole) + "\n",
		"User data: " + minutes(CacheUser) + "\n",
		"Member data: " + minutes(CacheMember) + "\n",
		"This information is cached for " + minutes(CacheLogin) + " to reduce API calls",
		fmt.Sprintf("Archived after %d days, permanently deleted after %d year", int(ArchiveAfter/day), int(DeleteAfter/(365*day))),
	} {
		if !strings.Contains(policy, sentence) {
			t.Errorf("the policy does not say %q", sentence)
		}
	}
}
