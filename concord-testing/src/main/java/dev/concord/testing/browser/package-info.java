/** The browser of this machine. */
@NullMarked
package dev.concord.testing.browser;

import org.jspecify.annotations.NullMarked;
