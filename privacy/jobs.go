package privacy

// Jobs are promises to forget although this process may end. They hold ids only: a job's arguments are kept in clear.

// Queue is where they wait, apart from what tickets need.
const Queue = "privacy"

// ConfirmJob asks Discord whether the bot is still in a guild.
type ConfirmJob struct {
	Guild uint64 `json:"guild"`
	Epoch uint32 `json:"epoch"`
}

// Kind names the job in the queue; never rename it.
func (ConfirmJob) Kind() string { return "confirm_membership" }

// ForgetGuildJob forgets a membership that is over.
type ForgetGuildJob struct {
	Guild uint64 `json:"guild"`
	Epoch uint32 `json:"epoch"`
}

// Kind names the job in the queue; never rename it.
func (ForgetGuildJob) Kind() string { return "forget_guild" }

// ErasureJob goes on with forgetting a person.
type ErasureJob struct {
	Erasure int64 `json:"erasure"`
}

// Kind names the job in the queue; never rename it.
func (ErasureJob) Kind() string { return "erasure" }
