package dev.concord.bench;

import dev.concord.yjs.TypeKind;
import dev.concord.yjs.YDocument;
import dev.concord.yjs.YOptions;
import dev.concord.yjs.YType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Updates that are made to cost. */
enum YjsHostile {
    ONE_SPOT("2,000 clients at one spot", 2000) {
        @Override
        List<byte[]> updates(int size) {
            List<byte[]> updates = new ArrayList<>();
            for (int i = 1; i <= size; i++) {
                YDocument one = new YDocument(i);
                updates.add(one.edit(() -> one.text("text").insert(0, "x")));
            }
            return updates;
        }
    },
    BACKWARDS("20,000 updates, the last one first", 20_000) {
        @Override
        List<byte[]> updates(int size) {
            List<byte[]> updates = typed(size);
            Collections.reverse(updates);
            return updates;
        }
    },
    CUT_UP("a text of 100,000 units, every second one deleted", 50_000) {
        @Override
        List<byte[]> updates(int size) {
            YDocument one = new YDocument(1);
            List<byte[]> updates = new ArrayList<>();
            updates.add(one.edit(() -> one.text("text").insert(0, "xy".repeat(size))));
            for (int i = 0; i < size; i++) {
                // Written down, because finding the place costs more than is measured here.
                updates.add(deletion(2 * i));
            }
            return updates;
        }
    },
    NESTED("100,000 maps in one another, then deleted", 100_000) {
        @Override
        List<byte[]> updates(int size) {
            YDocument one = new YDocument(1);
            byte[] made = one.edit(() -> {
                YType map = one.map("map");
                for (int i = 0; i < size; i++) {
                    map = map.setType("k", TypeKind.MAP, null);
                }
            });
            return List.of(made, one.edit(() -> one.map("map").remove("k")));
        }
    },
    WALKS("2,000 inserts in one update that each walk along a text", 2000) {
        @Override
        List<byte[]> updates(int size) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            number(out, 2);
            number(out, 1);
            number(out, 7);
            number(out, 0);
            // A text of client 7, then inserts of client 3 in front of it, with another unit each as their right
            // neighbour.
            out.writeBytes(new byte[] {4, 1, 4, 't', 'e', 'x', 't'});
            number(out, size);
            out.writeBytes("x".repeat(size).getBytes(StandardCharsets.US_ASCII));
            number(out, size);
            number(out, 3);
            number(out, 0);
            for (int i = 0; i < size; i++) {
                out.write(0x44);
                number(out, 7);
                number(out, i);
                out.writeBytes(new byte[] {1, 'y'});
            }
            number(out, 0);
            return List.of(out.toByteArray());
        }
    },
    WAITING("20,000 clients that wait for one", 20_000) {
        @Override
        List<byte[]> updates(int size) {
            List<byte[]> updates = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.writeBytes(new byte[] {1, 1});
                number(out, 10 + i);
                // Each writes after another unit of the one.
                out.writeBytes(new byte[] {0, (byte) 0x84, 1});
                number(out, i);
                out.writeBytes(new byte[] {1, 'y', 0});
                updates.add(out.toByteArray());
            }
            YDocument one = new YDocument(1);
            updates.add(one.edit(() -> one.text("text").insert(0, "x".repeat(size))));
            return updates;
        }
    };

    final String title;
    final int size;

    YjsHostile(String title, int size) {
        this.title = title;
        this.size = size;
    }

    /** The updates, in the order in which they come. */
    abstract List<byte[]> updates(int size);

    /** Applies them to a new document. */
    Runnable prepare(int size) {
        List<byte[]> updates = updates(size);
        return () -> {
            YDocument document = new YDocument(9, YOptions.SERVER);
            updates.forEach(document::apply);
            if (document.pendingCount() > 0) {
                throw new IllegalStateException("something still waits");
            }
        };
    }

    private static List<byte[]> typed(int size) {
        YDocument one = new YDocument(1);
        List<byte[]> updates = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            int at = i;
            updates.add(one.edit(() -> one.text("text").insert(at, "x")));
        }
        return updates;
    }

    private static void number(ByteArrayOutputStream out, int value) {
        int rest = value;
        for (; rest > 0x7f; rest >>>= 7) {
            out.write((rest & 0x7f) | 0x80);
        }
        out.write(rest);
    }

    /** An update that deletes one clock of client 1. */
    private static byte[] deletion(int clock) {
        byte[] bytes = {0, 1, 1, 1, (byte) (clock | 0x80), (byte) (clock >> 7 | 0x80), (byte) (clock >> 14), 1};
        return bytes;
    }
}
