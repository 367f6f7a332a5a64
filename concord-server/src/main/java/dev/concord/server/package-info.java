/** The server's entry ({@link dev.concord.server.Main}) and composition root ({@link dev.concord.server.ConcordServer}). */
@NullMarked
package dev.concord.server;

import org.jspecify.annotations.NullMarked;
