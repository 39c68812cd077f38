// Package pglocal runs a private PostgreSQL for an operator who has not set one up.
//
// It finds PostgreSQL's own programs on the machine (15 or newer), makes a cluster in a directory, and runs it as a
// child that listens on a unix socket only. The first process on a directory owns the server; a second one attaches:
//
//	Start ─ binaries ─ directory ─┬─ owner.lock free ──▶ settle the last owner's leftovers ─ initdb ─ postgres ─▶ owner
//	                              └─ owner.lock held ──▶ wait until the owner's server answers ───────────────▶ attached
//
//	DIR/                    0700, of the unprivileged user when we are root; its parents must let that user pass
//	├── owner.lock          flock; the kernel frees it however the owner dies
//	├── data/               the cluster; comes into being by rename, so it is never half made
//	├── initdb-*            an initdb that is under way, or was interrupted
//	├── postgres.log        what the server says; never a statement, a parameter or a row
//	└── .s.PGSQL.5432       the socket; in a private directory below /tmp when this path would be too long
//
// However the owner ends, the server shuts down cleanly: Stop sends SIGINT (fast shutdown), and on Linux the kernel
// sends the same when the owner is killed. An orphan found on the next start, on a system that has no such signal, is
// shut down and started anew. Everybody who can enter DIR is trusted, and nobody else can.
package pglocal
