/** Sentence embeddings inside the JVM, found by {@code ServiceLoader}: {@link dev.concord.ai.minilm.MiniLm}. */
@NullMarked
package dev.concord.ai.minilm;

import org.jspecify.annotations.NullMarked;
