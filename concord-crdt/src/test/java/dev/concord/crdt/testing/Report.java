package dev.concord.crdt.testing;

/**
 * What was tried without a failure.
 *
 * @param seeds sessions
 * @param edits local inserts and deletes
 * @param deliveries messages that a replica took, duplicates included
 * @param dropped messages that were lost on the way and had to be sent again
 * @param duplicated messages that came twice
 * @param partitions times at which the network fell into two halves
 * @param reloads orderly restarts
 * @param crashes restarts from an older snapshot
 * @param merges times one replica caught up with another without messages
 */
public record Report(
        long seeds,
        long edits,
        long deliveries,
        long dropped,
        long duplicated,
        long partitions,
        long reloads,
        long crashes,
        long merges) {

    static final Report NONE = new Report(0, 0, 0, 0, 0, 0, 0, 0, 0);

    Report plus(Report other) {
        return new Report(
                seeds + other.seeds,
                edits + other.edits,
                deliveries + other.deliveries,
                dropped + other.dropped,
                duplicated + other.duplicated,
                partitions + other.partitions,
                reloads + other.reloads,
                crashes + other.crashes,
                merges + other.merges);
    }

    @Override
    public String toString() {
        return seeds + " seeds, " + edits + " edits, " + deliveries + " deliveries (" + dropped + " dropped, "
                + duplicated + " duplicated), " + partitions + " partitions, " + reloads + " reloads, " + crashes
                + " crashes, " + merges + " merges";
    }
}
