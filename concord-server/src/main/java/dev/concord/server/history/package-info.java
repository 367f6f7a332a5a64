/**
 * The history of rooms: captured versions, what differs between them, going back to one, and how one became another. It reads what is
 * stored, and changes a room only by an ordinary edit.
 */
@NullMarked
package dev.concord.server.history;

import org.jspecify.annotations.NullMarked;
