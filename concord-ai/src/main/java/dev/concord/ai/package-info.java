/**
 * What Concord asks of language models, as three small ports: {@link dev.concord.ai.TextSuggester} proposes text, {@link
 * dev.concord.ai.ToolModel} calls tools, {@link dev.concord.ai.TextEmbedder} turns text into a vector. {@link
 * dev.concord.ai.EditPlanner} drives a tool model to a list of proposed edits, within bounds. Nothing here knows a document or can change
 * one: texts come in, proposals go out.
 */
@NullMarked
package dev.concord.ai;

import org.jspecify.annotations.NullMarked;
