/** Automerge on the JVM, measured in the same way as Concord. */
@NullMarked
package dev.concord.bench.automerge;

import org.jspecify.annotations.NullMarked;
