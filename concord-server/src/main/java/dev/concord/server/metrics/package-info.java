/** What an operator can watch, as Prometheus text. */
@NullMarked
package dev.concord.server.metrics;

import org.jspecify.annotations.NullMarked;
