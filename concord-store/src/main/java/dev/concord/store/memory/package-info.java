/** A store without a disk, for tests and for trials. */
@NullMarked
package dev.concord.store.memory;

import org.jspecify.annotations.NullMarked;
