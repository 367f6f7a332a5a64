/** WebSockets of {@code java.net.http}. No other package needs {@code java.net.http}: leave this one out on platforms without it. */
@NullMarked
package dev.concord.client.http;

import org.jspecify.annotations.NullMarked;
