-- No foreign keys: a room's rows are removed in the transaction that removes the room, and a check on each op would be
-- paid in the path that every edit waits for.

-- Half-empty pages: a room's row changes with every commit, and finds room for its next version in the same page.
create table rooms (
    room_id    text   not null primary key,
    epoch      text   not null,
    last_seq   bigint not null,              -- of the newest op ever appended; stays when ops are pruned
    created_at bigint not null               -- unix ms
) with (fillfactor = 50);

create table ops (
    room_id text   not null,
    seq     bigint not null,                 -- 1, 2, 3, … in each room
    op      bytea  not null,
    crc     bigint not null,                 -- CRC-32C of seq and op
    primary key (room_id, seq)
);

create table snapshots (
    room_id    text   not null primary key,
    state      bytea  not null,
    crc        bigint not null,              -- CRC-32C of op_seq and state
    op_seq     bigint not null,              -- the last op that the state covers; 0 for none
    updated_at bigint not null               -- unix ms
);

-- States are compressed already.
alter table snapshots alter column state set storage external;

-- The newest batch of each writer and what it was answered, so that a batch whose answer was lost is not stored twice.
create table append_batches (
    writer    text   not null primary key,
    number    bigint not null,
    results   bytea  not null,
    stored_at bigint not null                -- unix ms
) with (fillfactor = 50);
