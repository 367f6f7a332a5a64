/** What an operator can set: {@link dev.concord.server.config.Config} from the environment, and all {@link dev.concord.server.config.Limits}. */
@NullMarked
package dev.concord.server.config;

import org.jspecify.annotations.NullMarked;
