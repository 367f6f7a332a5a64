package dev.concord.server;

import dev.concord.server.auth.Access;
import dev.concord.server.auth.AccessLists;
import dev.concord.server.auth.Authorizer;
import dev.concord.server.auth.Right;
import dev.concord.server.auth.admin.Administration;
import dev.concord.server.auth.jwt.JwtAuthorizer;
import dev.concord.server.auth.jwt.OwnTokens;
import dev.concord.server.config.AuthConfig;
import dev.concord.store.AccessRows;
import dev.concord.store.StoreException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what decides who may do what, by what is configured. */
final class RightsParts {
    /** How long the first link of an administrator lasts. */
    static final Duration ADMINISTRATOR = Duration.ofDays(366);
    /** Rights to everything. */
    static final Map<String, Right> EVERYTHING = Map.of("*", Right.ADMIN);

    private static final Logger LOG = LoggerFactory.getLogger(RightsParts.class);

    private final Access access;
    private final @Nullable JwtAuthorizer authorizer;
    private final @Nullable AccessLists lists;
    private final @Nullable Administration administration;
    private final @Nullable String firstKey;
    private final AtomicBoolean refreshing = new AtomicBoolean();

    /** Reads the store, so it blocks. */
    RightsParts(AuthConfig config, AccessRows rows, Executor io) {
        if (config.mode() == AuthConfig.Mode.NONE) {
            access = new Access(Authorizer.OPEN);
            authorizer = null;
            lists = null;
            administration = null;
            firstKey = null;
            return;
        }
        byte[] proposed = new byte[OwnTokens.KEY_BYTES];
        new SecureRandom().nextBytes(proposed);
        byte[] key = rows.key(OwnTokens.KEY_NAME, proposed);
        OwnTokens own = new OwnTokens(key, Clock.systemUTC());
        AccessLists known = new AccessLists(rows);
        known.refresh();
        lists = known;
        authorizer = authorizer(config, own, io);
        access = new Access(
                authorizer, known, Access.Source.valueOf(config.source().name()));
        administration = new Administration(known, own, io);
        boolean first = Arrays.equals(key, proposed);
        firstKey = first && config.mode() == AuthConfig.Mode.LINKS
                ? own.open(EVERYTHING, ADMINISTRATOR).text()
                : null;
    }

    private static JwtAuthorizer authorizer(AuthConfig config, OwnTokens own, Executor io) {
        if (config.mode() == AuthConfig.Mode.LINKS) {
            return JwtAuthorizer.ofLinks(own);
        }
        return config.keys() == null
                ? JwtAuthorizer.ofSecret(
                        config.secret().value(), own, config.issuer(), config.audience(), Clock.systemUTC())
                : JwtAuthorizer.ofPublished(config.keys(), own, config.issuer(), config.audience(), io);
    }

    Access access() {
        return access;
    }

    @Nullable
    Administration administration() {
        return administration;
    }

    @Nullable
    String firstKey() {
        return firstKey;
    }

    /** Begins to read the keys of tokens again, if they are published somewhere. */
    void refreshKeys() {
        if (authorizer != null) {
            authorizer.refresh();
        }
    }

    /** Reads what other servers have decided; blocks. */
    void refresh() {
        if (lists == null || !refreshing.compareAndSet(false, true)) {
            return;
        }
        try {
            lists.refresh();
        } catch (StoreException away) {
            LOG.debug("who may do what could not be read, trying again: {}", away.toString());
        } finally {
            refreshing.set(false);
        }
    }
}
