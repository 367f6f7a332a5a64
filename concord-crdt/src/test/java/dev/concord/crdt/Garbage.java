package dev.concord.crdt;

import java.util.Random;

/** Bytes that look like something: the right frame, and inside it values that are mostly small, sometimes edges, sometimes anything. */
final class Garbage {
    private static final long[] EDGES = {
        0,
        1,
        2,
        3,
        127,
        128,
        255,
        256,
        4095,
        4096,
        1 << 20,
        (1L << 30) - 1,
        1L << 30,
        (1L << 31) - 1,
        1L << 31,
        1L << 32,
        ElementId.MAX_COUNTER - 1,
        ElementId.MAX_COUNTER
    };

    private Garbage() {}

    /** A header and random bytes. */
    static byte[] bytes(Random random, String header) {
        ByteWriter out = new ByteWriter();
        header.chars().forEach(out::raw);
        for (int i = random.nextInt(60); i > 0; i--) {
            out.raw(random.nextInt(3) == 0 ? random.nextInt(256) : random.nextInt(8));
        }
        return out.toBytes();
    }

    /** A stored state with all parts in their places. */
    static byte[] state(Random random) {
        ByteWriter out = header('D');
        out.raw(0);
        int siteCount = random.nextInt(4);
        sites(out, siteCount);
        int runs = random.nextInt(8);
        out.varint(random.nextInt(20) == 0 ? any(random) : runs);
        block(out, text(random, random.nextInt(12)));
        ByteWriter kinds = new ByteWriter();
        for (int i = 0; i < runs; i++) {
            kinds.raw(random.nextInt(random.nextInt(8) == 0 ? 256 : 128));
        }
        block(out, kinds.toBytes());
        for (int column = 0; column < 7; column++) {
            ByteWriter values = new ByteWriter();
            for (int i = random.nextInt(column < 2 ? runs + 1 : 4); i > 0; i--) {
                values.varint(any(random));
            }
            block(out, values.toBytes());
        }
        int inserts = random.nextInt(3);
        out.varint(inserts);
        // Ascending, but for one in a while: a reader gives up at once on others.
        boolean inOrder = random.nextInt(6) > 0;
        long at = 1;
        for (int i = 0; i < inserts; i++) {
            out.varint(siteCount == 0 || inOrder ? 0 : random.nextInt(siteCount));
            at += any(random);
            out.varint(inOrder ? Math.min(at, ElementId.MAX_COUNTER) : any(random));
            int flags = random.nextInt(4);
            out.raw(flags);
            int anchorSite = random.nextInt(siteCount + 1);
            out.varint(anchorSite);
            out.varint(anchorSite == 0 && inOrder ? 0 : any(random));
            if ((flags & 1) != 0) {
                long length = any(random);
                out.varint(length);
                at += length;
            } else {
                int length = 1 + random.nextInt(4);
                block(out, text(random, length));
                at += length;
            }
        }
        int deletes = random.nextInt(3);
        out.varint(deletes);
        at = 1;
        for (int i = 0; i < deletes; i++) {
            out.varint(siteCount == 0 || inOrder ? 0 : random.nextInt(siteCount));
            at += any(random);
            out.varint(inOrder ? Math.min(at, ElementId.MAX_COUNTER) : any(random));
            long length = any(random);
            out.varint(length);
            at += length;
        }
        return out.toBytes();
    }

    static byte[] version(Random random) {
        ByteWriter out = header('V');
        int siteCount = random.nextInt(4);
        sites(out, siteCount, () -> {
            int ranges = random.nextInt(4);
            out.varint(ranges);
            for (int i = 0; i < 2 * ranges; i++) {
                out.varint(any(random));
            }
            int hashes = random.nextInt(3);
            out.varint(hashes);
            for (int i = 0; i < hashes; i++) {
                out.varint(any(random));
                for (int b = 0; b < 8; b++) {
                    out.raw(random.nextInt(256));
                }
            }
        });
        return out.toBytes();
    }

    static byte[] operations(Random random) {
        ByteWriter out = header('O');
        int named = 0;
        for (int i = random.nextInt(10); i > 0; i--) {
            int tag = random.nextInt(256);
            if (named == 0) {
                tag |= OperationWriter.SITE;
            }
            out.raw(tag);
            if ((tag & OperationWriter.SITE) != 0) {
                int site = random.nextInt(named + 1);
                out.varint(site);
                if (site == named) {
                    out.site("s" + named++);
                }
            }
            for (int j = random.nextInt(4); j > 0; j--) {
                out.varint(any(random));
            }
            out.raw(text(random, random.nextInt(4)));
        }
        return out.toBytes();
    }

    /** As many concurrent siblings as possible: two bytes each, and a byte of text. */
    static byte[] siblings(int n) {
        Document document = new Document("r");
        for (int i = n; i > 0; i--) {
            document.apply(new Operation.Insert(new ElementId("s", i), Anchor.after(ElementId.HEAD), "x"));
        }
        return stored(document);
    }

    /** Nested left children. */
    static byte[] nested(int n) {
        Document document = new Document("r");
        document.apply(new Operation.Insert(new ElementId("s", 1), Anchor.after(ElementId.HEAD), "x"));
        for (int i = 2; i <= n; i++) {
            document.apply(new Operation.Insert(new ElementId("s", i), Anchor.before(new ElementId("s", i - 1)), "x"));
        }
        return stored(document);
    }

    /** Inserts of which each waits for something else. */
    static byte[] waiting(int n) {
        Document document = new Document("r");
        for (int i = 1; i <= n; i++) {
            document.apply(new Operation.Insert(new ElementId("s", 2L * i), Anchor.before(new ElementId("t", i)), "x"));
        }
        return stored(document);
    }

    /** Deletes that wait, none beside another. */
    static byte[] deletes(int n) {
        Document document = new Document("r");
        for (int i = 1; i <= n; i++) {
            document.apply(new Operation.Delete(new ElementId("s", 2L * i), 1));
        }
        return stored(document);
    }

    /** Operations that all wait. */
    static byte[] scattered(int n) {
        OperationWriter writer = new OperationWriter();
        for (int i = n; i > 0; i--) {
            writer.write(new Operation.Delete(new ElementId("s", 2L * i), 1));
        }
        return writer.toBytes();
    }

    private static byte[] stored(Document document) {
        ByteWriter out = header('D');
        out.raw(0);
        out.raw(Envelope.unwrap(document.encode()));
        return out.toBytes();
    }

    private static ByteWriter header(char kind) {
        ByteWriter out = new ByteWriter();
        out.raw('C');
        out.raw(kind);
        out.raw(1);
        return out;
    }

    private static void sites(ByteWriter out, int count) {
        sites(out, count, () -> {});
    }

    private static void sites(ByteWriter out, int count, Runnable afterEach) {
        out.varint(count);
        for (int i = 0; i < count; i++) {
            out.site("s" + i);
            afterEach.run();
        }
    }

    private static void block(ByteWriter out, byte[] bytes) {
        out.varint(bytes.length);
        out.raw(bytes);
    }

    private static long any(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> EDGES[random.nextInt(EDGES.length)];
            case 1 -> random.nextInt(300);
            default -> random.nextInt(5);
        };
    }

    private static byte[] text(Random random, int length) {
        byte[] text = new byte[length];
        for (int i = 0; i < length; i++) {
            text[i] = (byte) (random.nextInt(12) == 0 ? random.nextInt(256) : 'a' + random.nextInt(26));
        }
        return text;
    }
}
