package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be read from shared types. Nothing recurses, however deep they are nested. */
final class TypeReader {
    private final YDocument document;
    private final Store store;

    TypeReader(YDocument document) {
        this.document = document;
        this.store = document.store;
    }

    String text(TypeNode type) {
        byte[] latin = latin(type);
        if (latin != null) {
            return new String(latin, java.nio.charset.StandardCharsets.ISO_8859_1);
        }
        StringBuilder text = new StringBuilder(type.length);
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.kind(s) == Kind.STRING && !store.isDeleted(s)) {
                store.clientAt(store.client(s)).text.appendTo(text, store.at[s], store.at[s] + store.length[s]);
            }
        }
        return text.toString();
    }

    /** The text when all of it is Latin-1, which is most of the world's source code: one copy and no decoding. */
    private byte @Nullable [] latin(TypeNode type) {
        byte[] text = new byte[type.length];
        int at = 0;
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.kind(s) == Kind.STRING && !store.isDeleted(s)) {
                TextStore of = store.clientAt(store.client(s)).text;
                if (of.isWide()) {
                    return null;
                }
                of.copy(store.at[s], store.at[s] + store.length[s], text, at);
                at += store.length[s];
            }
        }
        return at == text.length ? text : java.util.Arrays.copyOf(text, at);
    }

    List<DeltaOp> delta(TypeNode type, Visibility shown) {
        List<DeltaOp> ops = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        Map<Integer, byte[]> formats = new LinkedHashMap<>();
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            int from = 0;
            int to;
            for (; from < store.length[s]; from = to) {
                to = shown.border(s, from);
                if (!shown.shows(s, from)) {
                    continue;
                }
                Client client = store.clientAt(store.client(s));
                switch (store.kind(s)) {
                    case Kind.STRING -> client.text.appendTo(text, store.at[s] + from, store.at[s] + to);
                    case Kind.FORMAT -> {
                        pack(text, formats, ops);
                        FormatCleanup.update(formats, client.format(store.at[s]));
                    }
                    case Kind.EMBED, Kind.TYPE -> {
                        pack(text, formats, ops);
                        ops.add(new DeltaOp(value(s, 0), 0, 0, attributes(formats)));
                    }
                    default -> {}
                }
            }
        }
        pack(text, formats, ops);
        return ops;
    }

    /** The sequence by ids, in pieces that do not depend on how it is cut into structs. */
    List<SequenceRun> runs(TypeNode type) {
        List<SequenceRun> runs = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        int begin = Store.NONE;
        int length = 0;
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.kind(s) == Kind.FORMAT) {
                continue;
            }
            boolean isText = store.kind(s) == Kind.STRING || store.isDeleted(s);
            boolean continues = begin != Store.NONE
                    && isText
                    && store.id[begin] + length == store.id[s]
                    && store.isDeleted(begin) == store.isDeleted(s);
            if (!continues) {
                addRun(begin, length, text, runs);
                begin = Store.NONE;
                length = 0;
            }
            if (isText) {
                begin = begin == Store.NONE ? s : begin;
                length += store.length[s];
                if (!store.isDeleted(s)) {
                    store.clientAt(store.client(s)).text.appendTo(text, store.at[s], store.at[s] + store.length[s]);
                }
            } else {
                for (int i = 0; i < store.length[s]; i++) {
                    runs.add(new SequenceRun(
                            store.clientId(store.client(s)), store.clock(s) + (long) i, 1, value(s, i), false));
                }
            }
        }
        addRun(begin, length, text, runs);
        return runs;
    }

    private void addRun(int begin, int length, StringBuilder text, List<SequenceRun> runs) {
        if (begin != Store.NONE) {
            boolean isDeleted = store.isDeleted(begin);
            runs.add(new SequenceRun(
                    store.clientId(store.client(begin)),
                    store.clock(begin),
                    length,
                    isDeleted ? null : text.toString(),
                    isDeleted));
            text.setLength(0);
        }
    }

    private void pack(StringBuilder text, Map<Integer, byte[]> formats, List<DeltaOp> ops) {
        if (text.length() > 0) {
            ops.add(new DeltaOp(text.toString(), 0, 0, attributes(formats)));
            text.setLength(0);
        }
    }

    Map<String, @Nullable Object> attributes(Map<Integer, byte[]> formats) {
        if (formats.isEmpty()) {
            return Map.of();
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        formats.forEach((key, value) -> attributes.put(store.names.name(key), Values.read(value)));
        return attributes;
    }

    /** One value of a struct. */
    @Nullable
    Object value(int struct, int offset) {
        Client client = store.clientAt(store.client(struct));
        int at = store.at[struct];
        return switch (store.kind(struct)) {
            case Kind.STRING -> client.text.text(at + offset, at + offset + 1);
            case Kind.ANY -> Values.read(client.bytes(at + offset));
            case Kind.EMBED -> Values.read(client.bytes(at));
            case Kind.JSON -> {
                byte[] json = client.bytes(at + offset);
                String text = new String(json, java.nio.charset.StandardCharsets.UTF_8);
                yield text.equals("undefined")
                        ? Undefined.UNDEFINED
                        : JsJson.parse(new ByteIn(json), Integer.MAX_VALUE);
            }
            case Kind.BINARY -> client.bytes(at).clone();
            case Kind.TYPE -> document.view(store.type(at));
            case Kind.DOC -> {
                ByteIn in = new ByteIn(client.bytes(at));
                String guid = in.string();
                yield Values.read(in) instanceof Map<?, ?> options
                        ? new SubDocument(guid, strings(options))
                        : new SubDocument(guid, Map.of());
            }
            // A format or a placeholder under a key, which no editor writes: it has no value, in Yjs either.
            default -> Undefined.UNDEFINED;
        };
    }

    private static Map<String, @Nullable Object> strings(Map<?, ?> options) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        options.forEach((key, value) -> copy.put((String) key, value));
        return copy;
    }

    List<@Nullable Object> elements(TypeNode type) {
        List<@Nullable Object> elements = new ArrayList<>();
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            if (store.isVisible(s)) {
                for (int i = 0; i < store.length[s]; i++) {
                    elements.add(value(s, i));
                }
            }
        }
        return elements;
    }

    /** The values by key, in the order in which the keys were first used. */
    Map<String, @Nullable Object> entries(TypeNode type) {
        Map<String, @Nullable Object> entries = new LinkedHashMap<>();
        Map<Integer, Integer> keys = type.keys;
        if (keys != null) {
            keys.forEach((key, list) -> {
                int s = store.last[list];
                if (s != Store.NONE && !store.isDeleted(s)) {
                    entries.put(store.names.name(key), value(s, store.length[s] - 1));
                }
            });
        }
        return entries;
    }

    /** The struct that is the value of a key, or {@link Store#NONE}. */
    int entry(TypeNode type, String key) {
        int name = store.names.find(key);
        int list = name < 0 ? Store.NONE : type.listOf(name);
        int s = list == Store.NONE ? Store.NONE : store.last[list];
        return s != Store.NONE && !store.isDeleted(s) ? s : Store.NONE;
    }

    /** What a type is, guessed from what it has when nobody said so. */
    TypeKind kind(TypeNode type) {
        if (type.ref != TypeNode.UNKNOWN) {
            return TypeKind.of(type.ref);
        }
        for (int s = store.first[type.sequence]; s != Store.NONE; s = store.right[s]) {
            switch (store.kind(s)) {
                case Kind.STRING, Kind.FORMAT, Kind.EMBED -> {
                    return TypeKind.TEXT;
                }
                case Kind.TYPE -> {
                    int ref = store.type(store.at[s]).ref;
                    boolean isXml = ref == TypeRef.XML_ELEMENT || ref == TypeRef.XML_TEXT || ref == TypeRef.XML_HOOK;
                    return isXml ? TypeKind.XML_FRAGMENT : TypeKind.ARRAY;
                }
                case Kind.ANY, Kind.JSON, Kind.BINARY, Kind.DOC -> {
                    return TypeKind.ARRAY;
                }
                default -> {}
            }
        }
        return entries(type).isEmpty() ? TypeKind.UNKNOWN : TypeKind.MAP;
    }

    // ------------------------------------------------------------------ JSON

    /** An array or map under way. */
    private static final class Level {
        final @Nullable List<@Nullable Object> list;
        final @Nullable Map<String, @Nullable Object> map;
        final java.util.Iterator<?> rest;

        Level(
                @Nullable List<@Nullable Object> list,
                @Nullable Map<String, @Nullable Object> map,
                java.util.Iterator<?> rest) {
            this.list = list;
            this.map = map;
            this.rest = rest;
        }
    }

    /** Lists, maps, strings and values, as {@code toJSON} has them. */
    Object json(TypeNode type, int maxDepth) {
        ArrayDeque<Level> open = new ArrayDeque<>();
        Object[] whole = new Object[1];
        Object root = begin(type, open);
        whole[0] = root;
        while (!open.isEmpty()) {
            Level level = open.element();
            if (!level.rest.hasNext()) {
                open.pop();
                continue;
            }
            Object next = level.rest.next();
            String key = null;
            if (next instanceof Map.Entry<?, ?> entry) {
                key = (String) entry.getKey();
                next = entry.getValue();
            }
            Object value = next;
            if (next instanceof YType nested) {
                if (open.size() >= maxDepth) {
                    throw new BoundExceededException("maxDepth", open.size() + 1L, maxDepth);
                }
                value = begin(nested.node, open);
            }
            if (level.map != null && key != null) {
                level.map.put(key, value);
            } else if (level.list != null) {
                level.list.add(value);
            }
        }
        return whole[0];
    }

    private Object begin(TypeNode type, ArrayDeque<Level> open) {
        switch (kind(type)) {
            case TEXT, XML_TEXT -> {
                return type.ref == TypeRef.XML_TEXT ? xml(type) : text(type);
            }
            case XML_ELEMENT, XML_FRAGMENT -> {
                return xml(type);
            }
            case MAP, XML_HOOK -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                open.push(new Level(null, map, entries(type).entrySet().iterator()));
                return map;
            }
            case ARRAY, UNKNOWN -> {
                List<@Nullable Object> list = new ArrayList<>();
                open.push(new Level(list, null, elements(type).iterator()));
                return list;
            }
        }
        throw new IllegalStateException();
    }

    // ------------------------------------------------------------------ XML

    /** An element under way: where its children go on, and how it ends. */
    private record OpenElement(int next, String end) {}

    /** The XML as Yjs prints it: attributes by name, formats of text as elements, nothing escaped. */
    String xml(TypeNode type) {
        StringBuilder out = new StringBuilder();
        ArrayDeque<OpenElement> open = new ArrayDeque<>();
        enter(type, out, open);
        while (!open.isEmpty()) {
            OpenElement element = open.pop();
            int s = element.next;
            while (s != Store.NONE && !store.isVisible(s)) {
                s = store.right[s];
            }
            if (s == Store.NONE) {
                out.append(element.end);
                continue;
            }
            open.push(new OpenElement(store.right[s], element.end));
            if (store.kind(s) == Kind.TYPE) {
                enter(store.type(store.at[s]), out, open);
            } else {
                for (int i = 0; i < store.length[s]; i++) {
                    out.append(print(value(s, i)));
                }
            }
        }
        return out.toString();
    }

    private void enter(TypeNode type, StringBuilder out, ArrayDeque<OpenElement> open) {
        TypeKind kind = kind(type);
        switch (kind) {
            case TEXT -> out.append(text(type));
            case XML_TEXT -> formatted(type, out);
            case XML_ELEMENT -> {
                String name = store.names.name(type.name).toLowerCase(Locale.ROOT);
                out.append('<').append(name);
                new TreeMap<>(entries(type))
                        .forEach((key, value) -> out.append(' ')
                                .append(key)
                                .append("=\"")
                                .append(print(value))
                                .append('"'));
                out.append('>');
                open.push(new OpenElement(store.first[type.sequence], "</" + name + ">"));
            }
            case XML_FRAGMENT -> open.push(new OpenElement(store.first[type.sequence], ""));
            default -> out.append("[object Object]");
        }
    }

    private void formatted(TypeNode type, StringBuilder out) {
        for (DeltaOp op : delta(type, Visibility.now(store))) {
            TreeSet<String> names = new TreeSet<>(op.attributes().keySet());
            for (String name : names) {
                out.append('<').append(name);
                if (op.attributes().get(name) instanceof Map<?, ?> attributes) {
                    TreeMap<String, @Nullable Object> sorted = new TreeMap<>(strings(attributes));
                    sorted.forEach((key, value) -> out.append(' ')
                            .append(key)
                            .append("=\"")
                            .append(print(value))
                            .append('"'));
                }
                out.append('>');
            }
            out.append(print(op.insert()));
            for (String name : names.descendingSet()) {
                out.append("</").append(name).append('>');
            }
        }
    }

    /** As a template string of JavaScript prints a value. */
    private static String print(@Nullable Object value) {
        if (value instanceof Double number) {
            return Double.isFinite(number)
                    ? JsJson.number(number)
                    : number.isNaN() ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
        }
        if (value instanceof Map<?, ?> || value instanceof YType) {
            return "[object Object]";
        }
        if (value instanceof List<?> list) {
            StringBuilder joined = new StringBuilder();
            for (int i = 0; i < list.size(); i++) {
                joined.append(i == 0 ? "" : ",").append(list.get(i) instanceof List<?> ? "" : print(list.get(i)));
            }
            return joined.toString();
        }
        return String.valueOf(value);
    }

    // ------------------------------------------------------------------ plain text

    /** All text in a type and in what it holds, a newline after each XML element that has text of its own. */
    String plain(TypeNode type) {
        StringBuilder out = new StringBuilder();
        ArrayDeque<OpenElement> open = new ArrayDeque<>();
        open.push(new OpenElement(store.first[type.sequence], ""));
        while (!open.isEmpty()) {
            OpenElement element = open.pop();
            int s = element.next;
            while (s != Store.NONE && !store.isVisible(s)) {
                s = store.right[s];
            }
            if (s == Store.NONE) {
                boolean isBlock = !element.end.isEmpty() && out.length() > 0 && out.charAt(out.length() - 1) != '\n';
                out.append(isBlock ? "\n" : "");
                continue;
            }
            open.push(new OpenElement(store.right[s], element.end));
            if (store.kind(s) == Kind.TYPE) {
                TypeNode nested = store.type(store.at[s]);
                open.push(new OpenElement(store.first[nested.sequence], nested.ref == TypeRef.XML_ELEMENT ? "\n" : ""));
            } else if (store.kind(s) == Kind.STRING) {
                store.clientAt(store.client(s)).text.appendTo(out, store.at[s], store.at[s] + store.length[s]);
            } else if (store.kind(s) == Kind.ANY) {
                for (int i = 0; i < store.length[s]; i++) {
                    out.append(value(s, i) instanceof String text ? text + "\n" : "");
                }
            }
        }
        return out.toString();
    }
}
