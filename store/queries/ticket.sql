-- name: TicketByID :one
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from ticket t join person p on (p.guild_id, p.epoch, p.id) = (t.guild_id, t.epoch, t.opener)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where t.guild_id = @guild_id and t.epoch = @epoch and t.id = @id and active(@guild_id, @epoch);

-- name: TicketByChannel :one
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from ticket t join person p on (p.guild_id, p.epoch, p.id) = (t.guild_id, t.epoch, t.opener)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where t.guild_id = @guild_id and t.epoch = @epoch and t.channel_id = @channel_id and active(@guild_id, @epoch);

-- name: TicketByPublicID :one
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from ticket t join person p on (p.guild_id, p.epoch, p.id) = (t.guild_id, t.epoch, t.opener)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where t.public_id = @public_id and active(t.guild_id, t.epoch);

-- name: TicketByRequest :one
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from ticket t join person p on (p.guild_id, p.epoch, p.id) = (t.guild_id, t.epoch, t.opener)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where t.guild_id = @guild_id and t.epoch = @epoch and t.request_id = @request_id and active(@guild_id, @epoch);

-- name: LockTicket :exec
-- Without a join: a row that was waited for would come with the closer it had before the wait.
select id from ticket
where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch)
for no key update;

-- name: TicketsOpenedBy :many
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from ticket t join person p on (p.guild_id, p.epoch, p.id) = (t.guild_id, t.epoch, t.opener)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where t.guild_id = @guild_id and t.epoch = @epoch and t.opener = @opener and active(@guild_id, @epoch)
order by t.id desc;

-- name: TicketsOfTags :many
-- The tickets of one user in many guilds, where the user has another tag in each.
select sqlc.embed(t), p.path as opener_path, c.path as closer_path
from (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch, unnest(@tags::bytea[]) as tag) wanted
join person p on p.guild_id = wanted.guild_id and p.epoch = wanted.epoch and p.tag = wanted.tag
join ticket t on (t.guild_id, t.epoch, t.opener) = (p.guild_id, p.epoch, p.id)
left join person c on (c.guild_id, c.epoch, c.id) = (t.guild_id, t.epoch, t.closer)
where active(t.guild_id, t.epoch)
order by t.opened_at desc, t.id desc;

-- name: CountAlive :one
select count(*) from ticket
where guild_id = @guild_id and epoch = @epoch and opener = @opener and category_id = @category_id
    and state in ('opening', 'open', 'closing') and active(@guild_id, @epoch);

-- name: NumberTicket :one
update guild_counter set last_ticket = last_ticket + 1
where guild_id = @guild_id and epoch = @epoch
returning last_ticket, nextval('ticket_id_seq')::bigint as id;

-- name: InsertTicket :exec
insert into ticket (guild_id, epoch, id, number, public_id, category_id, state, opener, request_id, opened_at, answers)
values (@guild_id, @epoch, @id, @number, @public_id, @category_id, @state, @opener, @request_id, @opened_at, @answers);

-- name: SaveTicket :exec
update ticket set
    state = @state, claimer = @claimer, closer = @closer, channel_id = @channel_id, welcome_id = @welcome_id,
    closed_at = @closed_at, channel_gone_at = @channel_gone_at, reason = @reason
where guild_id = @guild_id and epoch = @epoch and id = @id;

-- name: AliveRooms :many
-- A closed ticket's channel is a room until Discord has said that it is gone: what was written in it before may still be
-- on its way to us.
select guild_id, epoch, id, number, channel_id from ticket
where channel_id is not null and channel_gone_at is null
    and (@guild_id::bigint = 0 or guild_id = @guild_id) and active(guild_id, epoch);

-- name: AliveThreads :many
select h.guild_id, h.epoch, t.id, t.number, h.channel_id, t.channel_id as parent_id
from thread h join ticket t on (t.guild_id, t.epoch, t.id) = (h.guild_id, h.epoch, h.ticket_id)
where t.channel_id is not null and t.channel_gone_at is null
    and (@guild_id::bigint = 0 or t.guild_id = @guild_id) and active(t.guild_id, t.epoch);

-- name: AddThread :exec
insert into thread (guild_id, epoch, channel_id, ticket_id)
select @guild_id, @epoch, @channel_id, @ticket_id where active(@guild_id, @epoch)
on conflict do nothing;

-- name: RemoveThread :exec
delete from thread where guild_id = @guild_id and epoch = @epoch and channel_id = @channel_id and active(@guild_id, @epoch);

-- name: AddParticipant :execrows
insert into participant (guild_id, epoch, ticket_id, person) values (@guild_id, @epoch, @ticket_id, @person)
on conflict do nothing;

-- name: RemoveParticipant :execrows
delete from participant where guild_id = @guild_id and epoch = @epoch and ticket_id = @ticket_id and person = @person;

-- name: Participants :many
select person from participant
where guild_id = @guild_id and epoch = @epoch and ticket_id = @ticket_id and active(@guild_id, @epoch)
order by person;
