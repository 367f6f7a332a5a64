package dev.concord.yjs;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Numbers the keys and names of a document. */
final class Names {
    private final Map<String, Integer> numbers = new HashMap<>();
    private String[] names = new String[4];
    private byte[][] encoded = new byte[4][];
    private int size;

    int intern(String name) {
        Integer known = numbers.get(name);
        if (known != null) {
            return known;
        }
        int number = size++;
        if (number == names.length) {
            names = Arrays.copyOf(names, 2 * number);
            encoded = Arrays.copyOf(encoded, 2 * number);
        }
        ByteOut out = new ByteOut(name.length() + 8);
        out.utf8(name);
        names[number] = name;
        encoded[number] = out.toBytes();
        numbers.put(name, number);
        return number;
    }

    int intern(byte[] utf8, int from, int to) {
        for (int i = from; i < to; i++) {
            if (utf8[i] == (byte) 0xed) {
                return intern(Utf8.decode(utf8, from, to));
            }
        }
        return intern(new String(utf8, from, to - from, StandardCharsets.UTF_8));
    }

    /** The number of a name, or -1 when it was never met. */
    int find(String name) {
        return numbers.getOrDefault(name, -1);
    }

    String name(int number) {
        return names[number];
    }

    byte[] encoded(int number) {
        return encoded[number];
    }
}
