/**
 * The one place where the shape of a message is written down in Java: {@link dev.concord.wire.Message} and its JSON form,
 * {@link dev.concord.wire.WireCodec}. Types and (de)serialisation, no behaviour.
 */
@NullMarked
package dev.concord.wire;

import org.jspecify.annotations.NullMarked;
