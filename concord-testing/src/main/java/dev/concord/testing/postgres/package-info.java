/** A real PostgreSQL, with pgvector where a test needs it. */
@NullMarked
package dev.concord.testing.postgres;

import org.jspecify.annotations.NullMarked;
