/** A local server that speaks the part of Gemini's REST interface that Concord uses. */
package dev.concord.ai.testing;
