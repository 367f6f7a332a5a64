package dev.concord.yjs;

/**
 * Reads an update of either format, checks all that can be checked without a document, and counts before it allocates: whoever goes on
 * with {@link Structs} needs to fear nothing but causes that are missing.
 */
final class UpdateReader {
    private final Bounds bounds;
    private final Structs into;
    private final Source source;
    private final ByteIn in;
    private final long maxStructs;
    private final boolean joinsGarbage;

    private UpdateReader(byte[] update, UpdateFormat format, Bounds bounds, boolean joinsGarbage, Structs into) {
        this.joinsGarbage = joinsGarbage;
        this.bounds = bounds;
        this.into = into;
        into.clear();
        into.update = update;
        in = new ByteIn(update);
        source = format == UpdateFormat.V1 ? new SourceV1(in) : new SourceV2(in, into);
        maxStructs = (long) bounds.maxStructs() + update.length;
    }

    /**
     * Reads an update, all of it.
     *
     * @param joinsGarbage whether garbage that follows garbage becomes one struct
     * @throws MalformedUpdateException when the bytes are no update of this format
     * @throws BoundExceededException when it says more than the bounds allow
     */
    static void read(byte[] update, UpdateFormat format, Bounds bounds, boolean joinsGarbage, Structs into) {
        UpdateReader reader = new UpdateReader(update, format, bounds, joinsGarbage, into);
        reader.structs();
        reader.deletes();
        reader.in.expectEnd("an update");
    }

    private void structs() {
        long blocks = in.varUint();
        for (long block = 0; block < blocks; block++) {
            int start = in.at;
            long structs = in.varUint();
            if (structs > maxStructs - into.size) {
                throw new BoundExceededException("maxStructs", structs + into.size, maxStructs);
            }
            into.reserve(structs, in.end);
            long client = source.client();
            long clock = in.varUint();
            for (long i = 0; i < structs; i++) {
                clock = struct(client, clock);
                if (clock > ByteIn.MAX) {
                    throw new MalformedUpdateException(start, "clocks above 2^53-1");
                }
            }
        }
    }

    /** Reads a struct and tells where the next one begins. */
    private long struct(long client, long clock) {
        int start = in.at;
        int info = source.info();
        int kind = info & Kind.MASK;
        if (kind == Kind.GC || kind == Kind.SKIP) {
            long length = kind == Kind.GC ? source.length() : in.varUint();
            return empty(start, kind, client, clock, length);
        }
        int i = into.add(info, client, clock);
        if ((info & Kind.HAS_ORIGIN) != 0) {
            source.leftId();
            checkCause(start, client, clock);
            into.originClient[i] = source.idClient;
            into.originClock[i] = source.idClock;
        }
        if ((info & Kind.HAS_RIGHT_ORIGIN) != 0) {
            source.rightId();
            checkCause(start, client, clock);
            into.rightClient[i] = source.idClient;
            into.rightClock[i] = source.idClock;
        }
        if ((info & (Kind.HAS_ORIGIN | Kind.HAS_RIGHT_ORIGIN)) == 0) {
            parent(start, i, client, clock, (info & Kind.HAS_KEY) != 0);
        }
        long length = content(start, i, kind);
        into.length[i] = length;
        return clock + length;
    }

    private long empty(int start, int kind, long client, long clock, long length) {
        if (kind == Kind.SKIP) {
            // Takes no clocks. What waits may be far apart.
            checkLength(start, length, bounds.maxClock());
        } else {
            checkLength(start, length);
        }
        int last = into.size - 1;
        // A few bytes can say very many. A document would join them at once; who writes them again leaves them as they
        // are.
        if (joinsGarbage
                && kind == Kind.GC
                && last >= 0
                && into.kind(last) == Kind.GC
                && into.client[last] == client
                && into.end(last) == clock
                && into.length[last] + length <= bounds.maxClockStep()) {
            into.length[last] += length;
        } else {
            int i = into.add(kind, client, clock);
            into.length[i] = length;
        }
        return clock + length;
    }

    private void checkLength(int start, long length) {
        checkLength(start, length, bounds.maxClockStep());
    }

    private static void checkLength(int start, long length, int most) {
        if (length < 1) {
            throw new MalformedUpdateException(start, "a struct without a length");
        }
        if (length > most) {
            throw new BoundExceededException("maxClockStep", length, most);
        }
    }

    /** What a client built on of its own came before. */
    private void checkCause(int start, long client, long clock) {
        if (source.idClient == client && source.idClock >= clock) {
            throw new MalformedUpdateException(start, "a struct that builds on itself or on what comes after it");
        }
    }

