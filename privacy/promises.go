package privacy

import "time"

// How old what is cached in memory may get (policy: "Cache Duration"). It is the age since Discord told us, not the time
// since somebody asked.
const (
	CacheGuild   = 5 * time.Minute
	CacheChannel = 2 * time.Minute
	CacheRole    = 5 * time.Minute
	CacheUser    = 10 * time.Minute
	CacheMember  = 1 * time.Minute

	// CacheLogin is for what Discord says at a login: the account and its list of servers (policy: "When You Use the
	// Web Dashboard").
	CacheLogin = 5 * time.Minute
)

const day = 24 * time.Hour

// What happens to a ticket after it was closed (policy: "Data Retention").
const (
	ArchiveAfter = 30 * day  // read-only, out of default lists
	DeleteAfter  = 365 * day // forgotten for good
)

// PolicyDate is which version of the policy these are the promises of.
const PolicyDate = "12/5/2025"
