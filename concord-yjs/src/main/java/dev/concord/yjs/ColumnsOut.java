package dev.concord.yjs;

/** The compressed columns of V2, for writing: the counterparts of {@link Columns}. */
final class ColumnsOut {
    private ColumnsOut() {}

    /** Bytes with the number of their repetitions. The number of the last is left out. */
    static final class Bytes {
        final ByteOut out = new ByteOut();
        private int value = -1;
        private long count;

        void add(int next) {
            if (value == next) {
                count++;
                return;
            }
            if (count > 0) {
                out.varUint(count - 1);
            }
            count = 1;
            out.raw(next);
            value = next;
        }
    }

    /** Integers; a minus says that the number of repetitions follows. */
    static final class Integers {
        final ByteOut out = new ByteOut();
        private long value;
        private long count;

        void add(long next) {
            if (value == next) {
                count++;
                return;
            }
            end();
            count = 1;
            value = next;
        }

        void end() {
            if (count > 0) {
                out.varInt(value, count > 1);
                if (count > 1) {
                    out.varUint(count - 2);
                }
            }
        }
    }

    /** Differences; the lowest bit says that the number of repetitions follows. */
    static final class Differences {
        final ByteOut out = new ByteOut();
        private long value;
        private long difference;
        private long count;

        void add(long next) {
            if (next - value == difference) {
                value = next;
                count++;
                return;
            }
            end();
            count = 1;
            difference = next - value;
            value = next;
        }

        void end() {
            if (count > 0) {
                out.varInt(2 * difference + (count > 1 ? 1 : 0));
                if (count > 1) {
                    out.varUint(count - 2);
                }
            }
        }
    }
}
