package dev.concord.yjs;

/** Writes structs of decoded updates, whole or from an offset on, to either format. */
final class StructWriter {
    private final Sink sink;

    StructWriter(Sink sink) {
        this.sink = sink;
    }

    /** Writes one struct without its first clocks. */
    void write(Structs from, int i, long offset) {
        int kind = from.kind(i);
        long length = from.length[i] - offset;
        if (!Kind.isItem(kind)) {
            sink.info(kind);
            if (kind == Kind.GC) {
                sink.length(length);
            } else {
                sink.out.varUint(length);
            }
            return;
        }
        boolean hasOrigin = offset > 0 || from.originClient[i] != Structs.NONE;
        boolean hasRight = from.rightClient[i] != Structs.NONE;
        boolean hasKey = from.keyFrom[i] != Structs.NO_SLICE;
        sink.info(kind
                | (hasOrigin ? Kind.HAS_ORIGIN : 0)
                | (hasRight ? Kind.HAS_RIGHT_ORIGIN : 0)
                | (hasKey ? Kind.HAS_KEY : 0));
        if (offset > 0) {
            sink.leftId(from.client[i], from.clock[i] + offset - 1);
        } else if (hasOrigin) {
            sink.leftId(from.originClient[i], from.originClock[i]);
        }
        if (hasRight) {
            sink.rightId(from.rightClient[i], from.rightClock[i]);
        }
        if (!hasOrigin && !hasRight) {
            boolean isRoot = from.rootFrom[i] != Structs.NO_SLICE;
            sink.isRoot(isRoot);
            if (isRoot) {
                sink.string(from.update, from.rootFrom[i], from.rootTo[i]);
            } else {
                sink.leftId(from.parentClient[i], from.parentClock[i]);
            }
            if (hasKey) {
                sink.string(from.update, from.keyFrom[i], from.keyTo[i]);
            }
        }
        content(from, i, kind, offset, length);
    }

    private void content(Structs from, int i, int kind, long offset, long length) {
        byte[] bytes = from.content(i);
        ByteIn in = new ByteIn(bytes, from.contentFrom[i], from.contentTo[i]);
        switch (kind) {
            case Kind.DELETED -> sink.length(length);
            case Kind.STRING -> string(in, (int) offset);
            case Kind.ANY -> {
                sink.length(length);
                for (long n = 0; n < offset; n++) {
                    Values.skip(in, Integer.MAX_VALUE);
                }
                sink.out.raw(bytes, in.at, in.end);
            }
            case Kind.JSON -> {
                sink.length(length);
                for (long n = 0; n < from.length[i]; n++) {
                    int size = in.size();
                    if (n >= offset) {
                        sink.string(bytes, in.at, in.at + size);
                    }
                    in.at += size;
                }
            }
            case Kind.BINARY -> sink.out.sized(bytes, in.at, in.end);
            case Kind.EMBED -> sink.json(bytes, in.at, in.end);
            case Kind.FORMAT -> {
                int size = in.size();
                sink.key(bytes, in.at, in.at + size);
                sink.json(bytes, in.at + size, in.end);
            }
            case Kind.TYPE -> {
                sink.typeRef(in.varUint());
                if (in.hasNext()) {
                    int size = in.size();
                    sink.key(bytes, in.at, in.at + size);
                }
            }
            default -> {
                int size = in.size();
                sink.string(bytes, in.at, in.at + size);
                sink.out.raw(bytes, in.at + size, in.end);
            }
        }
    }

    private void string(ByteIn in, int offset) {
        if (offset == 0) {
            sink.string(in.bytes, in.at, in.end);
            return;
        }
        int at = Utf8.skip(in.bytes, in.at, offset);
        if (Utf8.count(in.bytes, in.at, at) == offset) {
            sink.string(in.bytes, at, in.end);
            return;
        }
        // Half a pair is left of what was cut.
        ByteOut rest = new ByteOut(in.end - at + 3);
        rest.codePoint(0xFFFD);
        rest.raw(in.bytes, at, in.end);
        sink.string(rest.bytes, 0, rest.size);
    }
}
