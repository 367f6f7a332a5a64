package dev.concord.bench;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The JavaScript libraries for tests, installed once; a test that cannot have them is skipped, or fails with concord.require=all. */
final class NodePeers {
    private static final List<String> ONCE = List.of("0", "0");

    private NodePeers() {}

    static List<Peer> orSkip() throws IOException {
        try {
            Path directory = NodePeer.install(Path.of("target", "peers").toAbsolutePath(), System.err);
            return List.of(NodePeer.of("yjs", directory, ONCE), NodePeer.of("json-joy", directory, ONCE));
        } catch (NodePeer.UnavailableException e) {
            String missing = "Yjs and json-joy cannot be had: " + e.getMessage();
            return System.getProperty("concord.require", "").equals("all") ? fail(missing) : abort(missing);
        }
    }
}
