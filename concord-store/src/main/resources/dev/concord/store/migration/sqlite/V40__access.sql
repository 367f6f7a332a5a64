-- Who may do what, as administrators of rooms and operators have decided. A row that does not count any more has an empty
-- value, so that servers that follow the revisions notice; it is removed after a day.
create table access (
    kind       text    not null,             -- RIGHT of a user, LINK, TOKEN or USER that is revoked
    room_id    text    not null,             -- empty for what concerns the whole server
    subject    text    not null,             -- a user, or the id of a link or token
    value      text    not null,
    expires_at integer not null,             -- unix ms, from when on the row need not be known; 0 for never
    changed_by text    not null,
    changed_at integer not null,             -- unix ms
    revision   integer not null,             -- rises with every change, in the order of the commits
    primary key (kind, room_id, subject)
) without rowid;

create index access_by_revision on access (revision);

create table access_revision (
    id       integer not null primary key,
    revision integer not null
);

insert into access_revision (id, revision) values (1, 0);

-- Keys that the server makes for itself.
create table access_keys (
    name       text    not null primary key,
    bytes      blob    not null,
    created_at integer not null              -- unix ms
) without rowid;
