package dev.concord.crdt;

/**
 * An id arrived a second time with another anchor or another value. Some site used an id twice, typically by starting again
 * under its old site name. Nothing was changed; the first meaning stands. Immutable.
 */
public final class ConflictException extends CrdtException {
    private static final long serialVersionUID = 1L;

    private final ElementId id;

    ConflictException(ElementId id, String problem) {
        super(id + ": " + problem, null);
        this.id = id;
    }

    /**
     * The element that has two meanings.
     *
     * @return its id
     */
    public ElementId id() {
        return id;
    }
}
