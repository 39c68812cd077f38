-- name: EraseEventsOfTicket :exec
-- A link of the chain stays where it is; what it said lay under the ticket's leaf.
update event set ticket_id = null, person = null, detail = null, erased = true
where guild_id = @guild_id and epoch = @epoch and ticket_id = @ticket_id;

-- name: TicketToForget :one
select number, state from ticket where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch);

-- name: EmptyTicket :one
update ticket set answers = null, reason = null, forgotten_at = coalesce(forgotten_at, @now::timestamptz)
where guild_id = @guild_id and epoch = @epoch and id = @id
returning forgotten_at::timestamptz as since;
