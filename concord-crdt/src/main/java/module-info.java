import org.jspecify.annotations.NullMarked;

/** A text CRDT for embedding: no dependency, no thread, no clock. Start at {@link dev.concord.crdt.Document}. */
@NullMarked
module dev.concord.crdt {
    requires static org.jspecify;

    exports dev.concord.crdt;
}
