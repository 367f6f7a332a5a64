package dev.concord.crdt;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers the sites that a document has met, in the order of meeting, and keeps the index of each. */
final class SiteTable {
    private final Runs runs;
    private final Map<String, Integer> numbers = new HashMap<>();
    private String[] names = new String[4];
    private SiteIndex[] indexes = new SiteIndex[4];
    private int size;
    private String lastName = "";
    private int lastNumber = Runs.NO_SITE;

    /** By site: the counter after the highest in the tree. */
    private long[] ends = new long[4];
    /** By site: the first four UTF-16 units of its name, which decide most comparisons without a look at the strings. */
    private long[] prefixes = new long[4];

    SiteTable(Runs runs) {
        this.runs = runs;
    }

    int size() {
        return size;
    }

    /** The number of a site, given to it now when it is new. */
    int intern(String name) {
        return isLast(name) ? lastNumber : internOther(name);
    }

    private int internOther(String name) {
        Integer number = numbers.get(name);
        if (number == null) {
            number = size++;
            if (number == ends.length) {
                names = Arrays.copyOf(names, number * 2);
                indexes = Arrays.copyOf(indexes, number * 2);
                ends = Arrays.copyOf(ends, number * 2);
                prefixes = Arrays.copyOf(prefixes, number * 2);
            }
            numbers.put(name, number);
            names[number] = name;
            indexes[number] = new SiteIndex(runs, number);
            ends[number] = 1;
            prefixes[number] = prefix(name);
        }
        lastName = name;
        lastNumber = number;
        return number;
    }

    /** The number of a site, or {@link Runs#NO_SITE} when it was never met. */
    int find(String name) {
        return isLast(name) ? lastNumber : numbers.getOrDefault(name, Runs.NO_SITE);
    }

    private boolean isLast(String name) {
        return name.equals(lastName) && lastNumber != Runs.NO_SITE;
    }

    String name(int site) {
        return names[site];
    }

    /** Whether the name of a site stands after that of another, as {@link String#compareTo} has it. */
    boolean isAbove(int site, int other) {
        long prefix = prefixes[site];
        long others = prefixes[other];
        return prefix != others ? Long.compareUnsigned(prefix, others) > 0 : names[site].compareTo(names[other]) > 0;
    }

    private static long prefix(String name) {
        long prefix = 0;
        for (int i = 0; i < 4; i++) {
            prefix = prefix << 16 | (i < name.length() ? name.charAt(i) : 0);
        }
        return prefix;
    }

    SiteIndex index(int site) {
        return indexes[site];
    }

    /** The counter after the highest of a site that is in the tree, 1 when there is none: all from there on are new. */
    long end(int site) {
        return ends[site];
    }

    void reached(int site, long end) {
        if (end > ends[site]) {
            ends[site] = end;
        }
    }

    /** The run that holds an element, {@link Runs#HEAD} for the head, -1 when it is not in the tree. */
    int runOf(ElementId id) {
        if (id.isHead()) {
            return Runs.HEAD;
        }
        int site = find(id.site());
        return site == Runs.NO_SITE ? -1 : index(site).find(id.counter());
    }

    /** The id of an element of a run. */
    ElementId id(int run, int at) {
        return run == Runs.HEAD ? ElementId.HEAD : new ElementId(name(runs.site[run]), runs.counter[run] + at);
    }
}
