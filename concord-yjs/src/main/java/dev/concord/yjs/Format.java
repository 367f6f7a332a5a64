package dev.concord.yjs;

/** The content of a struct that says: from here on in this text, a key has this value; null ends it. */
@SuppressWarnings("ArrayRecordComponent") // compared by Values.isSame
record Format(int key, byte[] value) {
    boolean isEnd() {
        return value[0] == Values.NULL;
    }
}
