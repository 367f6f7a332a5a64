-- Captured states of rooms. Ids are never given twice, so that a link to a version that is gone leads nowhere.
create table versions (
    id         integer not null primary key autoincrement,
    room_id    text    not null,
    label      text    not null,
    author     text    not null,             -- empty for an automatic one
    automatic  integer not null,             -- 1 when the server captured it at its own time and may forget it
    state      blob    not null,
    crc        integer not null,             -- CRC-32C of op_seq and state
    op_seq     integer not null,             -- the last op that the state contains
    created_at integer not null              -- unix ms
);

create index versions_of_room on versions (room_id, op_seq);
