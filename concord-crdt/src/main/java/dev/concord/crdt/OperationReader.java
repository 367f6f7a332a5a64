package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the binary form of operations, see docs/FORMAT.md. Pass it to {@link Document#apply(OperationReader)} to apply them without making
 * objects of them, or take them with {@link #next}. Each costs O(its length). Not thread-safe.
 */
public final class OperationReader {
    private static final String[] ASCII = new String[0x80];

    static {
        for (int c = 0; c < ASCII.length; c++) {
            ASCII[c] = String.valueOf((char) c);
        }
    }

    private static final int NONE = -1;

    private final ByteReader in;
    private String[] sites = new String[4];
    private long[] next = new long[4];
    private int siteCount;
    private int lastSite = -1;
    /** The site of the anchor that was read last, NONE for the head. */
    private int lastAnchorSite = NONE;
    /** The numbers that the sites have in the document to which the operations go. */
    private int[] numbers = {};

    private int numbered;
    private @Nullable SiteTable numberedIn;
    private long focus = 1;

    /** The fields of the operation that was read last. */
    long counter;

    int length;
    boolean isDelete;
    /** Whether it is known to be an insert of one ASCII character {@code after} the one before it of the same site. */
    boolean isTyped;

    String value = "";
    long anchorCounter;
    Side anchorSide = Side.AFTER;

    /**
     * A reader at the beginning of a stream.
     *
     * @param bytes from an {@link OperationWriter}; not copied, so they must not change while they are read
     * @throws MalformedStateException when the bytes do not begin such a stream, or one of an unknown version
     */
    public OperationReader(byte[] bytes) {
        in = new ByteReader(requireNonNull(bytes, "bytes"));
        in.expect('C', "not a stream of operations");
        in.expect('O', "not a stream of operations");
        in.expectVersion(OperationWriter.VERSION, "operations");
    }

    /**
     * Whether another operation follows.
     *
     * @return false at the end of the stream
     */
    public boolean hasNext() {
        return in.remaining() > 0;
    }

    /**
     * The next operation.
     *
     * @return the operation
     * @throws MalformedStateException when the bytes at this position are not an operation, or the stream has ended; the reader does not move
     */
    public Operation next() {
        advance();
        OperationList one = new OperationList();
        String site = sites[lastSite];
        String anchorSite = lastAnchorSite == NONE ? "" : sites[lastAnchorSite];
        if (isDelete) {
            one.delete(site, counter, length);
        } else {
            one.insert(site, counter, length, value, anchorSite, anchorCounter, anchorSide);
        }
        return one.list().get(0);
    }

    /** Reads the next operation, which is well formed then, into the fields. */
    void advance() {
        int at = in.at();
        int introduced = siteCount;
        int site = lastSite;
        int anchorSite = lastAnchorSite;
        try {
            read();
        } catch (MalformedStateException e) {
            in.moveTo(at);
            siteCount = introduced;
            lastSite = site;
            lastAnchorSite = anchorSite;
            throw e;
        }
    }

    private void read() {
        int tag = in.raw();
        if (tag == OperationWriter.TYPED && lastSite >= 0 && next[lastSite] > 1) {
            readTyped();
            return;
        }
        isTyped = false;
        if ((tag & OperationWriter.SITE) != 0) {
            lastSite = siteNumber(in.varint());
        } else if (lastSite < 0) {
            throw new MalformedStateException("the first operation names no site");
        }
        isDelete = (tag & OperationWriter.DELETE) != 0;
        if (isDelete) {
            readDelete(tag);
        } else {
            readInsert(tag);
        }
    }

    /** The number of the operation's site in a document. */
    int siteIn(SiteTable table) {
        return number(lastSite, table);
    }

    /** The number of the site of the insert's anchor in a document, {@link Runs#NO_SITE} for the head. */
    int anchorSiteIn(SiteTable table) {
        return lastAnchorSite == NONE ? Runs.NO_SITE : number(lastAnchorSite, table);
    }

    private int number(int ofSite, SiteTable table) {
        if (table != numberedIn || ofSite >= numbered) {
            if (table != numberedIn) {
                numberedIn = table;
                numbered = 0;
            }
            numbers = Arrays.copyOf(numbers, sites.length);
            while (numbered < siteCount) {
                numbers[numbered] = table.intern(sites[numbered]);
                numbered++;
            }
        }
        return numbers[ofSite];
    }

    private void readDelete(int tag) {
        counter = focus + in.zigzag();
        long elements = (tag & OperationWriter.LENGTH) != 0 ? in.varint() + 2 : 1;
        if (elements > Document.MAX_ELEMENTS || tag >>> OperationWriter.ANCHOR_SHIFT != 0) {
            throw new MalformedStateException("a delete of " + elements + " elements, or an unknown kind");
        }
        length = (int) elements;
        checkCounters();
        focus = counter - 1;
    }

    /** Reads the commonest insert, an ASCII character {@code after} the one before it of the same site. */
    private void readTyped() {
        counter = next[lastSite];
        length = 1;
        value = ascii(in.raw());
        isTyped = true;
        isDelete = false;
        anchorSide = Side.AFTER;
        lastAnchorSite = lastSite;
        anchorCounter = counter - 1;
        checkCounters();
        next[lastSite] = counter + 1;
        focus = counter;
    }

    private void readInsert(int tag) {
        int own = lastSite;
        counter = next[own];
        if ((tag & OperationWriter.COUNTER) != 0) {
            counter += in.zigzag();
        }
        int anchor = (tag >>> OperationWriter.ANCHOR_SHIFT) & 3;
        anchorSide = anchor == OperationWriter.ANCHOR_BEFORE ? Side.BEFORE : Side.AFTER;
        if (anchor == OperationWriter.ANCHOR_PREVIOUS) {
            lastAnchorSite = own;
            anchorCounter = counter - 1;
        } else if (anchor == OperationWriter.ANCHOR_HEAD) {
            lastAnchorSite = NONE;
            anchorCounter = 0;
        } else {
            long number = in.varint();
            lastAnchorSite = number == 0 ? own : siteNumber(number - 1);
            anchorCounter = counter + in.zigzag();
        }
        int size = tag >>> OperationWriter.SIZE_SHIFT;
        if (size == 1) {
            value = ascii(in.raw());
            length = 1;
        } else {
            value = (size == 0 ? in.block() : in.block(size)).utf8();
            length = value.codePointCount(0, value.length());
        }
        boolean anchored =
                anchor == OperationWriter.ANCHOR_HEAD || (anchorCounter >= 1 && anchorCounter <= ElementId.MAX_COUNTER);
        if (length < 1 || !anchored) {
            throw new MalformedStateException("an insert without text, or with an impossible anchor");
        }
        checkCounters();
        boolean onItself = anchorCounter >= counter
                && anchorCounter < counter + length
                && lastAnchorSite != NONE
                && sites[lastAnchorSite].equals(sites[own]);
        if (onItself) {
            throw new MalformedStateException("an insert that hangs on itself");
        }
        next[own] = counter + length;
        focus = counter + length - 1;
    }

    private void checkCounters() {
        if (counter < 1 || counter > ElementId.MAX_COUNTER - length + 1) {
            throw new MalformedStateException("a counter of " + counter + " is outside 1 to 2^53-1");
        }
    }

    private static String ascii(int b) {
        if (b >= 0x80) {
            throw new MalformedStateException("text is not UTF-8");
        }
        return ASCII[b];
    }

    private int siteNumber(long number) {
        if (number > siteCount) {
            throw new MalformedStateException("site " + number + " was not introduced");
        }
        if (number == siteCount) {
            if (siteCount == sites.length) {
                sites = Arrays.copyOf(sites, siteCount * 2);
                next = Arrays.copyOf(next, siteCount * 2);
            }
            sites[siteCount] = in.site();
            next[siteCount] = 1;
            siteCount++;
        }
        return (int) number;
    }
}
