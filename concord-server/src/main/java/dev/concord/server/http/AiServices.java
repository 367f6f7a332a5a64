package dev.concord.server.http;

import dev.concord.server.ai.Copilot;
import dev.concord.server.ai.EditRuns;
import dev.concord.server.search.Search;

/**
 * What requests about models and search are answered from.
 *
 * @param copilot proposes text
 * @param runs plans edits, and applies or declines them
 * @param search finds rooms
 */
public record AiServices(Copilot copilot, EditRuns runs, Search search) {}
