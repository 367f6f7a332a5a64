package dev.concord.e2e;

import dev.concord.testing.postgres.PostgresForTests;
import java.nio.file.Path;

/** Where a server under test keeps its rooms. */
enum Backend {
    EMBEDDED {
        @Override
        ServerProcess server(Path home) {
            return new ServerProcess(home);
        }
    },
    POSTGRES {
        @Override
        ServerProcess server(Path home) {
            return new ServerProcess(home).with("DATABASE_URL", PostgresForTests.freshDatabase());
        }
    };

    /** A server that is not started yet, on a store of its own. */
    abstract ServerProcess server(Path home);
}
