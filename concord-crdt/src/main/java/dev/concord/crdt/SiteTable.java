package dev.concord.crdt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Numbers the sites that a document has met, in the order of meeting, and keeps the index of each. */
final class SiteTable {
    private final Runs runs;
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<SiteIndex> indexes = new ArrayList<>();
    private String lastName = "";
    private int lastNumber = Runs.NO_SITE;

    /** By site: the counter behind the highest in the tree. */
    private long[] ends = new long[4];

    SiteTable(Runs runs) {
        this.runs = runs;
    }

    int size() {
        return names.size();
    }

    /** The number of a site, given to it now when it is new. */
    int intern(String name) {
        if (name.equals(lastName) && lastNumber != Runs.NO_SITE) {
            return lastNumber;
        }
        Integer number = numbers.get(name);
        if (number == null) {
            number = names.size();
            numbers.put(name, number);
            names.add(name);
            indexes.add(new SiteIndex(runs, number));
            if (number == ends.length) {
                ends = Arrays.copyOf(ends, number * 2);
            }
            ends[number] = 1;
        }
        lastName = name;
        lastNumber = number;
        return number;
    }

    /** The number of a site, or {@link Runs#NO_SITE} when it was never met. */
    int find(String name) {
        return numbers.getOrDefault(name, Runs.NO_SITE);
    }

    String name(int site) {
        return names.get(site);
    }

    SiteIndex index(int site) {
        return indexes.get(site);
    }

    /** The counter behind the highest of a site that is in the tree, 1 when there is none: all from there on are new. */
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
