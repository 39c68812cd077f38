// Package worker runs the jobs that the store wrote with the facts they follow from.
//
//	store.AddEffect ──┐ in the fact's transaction
//	                  ▼
//	            river.river_job ──► effects  (once the lease of the first try is over)──► ticket.CarryOut
//	                            ──► files    (at once)                               ──► ticket.CopyFile
//	                            ──► periodic (own queue: bulk work never delays it)  ──► CatchUp, CleanUp
//
// A job holds ids only, and so does what is kept of its failures: River stores arguments and errors in clear.
package worker
