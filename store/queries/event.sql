-- name: LockCounter :one
select last_event, last_hash from guild_counter where guild_id = @guild_id and epoch = @epoch for update;

-- name: SaveCounter :exec
update guild_counter set last_event = @last_event, last_hash = @last_hash where guild_id = @guild_id and epoch = @epoch;

-- name: InsertEvent :exec
insert into event (guild_id, epoch, seq, verb, ticket_id, person, at, detail, hash)
values (@guild_id, @epoch, @seq, @verb, @ticket_id, @person, @at, @detail, @hash);

-- name: EventsAfter :many
select sqlc.embed(e), coalesce(t.number, 0)::bigint as ticket_number
from event e left join ticket t on (t.guild_id, t.epoch, t.id) = (e.guild_id, e.epoch, e.ticket_id)
where e.guild_id = @guild_id and e.epoch = @epoch and e.seq > @seq and active(@guild_id, @epoch)
order by e.seq limit @max;
