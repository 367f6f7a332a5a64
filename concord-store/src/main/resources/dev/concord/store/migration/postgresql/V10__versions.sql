-- Captured states of rooms.
create table versions (
    id         bigint   not null generated always as identity primary key,
    room_id    text     not null,
    label      text     not null,
    author     text     not null,            -- empty for an automatic one
    automatic  smallint not null,            -- 1 when the server captured it at its own time and may forget it
    state      bytea    not null,
    crc        bigint   not null,            -- CRC-32C of op_seq and state
    op_seq     bigint   not null,            -- the last op that the state contains
    created_at bigint   not null             -- unix ms
);

-- States are compressed already.
alter table versions alter column state set storage external;

create index versions_of_room on versions (room_id, op_seq);
