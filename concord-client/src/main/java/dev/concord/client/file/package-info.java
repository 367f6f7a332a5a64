/** Unacknowledged edits in a file. */
@NullMarked
package dev.concord.client.file;

import org.jspecify.annotations.NullMarked;
