package dev.concord.server.auth.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.concord.server.auth.Grant;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.User;
import java.text.ParseException;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the claims of a checked token say. */
final class JwtGrant implements Grant {
    private static final int MAX_ID = 128;
    private static final int MAX_NAME = 100;

    private final User user;
    private final RoomRights rights;
    private final Instant expires;
    private final @Nullable String tokenId;
    private final @Nullable Instant issued;

    private JwtGrant(
            User user, RoomRights rights, Instant expires, @Nullable String tokenId, @Nullable Instant issued) {
        this.user = user;
        this.rights = rights;
        this.expires = expires;
        this.tokenId = tokenId;
        this.issued = issued;
    }

    /**
     * Reads the claims.
     *
     * @throws ParseException when one has not the form that it must have
     */
    static JwtGrant of(JWTClaimsSet claims) throws ParseException {
        String id = claims.getSubject();
        Date expires = claims.getExpirationTime();
        if (id == null || expires == null || !isLine(id, MAX_ID)) {
            throw new ParseException("sub or exp is not usable", 0);
        }
        Date issued = claims.getIssueTime();
        return new JwtGrant(
                new User(id, name(claims.getClaim("name")), color(claims.getClaim("color"))),
                new RoomRights(rooms(claims.getClaim("rooms"))),
                expires.toInstant(),
                claims.getJWTID(),
                issued == null ? null : issued.toInstant());
    }

    private static Map<String, Right> rooms(@Nullable Object claim) {
        Map<String, Right> rooms = new HashMap<>();
        if (claim instanceof Map<?, ?> patterns) {
            // What is not a right gives none, also to rooms that a shorter pattern matches.
            patterns.forEach((pattern, right) -> rooms.put(String.valueOf(pattern), Right.of(String.valueOf(right))));
        }
        return rooms;
    }

    private static @Nullable String name(@Nullable Object claim) {
        return claim instanceof String name && isLine(name.strip(), MAX_NAME) ? name.strip() : null;
    }

    private static @Nullable String color(@Nullable Object claim) {
        return claim instanceof String color && color.matches("#[0-9A-Fa-f]{3,8}") ? color : null;
    }

    /** Whether a text is one line of visible length: what is shown to others, and stands in logs. */
    private static boolean isLine(String text, int max) {
        return !text.isEmpty() && text.length() <= max && text.chars().noneMatch(Character::isISOControl);
    }

    @Override
    public User user() {
        return user;
    }

    @Override
    public Right right(String room) {
        return rights.of(room);
    }

    @Override
    public Instant expires() {
        return expires;
    }

    @Override
    public @Nullable String tokenId() {
        return tokenId;
    }

    @Override
    public @Nullable Instant issued() {
        return issued;
    }
}
