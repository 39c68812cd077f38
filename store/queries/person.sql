-- name: PersonByTag :one
select id from person where guild_id = @guild_id and epoch = @epoch and tag = @tag and active(@guild_id, @epoch);

-- name: PeopleByTag :batchone
select id, path, profile, erased, since from person where guild_id = @guild_id and epoch = @epoch and tag = @tag;

-- name: NextPersonIDs :many
select nextval('person_id_seq')::bigint from generate_series(1, @n::integer);

-- name: InsertPerson :batchexec
insert into person (guild_id, epoch, id, tag, path, profile, since)
values (@guild_id, @epoch, @id, @tag, @path, @profile, @since)
on conflict (guild_id, epoch, tag) do nothing;

-- name: SaveProfile :batchexec
update person set profile = @profile where guild_id = @guild_id and epoch = @epoch and id = @id and not erased;

-- name: LockPerson :one
select id from person where guild_id = @guild_id and epoch = @epoch and id = @id for no key update;

-- name: PeopleByID :many
select id, path, profile, erased from person
where guild_id = @guild_id and epoch = @epoch and id = any(@ids::bigint[]) and active(@guild_id, @epoch);

-- name: ErasedBefore :many
-- Who of these was forgotten before, and when they last asked for it. It is about no guild.
select user_tag, max(asked_at)::timestamptz as since from erasure where user_tag = any(@tags::bytea[]) group by user_tag;
