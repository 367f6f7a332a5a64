package dev.concord.yjs;

/**
 * How a document behaves. Immutable.
 *
 * @param bounds what it takes from others at most
 * @param collectsGarbage whether the content of what is deleted goes. Peers must agree on nothing here; without it, snapshots can be read
 * @param cleansFormats whether formats that say nothing any more are deleted after changes by others, as clients do for the texts that they
 *     declared ({@link YDocument#text}) and for all text in XML. Servers leave it to the clients
 */
public record YOptions(Bounds bounds, boolean collectsGarbage, boolean cleansFormats) {
    /** As a client: collects and cleans. */
    public static final YOptions CLIENT = new YOptions(Bounds.DEFAULT, true, true);

    /** As a server: collects, and adds nothing of its own. */
    public static final YOptions SERVER = new YOptions(Bounds.DEFAULT, true, false);

    /**
     * The same with other bounds.
     *
     * @param others the bounds
     * @return options with them
     */
    public YOptions with(Bounds others) {
        return new YOptions(others, collectsGarbage, cleansFormats);
    }

    /**
     * The same without garbage collection.
     *
     * @return options with which deleted content stays
     */
    public YOptions keepingDeleted() {
        return new YOptions(bounds, false, cleansFormats);
    }
}
