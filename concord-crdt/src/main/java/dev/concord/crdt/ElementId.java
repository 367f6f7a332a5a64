package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

/**
 * The identity of one element: the site that made it and that site's counter.
 *
 * <p>Ordered by counter, then by site as ASCII, which is the order of concurrent siblings. Immutable. Comparing costs O(length of the site).
 *
 * @param site 1 to 64 characters of {@code [A-Za-z0-9_-]}, unique per editing session; empty only for {@link #HEAD}
 * @param counter 1 to {@link #MAX_COUNTER}; a site numbers its elements 1, 2, 3 and so on, and a replica also accepts counters with gaps. 0 only
 *     for {@link #HEAD}
 */
public record ElementId(String site, long counter) implements Comparable<ElementId> {
    /** The largest counter, 2^53-1: the integers that JSON and JavaScript carry exactly. */
    public static final long MAX_COUNTER = (1L << 53) - 1;

    /** The root of every document: it precedes all elements and is never visible. */
    public static final ElementId HEAD = new ElementId("", 0);

    /**
     * Checks both fields.
     *
     * @throws InvalidOperationException when the site or the counter is outside its range
     */
    public ElementId {
        if (!(counter == 0 && requireNonNull(site, "site").isEmpty())) {
            Sites.check(requireNonNull(site, "site"));
            if (counter < 1 || counter > MAX_COUNTER) {
                throw new InvalidOperationException("id.counter", "must be 1 to 2^53-1, but is " + counter);
            }
        }
    }

    /**
     * Whether this is {@link #HEAD}.
     *
     * @return true for the head only
     */
    public boolean isHead() {
        return counter == 0;
    }

    @Override
    public int compareTo(ElementId other) {
        int byCounter = Long.compare(counter, requireNonNull(other, "other").counter);
        return byCounter != 0 ? byCounter : site.compareTo(other.site);
    }

    @Override
    public String toString() {
        return isHead() ? "head" : site + ":" + counter;
    }
}
