import org.jspecify.annotations.NullMarked;

/** The messages between clients and servers. */
@NullMarked
module dev.concord.wire {
    requires static org.jspecify;
    requires transitive dev.concord.crdt;
    requires com.fasterxml.jackson.databind;

    exports dev.concord.wire;
}
