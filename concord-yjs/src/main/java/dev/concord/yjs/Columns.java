package dev.concord.yjs;

/** The compressed columns of V2, for reading. Each repeats values, without an end: nothing may be counted by them. */
final class Columns {
    private Columns() {}

    /** Bytes with the number of their repetitions; the last value repeats for ever. */
    static final class Bytes {
        private final ByteIn in;
        private int value;
        private long left;

        Bytes(ByteIn in) {
            this.in = in;
        }

        int next() {
            if (left == 0) {
                value = in.raw();
                left = in.hasNext() ? in.varUint() + 1 : -1;
            }
            left--;
            return value;
        }
    }

    /** Integers, each with its repetitions when its sign says so; -0 has a sign. */
    static final class Integers {
        private final ByteIn in;
        private long value;
        private long left;

        Integers(ByteIn in) {
            this.in = in;
        }

        long next() {
            if (left == 0) {
                value = in.varInt();
                left = 1;
                if (in.negative) {
                    value = -value;
                    left = in.varUint() + 2;
                }
            }
            left--;
            return value;
        }
    }

    /** Differences, each with its repetitions when its lowest bit says so. */
    static final class Differences {
        private final ByteIn in;
        private long value;
        private long difference;
        private long left;

        Differences(ByteIn in) {
            this.in = in;
        }

        long next() {
            if (left == 0) {
                long read = in.doubledDifference();
                difference = read >> 1;
                left = (read & 1) != 0 ? in.varUint() + 2 : 1;
            }
            left--;
            value += difference;
            if (value < 0 || value > ByteIn.MAX) {
                throw in.fault("a clock outside of 0 to 2^53-1: " + value);
            }
            return value;
        }
    }
}
