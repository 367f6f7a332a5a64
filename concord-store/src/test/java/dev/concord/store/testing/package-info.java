/** What the tests of every adapter and of every user of the store share. */
@NullMarked
package dev.concord.store.testing;

import org.jspecify.annotations.NullMarked;
