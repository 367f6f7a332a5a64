package dev.concord.yjs;

/** Fields one after another. */
final class SourceV1 extends Source {
    SourceV1(ByteIn in) {
        super(in);
    }

    @Override
    long client() {
        return in.varUint();
    }

    @Override
    int info() {
        return in.raw();
    }

    @Override
    void leftId() {
        idClient = in.varUint();
        idClock = in.varUint();
    }

    @Override
    void rightId() {
        leftId();
    }

    @Override
    boolean isRoot() {
        int at = in.at;
        long flag = in.varUint();
        if (flag > 1) {
            throw new MalformedUpdateException(at, "a parent is a root (1) or an id (0), not " + flag);
        }
        return flag == 1;
    }

    @Override
    void string() {
        int size = in.size();
        from = in.at;
        to = from + size;
        units = Utf8.units(in.bytes, from, to);
        in.at = to;
    }

    @Override
    void key() {
        string();
    }

    @Override
    long typeRef() {
        return in.varUint();
    }

    @Override
    long length() {
        return in.varUint();
    }

    @Override
    void json(ByteOut made, int maxDepth) {
        string();
        int before = in.at;
        Values.write(JsJson.parse(new ByteIn(in.bytes, from, to), maxDepth), made);
        in.at = before;
    }

    @Override
    void resetDelete() {}

    @Override
    long deleteClock() {
        return in.varUint();
    }

    @Override
    long deleteLength() {
        return in.varUint();
    }
}
