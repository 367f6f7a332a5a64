/** What all connections together may make the server hold that is not complete yet: {@link dev.concord.server.input.InputBudget}. */
@NullMarked
package dev.concord.server.input;

import org.jspecify.annotations.NullMarked;
