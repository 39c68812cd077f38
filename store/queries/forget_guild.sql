-- What is deleted here nobody reads any more: the membership is sealed and its keys are gone.

-- name: HoldEnded :one
-- Whoever begins to write now waits, and then finds that there is nothing to write to.
select * from guild_tenancy where guild_id = @guild_id and epoch = @epoch for update;

-- name: TenancyState :one
select state from guild_tenancy where guild_id = @guild_id and epoch = @epoch;

-- name: ShredTenancy :exec
update guild_tenancy set state = 'shredded' where guild_id = @guild_id and epoch = @epoch;

-- name: CountRowsOfGuild :one
select
    (select count(*) from effect where effect.guild_id = @guild_id and effect.epoch = @epoch)::bigint as effects,
    (select count(*) from file where file.guild_id = @guild_id and file.epoch = @epoch)::bigint as files,
    (select count(*) from revision where revision.guild_id = @guild_id and revision.epoch = @epoch)::bigint as revisions,
    (select count(*) from message where message.guild_id = @guild_id and message.epoch = @epoch)::bigint as messages,
    (select count(*) from participant where participant.guild_id = @guild_id and participant.epoch = @epoch)::bigint as participants,
    (select count(*) from thread where thread.guild_id = @guild_id and thread.epoch = @epoch)::bigint as threads,
    (select count(*) from post where post.guild_id = @guild_id and post.epoch = @epoch)::bigint as posts,
    (select count(*) from event where event.guild_id = @guild_id and event.epoch = @epoch)::bigint as events,
    (select count(*) from ticket where ticket.guild_id = @guild_id and ticket.epoch = @epoch)::bigint as tickets,
    (select count(*) from panel where panel.guild_id = @guild_id and panel.epoch = @epoch)::bigint as panels,
    (select count(*) from category where category.guild_id = @guild_id and category.epoch = @epoch)::bigint as categories,
    (select count(*) from person where person.guild_id = @guild_id and person.epoch = @epoch)::bigint as people;

-- name: NextTicketsOfGuild :many
select id from ticket where guild_id = @guild_id and epoch = @epoch order by id limit @max;

-- name: ObjectsOfTickets :many
select attachment_id, object from file
where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]) order by attachment_id limit @max;

-- name: ObjectsOfGuild :many
select object from file where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteFilesByID :execrows
delete from file where guild_id = @guild_id and epoch = @epoch and attachment_id = any(@attachment_ids::bigint[]);

-- name: DeleteRevisionsOfTickets :execrows
-- Of the messages that DeleteMessagesOfTickets deletes next.
delete from revision r
using (select m.channel_id, m.message_id from message m
    where m.guild_id = @guild_id and m.epoch = @epoch and m.ticket_id = any(@ticket_ids::bigint[]) order by m.ticket_id, m.message_id, m.channel_id limit @max) first
where r.guild_id = @guild_id and r.epoch = @epoch and r.channel_id = first.channel_id and r.message_id = first.message_id;

-- name: DeleteMessagesOfTickets :execrows
delete from message d
using (select m.channel_id, m.message_id from message m
    where m.guild_id = @guild_id and m.epoch = @epoch and m.ticket_id = any(@ticket_ids::bigint[]) order by m.ticket_id, m.message_id, m.channel_id limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.channel_id = first.channel_id and d.message_id = first.message_id;

-- name: DeleteParticipantsOfTickets :exec
delete from participant where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]);

-- name: DeleteThreadsOfTickets :exec
delete from thread where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]);

-- name: DeletePostsOfTickets :exec
delete from post where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]);

-- name: DeleteEffectsOfTickets :exec
delete from effect where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]);

-- name: DeleteEventsOfTickets :exec
delete from event where guild_id = @guild_id and epoch = @epoch and ticket_id = any(@ticket_ids::bigint[]);

-- name: DeleteEmptyTickets :exec
delete from ticket where guild_id = @guild_id and epoch = @epoch and id = any(@ticket_ids::bigint[]);

-- name: DeleteSomeEffects :execrows
delete from effect d
using (select s.id from effect s where s.guild_id = @guild_id and s.epoch = @epoch order by s.id limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.id = first.id;

-- name: DeleteSomeEvents :execrows
delete from event d
using (select s.seq from event s where s.guild_id = @guild_id and s.epoch = @epoch order by s.seq limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.seq = first.seq;

-- name: DeleteSomePanels :execrows
delete from panel d
using (select s.id from panel s where s.guild_id = @guild_id and s.epoch = @epoch order by s.id limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.id = first.id;

-- name: DeleteSomeCategories :execrows
delete from category d
using (select s.id from category s where s.guild_id = @guild_id and s.epoch = @epoch order by s.id limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.id = first.id;

-- name: DeleteSomePeople :execrows
delete from person d
using (select s.id from person s where s.guild_id = @guild_id and s.epoch = @epoch order by s.id limit @max) first
where d.guild_id = @guild_id and d.epoch = @epoch and d.id = first.id;

-- name: DeleteLateEffects :execrows
delete from effect where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateFiles :execrows
delete from file where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateRevisions :execrows
delete from revision where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateMessages :execrows
delete from message where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateParticipants :execrows
delete from participant where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateThreads :execrows
delete from thread where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLatePosts :execrows
delete from post where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateEvents :execrows
delete from event where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateTickets :execrows
delete from ticket where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLatePanels :execrows
delete from panel where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLateCategories :execrows
delete from category where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteLatePeople :execrows
delete from person where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteCounter :exec
delete from guild_counter where guild_id = @guild_id and epoch = @epoch;

-- name: DeleteTenancy :exec
delete from guild_tenancy where guild_id = @guild_id and epoch = @epoch;

-- name: InsertDeparted :exec
insert into departed (guild_id, epoch, sealed_at, forgotten_at) values (@guild_id, @epoch, @sealed_at, @forgotten_at);
