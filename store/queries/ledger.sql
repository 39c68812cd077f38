-- name: LockKeyring :one
-- Whoever notes how far the keyring has come does so alone, so that the copy of its ledger has no holes.
select generation, ledger_seq from keyring for update;

-- name: StartKeyring :exec
insert into keyring (generation, ledger_seq) values (0, 0) on conflict do nothing;

-- name: SaveKeyring :exec
-- Never backwards: two processes may note in another order than they looked.
update keyring set generation = greatest(generation, @generation::bigint), ledger_seq = greatest(ledger_seq, @ledger_seq::bigint);

-- name: CopyLedger :exec
insert into ledger (seq, entry) select unnest(@seqs::bigint[]), unnest(@entries::bytea[]) on conflict do nothing;

-- name: LedgerAfter :many
select seq, entry from ledger where seq > @seq order by seq;
