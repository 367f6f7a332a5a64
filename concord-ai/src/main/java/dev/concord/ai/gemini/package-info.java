/** The adapter for Google's Gemini: {@link dev.concord.ai.gemini.Gemini} is all three ports. */
@NullMarked
package dev.concord.ai.gemini;

import org.jspecify.annotations.NullMarked;
