-- name: InsertFile :batchone
insert into file (guild_id, epoch, attachment_id, ticket_id, message_id, author, state, object, detail)
values (@guild_id, @epoch, @attachment_id, @ticket_id, @message_id, @author, 'waiting', @object, @detail)
on conflict do nothing
returning attachment_id;

-- name: FileByID :one
select sqlc.embed(f), t.number as ticket_number, p.path as author_path
from file f
join ticket t on (t.guild_id, t.epoch, t.id) = (f.guild_id, f.epoch, f.ticket_id)
left join person p on (p.guild_id, p.epoch, p.id) = (f.guild_id, f.epoch, f.author)
where f.guild_id = @guild_id and f.epoch = @epoch and f.attachment_id = @attachment_id and active(@guild_id, @epoch);

-- name: FilesOfTicket :many
select sqlc.embed(f), t.number as ticket_number, p.path as author_path
from file f
join ticket t on (t.guild_id, t.epoch, t.id) = (f.guild_id, f.epoch, f.ticket_id)
left join person p on (p.guild_id, p.epoch, p.id) = (f.guild_id, f.epoch, f.author)
where f.guild_id = @guild_id and f.epoch = @epoch and f.ticket_id = @ticket_id and active(@guild_id, @epoch)
order by f.attachment_id;

-- name: SaveFile :exec
-- Two may copy a file at once; what one of them has stored stays, whatever became of the other's try.
update file set state = @state, tries = @tries, detail = @detail
where guild_id = @guild_id and epoch = @epoch and attachment_id = @attachment_id and state <> 'stored' and active(@guild_id, @epoch);
