package dev.concord.yjs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.testing.Replica;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A document under the published checks of replicas: the text is a root, and beside every edit of it something happens to a map, an array and
 * XML. The naive model is the judge of text, map and array; states must have equal bytes.
 */
final class YReplica implements Replica<byte[]> {
    private static final YOptions OPTIONS = YOptions.SERVER;

    private final Random random;
    private final List<byte[]> seen;
    private YDocument document;

    YReplica(int number, long seed) {
        this(new Random(seed), new ArrayList<>());
        document = new YDocument(client(number), OPTIONS);
    }

    private YReplica(Random random, List<byte[]> seen) {
        this.random = random;
        this.seen = seen;
    }

    /** In any order relative to the numbers, some above 31 bits; unique, since the number is part of it. */
    private long client(int number) {
        long high = random.nextInt(3) == 0 ? random.nextInt(1 << 20) : random.nextInt(100);
        return (high << 20) + (random.nextInt(1 << 10) << 4) + number;
    }

    @Override
    public List<byte[]> insert(int offset, String text) {
        return edit(() -> root().insert(offset, text));
    }

    @Override
    public List<byte[]> delete(int offset, int length) {
        return edit(() -> root().delete(offset, length));
    }

    private List<byte[]> edit(Runnable edit) {
        List<byte[]> made = new ArrayList<>();
        made.add(document.edit(() -> {
            edit.run();
            if (random.nextInt(2) == 0) {
                somethingElse();
            }
        }));
        seen.addAll(made);
        return made;
    }

    private void somethingElse() {
        YType array = document.root("array");
        YType xml = document.root("xml");
        switch (random.nextInt(8)) {
            case 0 -> document.root("map").set("k" + random.nextInt(3), (long) random.nextInt(100));
            case 1 -> document.root("map").remove("k" + random.nextInt(3));
            case 2, 3 -> array.insertAll(random.nextInt(array.length() + 1), List.of((long) random.nextInt(9), "s"));
            case 4 -> {
                if (array.length() > 0) {
                    array.delete(random.nextInt(array.length()), 1);
                }
            }
            case 5 ->
                xml.insertType(random.nextInt(xml.length() + 1), TypeKind.XML_ELEMENT, "p")
                        .insertType(0, TypeKind.XML_TEXT, null)
                        .insert(0, "in");
            case 6 -> {
                if (xml.length() > 0) {
                    xml.delete(random.nextInt(xml.length()), 1);
                }
            }
            default -> {
                if (xml.length() > 0) {
                    ((YType) xml.elements().get(random.nextInt(xml.length()))).set("a" + random.nextInt(2), "v");
                }
            }
        }
    }

    @Override
    public void receive(byte[] update) {
        if (random.nextInt(3) == 0) {
            byte[] other = Updates.convert(update, UpdateFormat.V1, UpdateFormat.V2);
            byte[] news = document.news(other, UpdateFormat.V2);
            assertEquals(
                    ByteBuffer.wrap(news),
                    ByteBuffer.wrap(document.apply(other, UpdateFormat.V2).news()));
        } else {
            document.apply(update);
        }
        assertTrue(!document.apply(update).isNew(), "an update is new twice");
        seen.add(update);
    }

    @Override
    public String text() {
        return root().text();
    }

    private YType root() {
        return document.root("text");
    }

    /** The bytes of the state when it was loaded once: garbage next to garbage may be in two pieces before, as with Yjs. */
    @Override
    public Object state() {
        YDocument loaded = new YDocument(document.client(), OPTIONS);
        loaded.apply(document.encode());
        return List.of(ByteBuffer.wrap(loaded.encode()), ByteBuffer.wrap(loaded.encode(UpdateFormat.V2)));
    }

    @Override
    public void check() {
        document.checkInvariants();
        NaiveYDocument naive = new NaiveYDocument();
        Set<ByteBuffer> once = new HashSet<>();
        for (byte[] update : seen) {
            if (once.add(ByteBuffer.wrap(update))) {
                naive.apply(update);
            }
        }
        assertEquals(String.join("", naive.sequence("text")), text(), "the naive model's text");
        assertEquals(
                naive.sequence("array"),
                document.root("array").elements().stream()
                        .map(JsJson::stringify)
                        .toList());
        for (int k = 0; k < 3; k++) {
            YType map = document.root("map");
            String value = map.has("k" + k) ? JsJson.stringify(map.get("k" + k)) : null;
            assertEquals(naive.value("map", "k" + k), value, "the naive model's k" + k);
        }
    }

    @Override
    public Replica<byte[]> reload() {
        Object before = state();
        YDocument loaded = new YDocument(document.client(), OPTIONS);
        loaded.apply(document.encode());
        document = loaded;
        assertEquals(before, state(), "a state that was loaded");
        return this;
    }

    @Override
    public Optional<Supplier<Replica<byte[]>>> snapshot() {
        byte[] state = document.encode(UpdateFormat.V2);
        List<byte[]> seenThen = List.copyOf(seen);
        long next = document.client() + (1 << 18) * 4L;
        return Optional.of(() -> {
            YReplica again = new YReplica(random, new ArrayList<>(seenThen));
            again.document = new YDocument(next + random.nextInt(1 << 14) * (1L << 20), OPTIONS);
            again.document.apply(state, UpdateFormat.V2);
            return again;
        });
    }

    @Override
    public boolean catchUp(Replica<byte[]> other) {
        YReplica from = (YReplica) other;
        document.apply(from.document.encode(UpdateFormat.V1, document.stateVector()));
        seen.addAll(from.seen);
        assertTrue(!document.apply(from.document.encode()).isNew(), "still missing something");
        return true;
    }
}
