package dev.concord.server.room;

/** What applying an op would do. */
enum Outcome {
    APPLIED,
    DUPLICATE,
    PENDING
}
