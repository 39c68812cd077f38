package ticket

// Jobs are promises to do something although this process may end. They hold ids only: a job's arguments and errors are
// kept in clear.

// EffectJob carries out an effect, if nobody has.
type EffectJob struct {
	Guild  uint64 `json:"guild"`
	Epoch  uint32 `json:"epoch"`
	Effect int64  `json:"effect"`
}

// Kind names the job in the queue; never rename it.
func (EffectJob) Kind() string { return "effect" }

// CopyFileJob copies an attachment into our own store.
type CopyFileJob struct {
	Guild      uint64 `json:"guild"`
	Epoch      uint32 `json:"epoch"`
	Attachment uint64 `json:"attachment"`
}

// Kind names the job in the queue; never rename it.
func (CopyFileJob) Kind() string { return "copy_file" }
