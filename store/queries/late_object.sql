-- name: ExpectLate :exec
insert into late_object (object, at)
select f.object, @at::timestamptz from file f where f.object = any(@objects::text[]) and f.state <> 'stored'
on conflict (object) do update set at = excluded.at;

-- name: LateObjects :many
select object from late_object where at < @before order by at limit @max;

-- name: ForgetLateObjects :exec
delete from late_object where object = any(@objects::text[]);
