// Package worker does later what was not done in the same breath: it runs the jobs that the store wrote together with
// the facts they follow from.
//
//	store, in a fact's own transaction ──► river.river_job ──► effects: carry_out.go
//	                                                      ──► files:   copy_file.go
//	                                                      ──► privacy: forget.go
//	periodic.go ──► river.river_job ─────────────────────────► periodic: catch up, sweep
//
// A job knows ids only, and what it stores of an error is its kind: both are kept in clear. A job may run twice or after
// its work is done; what it calls finds that out.
package worker