    private void parent(int start, int i, long client, long clock, boolean hasKey) {
        if (source.isRoot()) {
            source.string();
            into.rootFrom[i] = source.from;
            into.rootTo[i] = source.to;
        } else {
            source.leftId();
            checkCause(start, client, clock);
            into.parentClient[i] = source.idClient;
            into.parentClock[i] = source.idClock;
        }
        if (hasKey) {
            source.string();
            into.keyFrom[i] = source.from;
            into.keyTo[i] = source.to;
        }
    }

    private long content(int start, int i, int kind) {
        return switch (kind) {
            case Kind.DELETED -> {
                long length = source.length();
                checkLength(start, length);
                yield length;
            }
            case Kind.STRING -> {
                source.string();
                if (source.units == 0) {
                    throw new MalformedUpdateException(start, "an empty text");
                }
                slice(i, source.from, source.to);
                yield source.units;
            }
            case Kind.ANY -> values(start, i);
            case Kind.JSON -> jsons(start, i);
            case Kind.BINARY -> {
                int size = in.size();
                slice(i, in.at, in.at + size);
                in.at += size;
                yield 1;
            }
            case Kind.EMBED -> {
                int from = into.made.size;
                source.json(into.made, bounds.maxDepth());
                made(i, from);
                yield 1;
            }
            case Kind.FORMAT -> {
                int from = into.made.size;
                source.key();
                into.made.sized(into.update, source.from, source.to);
                source.json(into.made, bounds.maxDepth());
                made(i, from);
                yield 1;
            }
            case Kind.TYPE -> {
                long ref = source.typeRef();
                if (!TypeRef.isKnown(ref)) {
                    throw new MalformedUpdateException(start, "a shared type of an unknown kind: " + ref);
                }
                int from = into.made.size;
                into.made.varUint(ref);
                if (TypeRef.isNamed((int) ref)) {
                    source.key();
                    into.made.sized(into.update, source.from, source.to);
                }
                made(i, from);
                yield 1;
            }
            case Kind.DOC -> {
                int from = into.made.size;
                source.string();
                into.made.sized(into.update, source.from, source.to);
                int options = in.at;
                Values.skip(in, bounds.maxDepth());
                Values.write(Values.read(new ByteIn(in.bytes, options, in.at)), into.made);
                made(i, from);
                yield 1;
            }
            default -> throw new MalformedUpdateException(start, "content of an unknown kind: " + kind);
        };
    }

    private long values(int start, int i) {
        long count = source.length();
        if (count < 1 || count > in.end - in.at) {
            throw new MalformedUpdateException(start, count + " values are announced");
        }
        int from = in.at;
        boolean canonical = true;
        for (long n = 0; n < count; n++) {
            canonical &= Values.skip(in, bounds.maxDepth());
        }
        slice(i, from, in.at);
        if (!canonical) {
            int madeFrom = into.made.size;
            ByteIn again = new ByteIn(in.bytes, from, in.at);
            for (long n = 0; n < count; n++) {
                Values.write(Values.read(again), into.made);
            }
            made(i, madeFrom);
        }
        return count;
    }

    /** JSON texts as a browser would write them again. */
    private long jsons(int start, int i) {
        long count = source.length();
        if (count < 1 || count > in.end) {
            throw new MalformedUpdateException(start, count + " values are announced");
        }
        int from = into.made.size;
        for (long n = 0; n < count; n++) {
            source.string();
            if (isUndefined(source.from, source.to)) {
                into.made.string("undefined");
            } else {
                ByteIn json = new ByteIn(into.update, source.from, source.to);
                into.made.string(JsJson.stringify(JsJson.parse(json, bounds.maxDepth())));
            }
        }
        made(i, from);
        return count;
    }

    private boolean isUndefined(int from, int to) {
        String word = "undefined";
        boolean same = to - from == word.length();
        for (int n = 0; same && n < word.length(); n++) {
            same = into.update[from + n] == word.charAt(n);
        }
        return same;
    }

    private void slice(int i, int from, int to) {
        into.contentFrom[i] = from;
        into.contentTo[i] = to;
    }

    private void made(int i, int from) {
        slice(i, from, into.made.size);
        into.isMade[i] = true;
    }

    private void deletes() {
        long clients = in.varUint();
        for (long c = 0; c < clients; c++) {
            source.resetDelete();
            long client = in.varUint();
            long ranges = in.varUint();
            for (long r = 0; r < ranges; r++) {
                int start = in.at;
                long clock = source.deleteClock();
                long length = source.deleteLength();
                if (clock + length > ByteIn.MAX) {
                    throw new MalformedUpdateException(start, "a deletion above clock 2^53-1");
                }
                if (length > 0) {
                    into.addDelete(client, clock, length);
                }
            }
        }
    }
}
