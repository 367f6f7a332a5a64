/** A local server that speaks the part of Gemini's REST interface that Concord uses. */
@NullMarked
package dev.concord.testing.ai;

import org.jspecify.annotations.NullMarked;
