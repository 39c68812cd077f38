-- name: ShardResume :one
select state from shard_resume where shard = @shard;

-- name: SaveShardResume :exec
insert into shard_resume (shard, state) values (@shard, @state)
on conflict (shard) do update set state = excluded.state;

-- name: InsertSession :exec
insert into session (hash, user_tag, state, expires_at) values (@hash, @user_tag, @state, @expires_at);

-- name: Session :one
select * from session where hash = @hash and expires_at > @now;

-- name: DeleteSession :exec
delete from session where hash = @hash;

-- name: DeleteSessionsOf :exec
delete from session where user_tag = @user_tag;

-- name: InsertLogin :exec
insert into login_state (hash, state, expires_at) values (@hash, @state, @expires_at);

-- name: TakeLogin :one
delete from login_state where hash = @hash returning state, expires_at;

-- name: DeleteExpiredSessions :execrows
delete from session where expires_at <= @now;

-- name: DeleteExpiredLogins :execrows
delete from login_state where expires_at <= @now;
