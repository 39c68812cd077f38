-- name: LockKeyring :one
-- Whoever notes how far the keyring has come does so alone, so that the copy of its ledger has no holes.
select ledger_seq from keyring for update;

-- name: StartKeyring :exec
insert into keyring (ledger_seq) values (0) on conflict do nothing;

-- name: SaveKeyring :exec
-- Never backwards: two processes may note in another order than they looked.
update keyring set ledger_seq = greatest(ledger_seq, @ledger_seq::bigint);

-- name: KeyringTurn :one
select generation from keyring_turn;

-- name: SaveKeyringTurn :exec
insert into keyring_turn (generation) values (@generation) on conflict (only_row) do update set generation = excluded.generation;

-- name: CopyLedger :exec
insert into ledger (seq, entry) select unnest(@seqs::bigint[]), unnest(@entries::bytea[]) on conflict do nothing;

-- name: LedgerAfter :many
select seq, entry from ledger where seq > @seq order by seq;

-- name: LedgerEntry :one
select entry from ledger where seq = @seq;

-- name: TicketsNumbered :many
-- Of a sealed guild too: it may have been sealed by mistake, and come back.
select id from ticket where guild_id = @guild_id and epoch = @epoch and number between @first::bigint and @last::bigint
order by id limit @max;

-- name: ForgottenAt :many
-- The lines of the ledger about some leaves; see ledger_place.
select entry from ledger where substring(entry from 17) = any(@places::bytea[]);

-- name: PeopleAtPaths :many
select p.guild_id, p.epoch, p.id, p.tag, p.path
from person p
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch, unnest(@paths::bytea[]) as path) forgotten
    on p.guild_id = forgotten.guild_id and p.epoch = forgotten.epoch and p.path = forgotten.path
where not p.erased
order by p.guild_id, p.epoch, p.id;

-- name: Counters :many
-- Of sealed guilds too: one may have been sealed by mistake, and come back.
select c.guild_id, c.epoch, c.last_ticket
from guild_counter c join guild_tenancy t on (t.guild_id, t.epoch) = (c.guild_id, c.epoch)
where t.state in ('active', 'sealed')
order by c.guild_id, c.epoch;

-- name: SkipTickets :exec
update guild_counter c set last_ticket = c.last_ticket + @n::integer
from (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch) present
where c.guild_id = present.guild_id and c.epoch = present.epoch;

-- name: EndAllLogins :exec
with logins as (delete from login_state)
delete from session;
