/** A real Redis. */
@NullMarked
package dev.concord.testing.redis;

import org.jspecify.annotations.NullMarked;
