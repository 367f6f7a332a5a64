/** What the tests of several modules share. Knows no other module of Concord. */
@NullMarked
package dev.concord.testing;

import org.jspecify.annotations.NullMarked;
