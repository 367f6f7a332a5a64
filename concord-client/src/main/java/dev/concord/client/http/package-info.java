/** WebSockets by {@code java.net.http}. The only package that needs it: leave it out where that is missing. */
@NullMarked
package dev.concord.client.http;

import org.jspecify.annotations.NullMarked;
