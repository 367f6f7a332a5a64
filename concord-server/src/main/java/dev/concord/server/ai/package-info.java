/**
 * What models do for a room: {@link dev.concord.server.ai.Copilot} proposes text, {@link dev.concord.server.ai.EditRuns} has edits planned and
 * carries the decision about them out. Both propose; what reaches a document goes through the room like anybody's edit.
 */
@NullMarked
package dev.concord.server.ai;

import org.jspecify.annotations.NullMarked;
