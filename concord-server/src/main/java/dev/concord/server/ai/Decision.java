package dev.concord.server.ai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a run.
 *
 * @param state applied or declined
 * @param version the version that was captured before, null when none was
 * @param operations how many ordinary operations were made
 * @param ids their elements, as {@code site:counter+length}
 */
public record Decision(String state, @Nullable Long version, int operations, List<String> ids) {}
