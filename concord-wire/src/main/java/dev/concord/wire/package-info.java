/**
 * The messages between clients and servers, {@link dev.concord.wire.Message}, and their JSON form, {@link dev.concord.wire.WireCodec}; the
 * rules for room names, {@link dev.concord.wire.RoomId}, and for texts, {@link dev.concord.wire.RoomText}.
 */
@NullMarked
package dev.concord.wire;

import org.jspecify.annotations.NullMarked;
