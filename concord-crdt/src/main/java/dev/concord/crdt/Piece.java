package dev.concord.crdt;

/**
 * Elements with consecutive counters and the text that they show or showed.
 *
 * @param length number of elements, and of code points in {@code text}
 */
record Piece(String site, long counter, int length, String text) {
    long end() {
        return counter + length;
    }

    /** The elements with counters {@code from} to {@code to - 1}. */
    Piece part(long from, long to) {
        if (from == counter && to == end()) {
            return this;
        }
        int start = text.offsetByCodePoints(0, (int) (from - counter));
        int end = text.offsetByCodePoints(start, (int) (to - from));
        return new Piece(site, from, (int) (to - from), text.substring(start, end));
    }
}
