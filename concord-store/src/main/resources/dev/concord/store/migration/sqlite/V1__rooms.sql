-- No foreign keys: a room's rows are removed in the transaction that removes the room, and a check on each op would be
-- paid in the path that every edit waits for.

create table rooms (
    room_id    text    not null primary key,
    epoch      text    not null,
    last_seq   integer not null,             -- of the newest op ever appended; stays when ops are pruned
    created_at integer not null              -- unix ms
) without rowid;

create table ops (
    room_id text    not null,
    seq     integer not null,                -- 1, 2, 3, … in each room
    op      blob    not null,
    crc     integer not null,                -- CRC-32C of seq and op
    primary key (room_id, seq)
) without rowid;

create table snapshots (
    room_id    text    not null primary key,
    state      blob    not null,
    crc        integer not null,             -- CRC-32C of op_seq and state
    op_seq     integer not null,             -- the last op that the state covers; 0 for none
    updated_at integer not null              -- unix ms
);

-- The newest batch of each writer and what it was answered, so that a batch whose answer was lost is not stored twice.
create table append_batches (
    writer    text    not null primary key,
    number    integer not null,
    results   blob    not null,
    stored_at integer not null               -- unix ms
) without rowid;
