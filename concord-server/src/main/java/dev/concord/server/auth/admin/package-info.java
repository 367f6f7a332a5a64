/** What administrators of rooms and operators do about rights. */
@NullMarked
package dev.concord.server.auth.admin;

import org.jspecify.annotations.NullMarked;
