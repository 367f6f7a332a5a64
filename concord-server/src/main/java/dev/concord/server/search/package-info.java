/**
 * Finding rooms by meaning: {@link dev.concord.server.search.EmbeddingIndex} keeps their vectors up to date,
 * {@link dev.concord.server.search.Search} queries them.
 */
@NullMarked
package dev.concord.server.search;

import org.jspecify.annotations.NullMarked;
