-- Edits that a model proposed, until somebody decides.
create table ai_runs (
    run_id        text    not null primary key,
    room_id       text    not null,
    epoch         text    not null,
    author        text    not null,
    instruction   text    not null,
    summary       text    not null,
    edits         text    not null,             -- JSON, pinned to element ids
    state         text    not null,             -- PENDING, APPLYING, APPLIED, DECLINED or STALE
    created_at    integer not null,             -- unix ms
    expires_at    integer not null,             -- unix ms
    claimed_until integer not null              -- unix ms; a run that is being applied may be taken over then
) without rowid;

create index ai_runs_of_room on ai_runs (room_id, state, created_at);
create index ai_runs_expiry on ai_runs (expires_at);

-- One vector for each room, of its newest snapshot.
create table doc_embeddings (
    room_id    text    not null primary key,
    embedding  blob,                            -- 768 floats, little-endian; null when there is nothing to embed
    model      text    not null,
    op_seq     integer not null,                -- of the snapshot that was embedded
    updated_at integer not null                 -- unix ms
);
