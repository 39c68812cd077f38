-- name: InsertPost :exec
insert into post (guild_id, epoch, channel_id, message_id, ticket_id, kind)
values (@guild_id, @epoch, @channel_id, @message_id, @ticket_id, @kind)
on conflict do nothing;

-- name: PostsOfTicket :many
select channel_id, message_id, ticket_id, kind from post
where guild_id = @guild_id and epoch = @epoch and ticket_id = @ticket_id and active(@guild_id, @epoch)
order by message_id;

-- name: PostsNaming :many
-- A closing notice names the opener, whoever had claimed the ticket, and the closer. A direct message does not name the claimer.
select p.channel_id, p.message_id, p.ticket_id, p.kind
from post p join ticket t on (t.guild_id, t.epoch, t.id) = (p.guild_id, p.epoch, p.ticket_id)
where p.guild_id = @guild_id and p.epoch = @epoch and p.message_id > @after::bigint
    and (t.opener = @person::bigint or t.claimer = @person::bigint and p.kind <> 'direct' or t.closer = @person::bigint) and active(@guild_id, @epoch)
order by p.message_id limit @max;

-- name: DeletePost :exec
delete from post where guild_id = @guild_id and epoch = @epoch and channel_id = @channel_id and message_id = @message_id;
