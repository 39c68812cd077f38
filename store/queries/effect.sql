-- name: NextEffectID :one
select nextval('effect_id_seq')::bigint;

-- name: TicketNumber :one
select number from ticket where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch);

-- name: InsertEffect :exec
insert into effect (guild_id, epoch, id, ticket_id, kind, state, at, due_at, detail)
values (@guild_id, @epoch, @id, @ticket_id, @kind, 'pending', @at, @due_at, @detail);

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
update effect set state = 'done', holder = null, failure = null, done_at = @done_at, detail = @detail
where guild_id = @guild_id and epoch = @epoch and id = @id and state = 'pending';

-- name: DueEffects :many
select * from effect
where state = 'pending' and due_at <= @now and active(guild_id, epoch)
order by due_at limit @max;
