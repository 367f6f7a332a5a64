/** A network that breaks on demand. */
@NullMarked
package dev.concord.testing.network;

import org.jspecify.annotations.NullMarked;
