/** The cluster's ports on Redis, and the only place that knows its client. */
@NullMarked
package dev.concord.server.redis;

import org.jspecify.annotations.NullMarked;
