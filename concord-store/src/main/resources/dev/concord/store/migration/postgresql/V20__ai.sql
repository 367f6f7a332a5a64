-- Edits that a model proposed, until somebody decides.
create table ai_runs (
    run_id        text   not null primary key,
    room_id       text   not null,
    epoch         text   not null,
    author        text   not null,
    instruction   text   not null,
    summary       text   not null,
    edits         text   not null,              -- JSON, pinned to element ids
    state         text   not null,              -- PENDING, APPLYING, APPLIED, DECLINED or STALE
    created_at    bigint not null,              -- unix ms
    expires_at    bigint not null,              -- unix ms
    claimed_until bigint not null               -- unix ms; a run that is being applied may be taken over then
);

create index ai_runs_of_room on ai_runs (room_id, state, created_at);
create index ai_runs_expiry on ai_runs (expires_at);

-- One vector for each room, of its newest snapshot. The column becomes vector(768) with an HNSW index when the server starts on
-- a database that has the extension pgvector.
create table doc_embeddings (
    room_id    text   not null primary key,
    embedding  real[],                          -- null when there is nothing to embed
    model      text   not null,
    op_seq     bigint not null,                 -- of the snapshot that was embedded
    updated_at bigint not null                  -- unix ms
);
