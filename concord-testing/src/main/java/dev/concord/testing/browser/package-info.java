/** The browser of this machine, files for it, tests that are written in JavaScript, and the least that a server may be. */
@NullMarked
package dev.concord.testing.browser;

import org.jspecify.annotations.NullMarked;
