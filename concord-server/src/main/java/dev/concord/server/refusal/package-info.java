/** What the server says when it does not do what was asked, without a word of how that travels. */
@NullMarked
package dev.concord.server.refusal;

import org.jspecify.annotations.NullMarked;
