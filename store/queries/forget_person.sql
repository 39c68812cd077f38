-- What is forgotten here may be of a guild whose membership hangs in the balance too: it must not come back with it.

-- name: InsertErasure :one
insert into erasure (user_tag, state, asked_at, receipt, detail)
values (@user_tag, 'asked', @asked_at, @receipt, null)
returning id;

-- name: LockUser :exec
-- Two wishes of one user at once are one.
select pg_advisory_xact_lock(hashtextextended(encode(@user_tag::bytea, 'hex'), 7));

-- name: SealErasure :exec
update erasure set detail = @detail where id = @id;

-- name: AskAgain :one
-- A wish that nobody has begun with is the same wish, as of now: whoever has looked meanwhile where the user is known must
-- look again. Hence another time than before, whatever the clock says.
update erasure set asked_at = greatest(@now::timestamptz, asked_at + interval '1 microsecond')
where user_tag = @user_tag and state = 'asked'
returning *;

-- name: ErasuresUnderWay :many
select * from erasure where user_tag = @user_tag and state <> 'done' order by id desc limit @max;

-- name: Erasure :one
select * from erasure where id = @id;

-- name: UndoneErasures :many
select id from erasure where state <> 'done' and id > @after order by id limit @max;

-- name: AdvanceErasure :execrows
update erasure set state = @state, detail = @detail where id = @id and state = @from_state and asked_at = @asked_at;

-- name: EndErasure :execrows
update erasure set state = 'done', done_at = @done_at, detail = null where id = @id and state = 'forgotten';

-- name: MeetStrangers :exec
-- Until this transaction ends, nobody finds out where these users are known. The tags come in one order for everybody.
select pg_advisory_xact_lock_shared(hashtextextended(encode(tag, 'hex'), 8)) from unnest(@user_tags::bytea[]) tag;

-- name: AwaitMeetings :exec
-- Waits for those who have looked for wishes of a user's before there was one, and are about to write down that they met.
select pg_advisory_xact_lock(hashtextextended(encode(@user_tag::bytea, 'hex'), 8));

-- name: Tenancies :many
select guild_id, epoch, state from guild_tenancy where state in ('active', 'sealed') order by guild_id, epoch;

-- name: KnownAs :many
select p.guild_id, p.epoch, p.id, p.tag, p.path
from person p
join (select unnest(@guild_ids::bigint[]) as guild_id, unnest(@epochs::integer[]) as epoch, unnest(@tags::bytea[]) as tag) wanted
    on p.guild_id = wanted.guild_id and p.epoch = wanted.epoch and p.tag = wanted.tag
order by p.guild_id, p.epoch;

-- name: EraseMessages :execrows
-- A part of them, so that nobody waits for long.
update message d set content = null, erased = true, people = '{}'
from (select s.channel_id, s.message_id from message s
    where s.guild_id = @guild_id and s.epoch = @epoch and s.owner = @owner and not s.erased
    order by s.channel_id, s.message_id limit @max for update) part
where d.guild_id = @guild_id and d.epoch = @epoch and d.channel_id = part.channel_id and d.message_id = part.message_id;

-- name: DeleteRevisionsOf :exec
delete from revision where guild_id = @guild_id and epoch = @epoch and owner = @owner;

-- name: HoldPersonToErase :many
-- Whoever writes about them now waits.
select id from person where guild_id = @guild_id and epoch = @epoch and (id = @id or tag = @tag) for update;

-- name: EraseAnswers :exec
update ticket set answers = null where guild_id = @guild_id and epoch = @epoch and opener = @opener and answers is not null;

-- name: EraseReasons :exec
update ticket set reason = null where guild_id = @guild_id and epoch = @epoch and closer = @closer and reason is not null;

-- name: GiveUpFiles :exec
update file set state = 'given_up' where guild_id = @guild_id and epoch = @epoch and author = @author and state <> 'given_up';

-- name: EraseEffects :exec
update effect set detail = null, state = 'done', holder = null, done_at = coalesce(done_at, @now::timestamptz)
where guild_id = @guild_id and epoch = @epoch and person = @person and not (kind = 'open_channel' and state = 'pending');

-- name: EraseOpenings :exec
-- A ticket that is being opened has to come to an end, and its channel may be there already: that is carried out still,
-- for nobody. Whoever is at it keeps it until their time is over, and cannot finish it.
update effect set detail = null, due_at = case when holder is null then @now::timestamptz else due_at end
where guild_id = @guild_id and epoch = @epoch and person = @person and kind = 'open_channel' and state = 'pending';

-- name: ErasePerson :exec
-- Nor may the place of their leaf say who they were: it can be computed for a known user.
update person set tag = null, profile = null, path = @path, since = null, erased = true
where guild_id = @guild_id and epoch = @epoch and id = @id;

-- name: ObjectsOf :many
select object from file where guild_id = @guild_id and epoch = @epoch and author = @author and state = 'given_up';

-- name: CountErased :one
select
    (select count(*) from message m where m.guild_id = @guild_id and m.epoch = @epoch and m.owner = @person and m.erased)::bigint as messages,
    (select count(*) from file f where f.guild_id = @guild_id and f.epoch = @epoch and f.author = @person)::bigint as files,
    (select count(*) from ticket t where t.guild_id = @guild_id and t.epoch = @epoch and t.opener = @person)::bigint as tickets;

-- name: OpenTicketsNaming :many
-- Their welcome names the opener and whoever has claimed them, for as long as the channel is there.
select id from ticket
where guild_id = @guild_id and epoch = @epoch and welcome_id is not null and channel_id is not null and channel_gone_at is null
    and (opener = @person::bigint or claimer = @person::bigint) and active(@guild_id, @epoch)
order by id;

-- name: RepliesNaming :many
-- What the bot wrote in channels that are there still, about a person: of that, and of that only, somebody else is the owner
-- than the author. A welcome is rewritten instead.
select m.channel_id, m.message_id
from ticket t join message m on (m.guild_id, m.epoch, m.ticket_id) = (t.guild_id, t.epoch, t.id)
where t.guild_id = @guild_id and t.epoch = @epoch and t.channel_id is not null and t.channel_gone_at is null
    and m.owner <> m.author and (m.owner = @person::bigint or m.people @> array[@person::bigint])
    and m.deleted_at is null and m.message_id is distinct from t.welcome_id and active(@guild_id, @epoch)
order by m.message_id;
