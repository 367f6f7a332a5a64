/**
 * The store of rooms. {@link dev.concord.store.RoomStore} is the port: rooms named by strings, ops and states as
 * opaque bytes. {@link dev.concord.store.OpLog} is on top of it and turns the appends of all rooms into group commits,
 * so that an edit can be acknowledged once it is durable without paying for a commit of its own.
 *
 * <p>The adapters live in packages of their own: {@code jdbc} for databases, {@code memory} for tests.
 */
@NullMarked
package dev.concord.store;

import org.jspecify.annotations.NullMarked;
