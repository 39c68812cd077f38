-- name: HoldTenancy :one
-- The guild stays what it is until this transaction ends. The lock besides the row's is for who wants to end it and waits:
-- row locks let ever more readers pass before a writer, these do not.
select epoch from guild_tenancy
where guild_id = @guild_id and epoch = @epoch and state = 'active' and pg_advisory_xact_lock_shared(guild_id) is not null
for share;

-- name: HoldTenancies :many
select t.guild_id, t.epoch
from guild_tenancy t
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch) wanted
    on t.guild_id = wanted.guild_id and t.epoch = wanted.epoch
where t.state = 'active' and pg_advisory_xact_lock_shared(t.guild_id) is not null
order by t.guild_id, t.epoch
for share of t;

-- name: ActiveTenancy :one
select * from guild_tenancy where guild_id = @guild_id and state = 'active';

-- name: ActiveTenancies :many
select * from guild_tenancy where state = 'active' order by guild_id;

-- name: LockGuild :exec
-- Two processes that see the bot join must not both begin an epoch, and at first there is no row to lock.
select pg_advisory_xact_lock(@guild_id::bigint);

-- name: LastTenancy :one
select * from guild_tenancy where guild_id = @guild_id order by epoch desc limit 1;

-- name: LastDeparted :one
select coalesce(max(epoch), 0)::bigint from departed where guild_id = @guild_id;

-- name: AllTenancies :many
select * from guild_tenancy order by guild_id, epoch;

-- name: EndedSince :many
select guild_id, epoch from guild_tenancy where state <> 'active' and sealed_at >= @since::timestamptz
union select guild_id, epoch from departed where sealed_at >= @since::timestamptz
order by guild_id, epoch;

-- name: InsertTenancy :exec
insert into guild_tenancy (guild_id, epoch, joined_at, state, owner) values (@guild_id, @epoch, @joined_at, 'active', @owner);

-- name: InsertCounter :exec
insert into guild_counter (guild_id, epoch, last_hash) values (@guild_id, @epoch, @last_hash);

-- name: SealTenancy :exec
update guild_tenancy set state = 'sealed', sealed_at = @sealed_at, evidence = @evidence
where guild_id = @guild_id and epoch = @epoch and state = 'active';

-- name: UnsealTenancy :exec
update guild_tenancy set state = 'active', sealed_at = null, evidence = null, condemned = false
where guild_id = @guild_id and epoch = @epoch and state = 'sealed';

-- name: DoubtTenancy :exec
update guild_tenancy set evidence = 'unclear', condemned = false
where guild_id = @guild_id and epoch = @epoch and state = 'sealed' and evidence = 'event';

-- name: CondemnTenancy :exec
update guild_tenancy set condemned = true
where guild_id = @guild_id and epoch = @epoch and state = 'sealed';

-- name: OwnTenancy :exec
update guild_tenancy set owner = @owner where guild_id = @guild_id and epoch = @epoch;

-- name: ClaimBot :one
-- The first account to come is the one whose servers the database knows.
update installation set bot = coalesce(bot, @bot::bigint) returning bot::bigint;

-- name: ClaimInstallation :one
-- The first keyring to come is the one the database belongs to.
with claimed as (
    insert into installation (keyring) values (@keyring) on conflict do nothing returning keyring
)
select keyring from claimed union all select keyring from installation limit 1;
