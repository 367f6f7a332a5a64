package dev.concord.crdt;

import org.jspecify.annotations.Nullable;

/**
 * What the engine throws when it refuses something: the root of its exceptions. Whatever method threw it, the document is what it was, to the
 * byte of its encoded state. (Null arguments give a {@link NullPointerException} that names the parameter; it changes nothing either.)
 * Immutable.
 */
public abstract sealed class CrdtException extends RuntimeException
        permits ConflictException, InvalidOperationException, MalformedStateException {
    private static final long serialVersionUID = 1L;

    CrdtException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
