// Package keys is the keyring: it seals everything that people wrote, and it forgets.
//
// Deleting a row from PostgreSQL does not erase it: the write-ahead log keeps it, and so does every backup. So content is
// sealed before it reaches PostgreSQL, under keys that live here, in a directory of their own that is never backed up with
// the database. To forget a person, a ticket or a guild is to destroy a key; every copy of the content, wherever it is,
// becomes noise at once. This package is the only one that knows ciphers and key derivation, and it never hands out a key.
//
// # Keys are computed, not stored
//
// Each guild, in each epoch of its membership, has a tree of 2⁶⁴ possible leaves, and the tree is one random seed. A
// node's seed gives those of its two children, by HMAC-SHA256, and no way leads back up. Every person and every ticket is
// a leaf, and so are purposes of the whole guild: the index, which is where tags and places of people come from, and the
// configuration. The server has a tree of its own, with one more: the key that signs receipts. A new person or ticket
// therefore costs a computation and no write.
//
// To forget a leaf, the node above it is replaced by the siblings on the way down:
//
//	     ●                              ○
//	  ┌──┴──┐                        ┌──┴──┐
//	  ·     ·        forget ×        ○     ●         ● in the keyring
//	┌─┴─┐          ───────────►    ┌─┴─┐             · computed from it
//	·   ×                          ●   ×             ○ gone
//
// Everything else can still be computed and × cannot, because nothing above it is left. What is kept of a tree is called
// its cover. It grows by up to 63 nodes (2.6 KB) for a forgotten person; forgotten tickets are neighbours, and melt
// together. This is a puncturable pseudorandom function after Goldreich, Goldwasser and Micali.
//
// # From ROOT to a message
//
//	root                    ROOT, 32 random bytes: the one secret in clear
//	 └─ top.<generation>    sealed under ROOT: 256 page keys
//	     └─ page-xx.<id>    sealed under its page key: the covers of the guilds of that page
//	         └─ leaf        HMAC down the tree: person P, ticket T, index, configuration
//	             └─ record  HKDF(P ‖ T, salt = row, info = field): seals one field of one row
//
// A message lies under its author's leaf and its ticket's: forgetting either makes it unreadable. [Ref] says where a value
// lies, and all of it is authenticated, so a value moved to another row, field, ticket, person, guild or epoch does not
// open. Content is padded, so its length shows only as a bucket. [Ring.Seal] and [Ring.SealStream] have the formats beside
// them in seal.go and stream.go; what the files hold is in root_file.go, top_file.go, page_file.go and ledger_file.go.
// testdata/vectors.mjs computes all of it a second time without this package.
//
// # A ring and its home
//
// [Ring] computes: leaves, tags, records, signatures. Where its trees come from is its home. In the process that owns the
// directory that is the owner (owner.go), which also writes; in another process of the same installation it is a remote,
// which borrows trees from the owner for seconds at a time (remote.go, serve.go) and sends it what is to be changed. A
// forgetting is acknowledged once no process can use the tree as it was.
//
// # A change is one commit
//
// Adding a guild and forgetting are the same six steps, each durable (fsync) before the next, and each done in the
// directory first and then in the mirror, if there is one:
//
//	step                                            power cut here: the next start
//	1  lines appended to the ledger; reads refuse   drops a torn line, else forgets what the ledger says
//	2  changed pages in new files, new page keys    has the old state and the ledger: as above
//	3  top in a new file, new ROOT; directory       the same, and removes what is left over
//	4  ROOT into the free slot: new state counts    a torn slot fails its digest: as above
//	5  noise over the other slot: old one is gone   the newer slot counts, and the other is wiped
//	6  old files removed                            removes them
//
// After step 5 the old page keys exist nowhere: the only copy was in the old top, and the old ROOT was overwritten where
// it lay. That is why ROOT has a small file with two slots, and why it is the only file ever overwritten.
//
// A failed write before step 4 leaves the old state and can be tried again; a failure in step 4 or 5 halts the ring
// ([ErrHalted]) until a restart has looked at the disk. A damaged file refuses to open. Neither ever makes new keys for a
// guild that had some: that would look like health and be loss ([ErrUnknownGuild]).
//
// # Two directories
//
// The mirror ([Options]) holds the same files, byte for byte, on another disk:
//
//	at                    the newest ROOT of both counts; each file is taken from the directory where it is whole, and
//	a start               written anew in the other; the longer ledger counts, and the other is brought in step
//	a mirror that         stops nothing: the directory goes on alone, [Ring.Mirrored] is false, and every change and
//	cannot be written     [Ring.CatchUpMirror] try to bring it in step. What was forgotten meanwhile is still on it
//	a mirror that is      a mistake: refused, and not touched. So is one that was used by itself and went another way;
//	another keyring's     the chained ledgers and the ids tell
//	the newest state,     refused, even when the other directory has an older state that is whole: that one would undo
//	damaged in both       what was forgotten and lack guilds, and nobody would notice
//
// A mirror that has fallen behind and is then used as the directory is an older keyring. Its [State] says so beside what
// the database remembers, and [Ring.Replay] makes it forget what the database's copy of the ledger has and it has not.
//
// # What it does not promise
//
//   - A disk, a snapshot or a file system that keeps the old bytes of an overwritten block can keep an old ROOT, and with
//     it and copies of the old files undo a forgetting. The keyring belongs on ext4 (not data=journal) or xfs, without
//     snapshots, on an encrypted disk. It must never be archived; a mirror is not an archive.
//   - Keys that were in use may stay in memory, swap or a core dump. Go gives no promise to wipe.
//   - That something was forgotten can be seen, and with the guild's index leaf one can see of a known user id whether
//     that person was. What they wrote cannot be.
//   - A person's place has 62 bits. In a guild of a million people the chance that any two share one is about 10⁻⁷.
//   - Losing the directory is losing the content. There is no other key.
package keys
