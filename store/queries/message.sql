-- name: HoldTickets :many
-- The tickets that are still there stay until this transaction ends.
select t.guild_id, t.epoch, t.id, t.number
from ticket t
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch, unnest(@ids::bigint[]) as id) wanted
    on t.guild_id = wanted.guild_id and t.epoch = wanted.epoch and t.id = wanted.id
order by t.guild_id, t.epoch, t.id
for key share of t;

-- name: LockMessages :many
-- Without a join to the author: a row that was waited for would come with the author it had before the wait.
select m.guild_id, m.epoch, m.channel_id, m.message_id
from message m
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch,
        unnest(@channel_ids::bigint[]) as channel_id, unnest(@message_ids::bigint[]) as message_id) wanted
    on m.guild_id = wanted.guild_id and m.epoch = wanted.epoch
        and m.channel_id = wanted.channel_id and m.message_id = wanted.message_id
order by m.guild_id, m.epoch, m.channel_id, m.message_id
for update of m;

-- name: KnownMessages :many
select sqlc.embed(m), p.path as owner_path
from message m
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch,
        unnest(@channel_ids::bigint[]) as channel_id, unnest(@message_ids::bigint[]) as message_id) wanted
    on m.guild_id = wanted.guild_id and m.epoch = wanted.epoch
        and m.channel_id = wanted.channel_id and m.message_id = wanted.message_id
left join person p on (p.guild_id, p.epoch, p.id) = (m.guild_id, m.epoch, coalesce(m.owner, m.author));

-- name: RevisionsOfMessages :many
select sqlc.embed(r), p.path as owner_path
from revision r
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch,
        unnest(@channel_ids::bigint[]) as channel_id, unnest(@message_ids::bigint[]) as message_id) wanted
    on r.guild_id = wanted.guild_id and r.epoch = wanted.epoch
        and r.channel_id = wanted.channel_id and r.message_id = wanted.message_id
left join person p on (p.guild_id, p.epoch, p.id) = (r.guild_id, r.epoch, coalesce(r.owner, r.author));

-- name: InsertMessage :batchone
insert into message (guild_id, epoch, channel_id, message_id, ticket_id, author, owner, people, at, edited_at, seen_at, deleted_at, content, erased)
values (@guild_id, @epoch, @channel_id, @message_id, @ticket_id, @author, @owner, @people, @at, @edited_at, @seen_at, @deleted_at, @content, @erased)
on conflict do nothing
returning message_id;

-- name: SaveMessage :batchexec
update message set
    author = @author, owner = @owner, people = @people, at = @at, edited_at = @edited_at, seen_at = @seen_at,
    deleted_at = @deleted_at, content = @content, erased = @erased
where guild_id = @guild_id and epoch = @epoch and channel_id = @channel_id and message_id = @message_id;

-- name: NextRevisionIDs :many
select nextval('revision_id_seq')::bigint from generate_series(1, @n::integer);

-- name: SaveRevision :batchexec
insert into revision (guild_id, epoch, channel_id, message_id, id, at, seen_at, author, owner, people, content)
values (@guild_id, @epoch, @channel_id, @message_id, @id, @at, @seen_at, @author, @owner, @people, @content)
on conflict (guild_id, epoch, channel_id, message_id, at) do update set
    id = excluded.id, seen_at = excluded.seen_at, author = excluded.author, owner = excluded.owner, people = excluded.people,
    content = excluded.content;

-- name: Messages :many
select sqlc.embed(m), p.path as owner_path
from message m left join person p on (p.guild_id, p.epoch, p.id) = (m.guild_id, m.epoch, coalesce(m.owner, m.author))
where m.guild_id = @guild_id and m.epoch = @epoch and m.ticket_id = @ticket_id and active(@guild_id, @epoch)
order by m.message_id;

-- name: Revisions :many
select sqlc.embed(r), p.path as owner_path
from message m
join revision r on (r.guild_id, r.epoch, r.channel_id, r.message_id) = (m.guild_id, m.epoch, m.channel_id, m.message_id)
left join person p on (p.guild_id, p.epoch, p.id) = (r.guild_id, r.epoch, coalesce(r.owner, r.author))
where m.guild_id = @guild_id and m.epoch = @epoch and m.ticket_id = @ticket_id and active(@guild_id, @epoch)
order by r.message_id, r.at;

-- name: CountMessages :one
select count(*) from message
where guild_id = @guild_id and epoch = @epoch and ticket_id = @ticket_id and (content is not null or erased) and active(@guild_id, @epoch);

-- name: LastMessage :one
-- One that only its deletion told of says nothing about those before it.
select message_id from message
where guild_id = @guild_id and epoch = @epoch and channel_id = @channel_id and message_id < @before::bigint
    and (content is not null or erased) and active(@guild_id, @epoch)
order by message_id desc limit 1;
