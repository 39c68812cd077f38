-- name: NextEffectID :one
select nextval('effect_id_seq')::bigint;

-- name: TicketNumber :one
select number from ticket where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch);

-- name: InsertEffect :exec
insert into effect (guild_id, epoch, id, ticket_id, person, kind, state, at, due_at, detail)
values (@guild_id, @epoch, @id, @ticket_id, @person, @kind, 'pending', @at, @due_at, @detail);

-- name: ClaimEffect :one
update effect set attempts = attempts + 1, holder = @holder, due_at = @due_at
where guild_id = @guild_id and epoch = @epoch and id = @id and state = 'pending'
    and (holder is null or due_at <= @now) and active(@guild_id, @epoch)
returning *;

-- name: ReleaseEffect :exec
update effect set holder = null, failure = @failure, due_at = @due_at
where guild_id = @guild_id and epoch = @epoch and id = @id and state = 'pending' and holder = @holder;

-- name: ReleaseAllEffects :exec
update effect set holder = null, due_at = @now where state = 'pending';

-- name: FinishEffect :execrows
-- personal: it was begun with somebody in mind, who must not have been forgotten since.
update effect set state = 'done', holder = null, failure = null, done_at = @done_at, detail = @detail
where guild_id = @guild_id and epoch = @epoch and id = @id and state = 'pending' and (detail is not null or not @personal::boolean);

-- name: DueEffects :many
select * from effect
where state = 'pending' and due_at <= @now and active(guild_id, epoch)
order by due_at limit @max;

-- name: PlacesOfEffect :one
-- Under which leaves an effect's detail lies.
select coalesce(t.number, 0)::bigint as ticket_number, p.path as person_path
from effect e
left join ticket t on (t.guild_id, t.epoch, t.id) = (e.guild_id, e.epoch, e.ticket_id)
left join person p on (p.guild_id, p.epoch, p.id) = (e.guild_id, e.epoch, e.person)
where e.guild_id = @guild_id and e.epoch = @epoch and e.id = @id and active(@guild_id, @epoch);
