package dev.concord.yjs;

/** An update asks for more than {@link Bounds} allow. Nothing was changed. Immutable. */
public final class BoundExceededException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String bound;

    BoundExceededException(String bound, long asked, long allowed) {
        super(bound + ": " + asked + " asked, " + allowed + " allowed");
        this.bound = bound;
    }

    /**
     * Which bound it is.
     *
     * @return the name of the component of {@link Bounds}
     */
    public String bound() {
        return bound;
    }
}
