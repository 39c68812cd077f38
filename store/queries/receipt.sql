-- name: NextReceiptID :one
select nextval('receipt_id_seq')::bigint;

-- name: InsertReceipt :exec
insert into receipt (id, public_id, kind, owner, at, body) values (@id, @public_id, @kind, @owner, @at, @body)
on conflict (public_id) do nothing;

-- name: SignReceipt :exec
update receipt set at = @at, body = @body where id = @id;

-- name: ReceiptByName :one
select id, owner, body from receipt where public_id = @public_id;

-- name: ReceiptsOfOwner :many
select id, body from receipt where owner = @owner order by id desc;
