/**
 * Who asks, and what they may do: {@link dev.concord.server.auth.Authorizer} names the user and the rights of whoever presents a token,
 * {@link dev.concord.server.auth.Access} combines them with what the store says, and every route and frame asks
 * {@link dev.concord.server.auth.Caller}.
 */
@NullMarked
package dev.concord.server.auth;

import org.jspecify.annotations.NullMarked;
