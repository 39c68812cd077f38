-- name: NextCategoryID :one
select nextval('category_id_seq')::bigint;

-- name: InsertCategory :exec
insert into category (guild_id, epoch, id, created_at, settings) values (@guild_id, @epoch, @id, @created_at, @settings);

-- name: CategoryByID :one
select * from category where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch);

-- name: Categories :many
select * from category where guild_id = @guild_id and epoch = @epoch and active(@guild_id, @epoch) order by id;

-- name: NextPanelID :one
select nextval('panel_id_seq')::bigint;

-- name: InsertPanel :exec
insert into panel (guild_id, epoch, id, channel_id, message_id, settings)
values (@guild_id, @epoch, @id, @channel_id, @message_id, @settings);

-- name: SavePanel :exec
update panel set channel_id = @channel_id, message_id = @message_id, settings = @settings
where guild_id = @guild_id and epoch = @epoch and id = @id;

-- name: PanelByID :one
select * from panel where guild_id = @guild_id and epoch = @epoch and id = @id and active(@guild_id, @epoch);
