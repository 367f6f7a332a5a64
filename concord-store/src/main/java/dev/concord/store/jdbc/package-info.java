/**
 * Rooms in a database. The statements are shared; what a database does in its own way is its
 * {@code Dialect}. {@link dev.concord.store.jdbc.SqliteStore} is the embedded one,
 * {@link dev.concord.store.jdbc.PostgresStore} the one that several servers share.
 */
@NullMarked
package dev.concord.store.jdbc;

import org.jspecify.annotations.NullMarked;
