import org.jspecify.annotations.NullMarked;

/** Documents compatible with Yjs for embedding: no dependency, no thread, no clock. Start at {@link dev.concord.yjs.YDocument}. */
@NullMarked
module dev.concord.yjs {
    requires static org.jspecify;

    exports dev.concord.yjs;
    exports dev.concord.yjs.protocol;
}
