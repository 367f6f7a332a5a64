-- What is said of a room besides its text, and when it changed last: written with each snapshot, not with each op.
alter table rooms add column title text not null default '';
alter table rooms add column created_by text not null default '';
alter table rooms add column changed_at integer not null default 0;  -- unix ms
alter table rooms add column changed_by text not null default '';
alter table rooms add column chars integer;                           -- UTF-16 units of the text; null when not known

update rooms set changed_at = coalesce(
    (select updated_at from snapshots where snapshots.room_id = rooms.room_id), created_at);

create index rooms_by_change on rooms (changed_at desc, room_id);

-- Histories that are over: a client or an instance that still has one is not merged into a later room of that name.
create table endings (
    room_id  text    not null,
    epoch    text    not null,
    ended_at integer not null,               -- unix ms
    primary key (room_id, epoch)
) without rowid;
