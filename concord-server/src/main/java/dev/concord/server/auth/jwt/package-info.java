/** Tokens in the form of JWT (RFC 7519), checked with keys of the operator. */
@NullMarked
package dev.concord.server.auth.jwt;

import org.jspecify.annotations.NullMarked;
