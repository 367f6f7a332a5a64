/** Sessions on a thread of their own, for programs without an event thread. */
@NullMarked
package dev.concord.client.thread;

import org.jspecify.annotations.NullMarked;
