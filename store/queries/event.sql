-- name: LockCounter :one
select last_event, last_hash from guild_counter where guild_id = @guild_id and epoch = @epoch for update;

-- name: SaveCounter :exec
update guild_counter set last_event = @last_event, last_hash = @last_hash where guild_id = @guild_id and epoch = @epoch;

-- name: InsertEvent :exec
insert into event (guild_id, epoch, seq, verb, ticket_id, person, at, detail, hash)
values (@guild_id, @epoch, @seq, @verb, @ticket_id, @person, @at, @detail, @hash);

-- name: EventsAfter :many
select sqlc.embed(e), coalesce(t.number, 0)::bigint as ticket_number, p.path as person_path
from event e
left join ticket t on (t.guild_id, t.epoch, t.id) = (e.guild_id, e.epoch, e.ticket_id)
left join person p on (p.guild_id, p.epoch, p.id) = (e.guild_id, e.epoch, e.person)
where e.guild_id = @guild_id and e.epoch = @epoch and e.seq > @seq and active(@guild_id, @epoch)
order by e.seq limit @max;

-- name: ChainEnd :one
select last_event, last_hash from guild_counter where guild_id = @guild_id and epoch = @epoch and active(@guild_id, @epoch);
