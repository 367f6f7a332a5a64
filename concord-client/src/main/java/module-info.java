import org.jspecify.annotations.NullMarked;

/**
 * A client of Concord rooms. Start at {@link dev.concord.client.ConcordSession}. Without {@code java.net.http}, as on Android, leave
 * {@code dev.concord.client.http} out and bring a {@link dev.concord.client.Transport} of your own.
 */
@NullMarked
module dev.concord.client {
    requires static org.jspecify;
    requires transitive dev.concord.crdt;
    requires transitive dev.concord.wire;
    requires java.net.http;

    exports dev.concord.client;
    exports dev.concord.client.file;
    exports dev.concord.client.http;
    exports dev.concord.client.thread;
}
