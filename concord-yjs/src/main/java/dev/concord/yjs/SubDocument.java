package dev.concord.yjs;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A reference to another document. What is in that one, and where it is found, is the application's matter. Immutable as far as its options
 * are.
 *
 * @param guid names the document
 * @param options what the application keeps with the reference, among them {@code gc}, {@code autoLoad} and {@code meta}
 */
public record SubDocument(String guid, Map<String, @Nullable Object> options) {}
