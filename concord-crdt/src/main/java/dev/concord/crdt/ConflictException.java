package dev.concord.crdt;

/**
 * An id arrived a second time with another anchor or another value. Some replica has used an id twice, typically because it restarted
 * under its old site. Nothing was changed: the element keeps its first anchor and value. Immutable.
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
