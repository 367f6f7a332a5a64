package dev.concord.store;

/**
 * Notified of the outcome of one op given to {@link OpLog#append}. Exactly one of the methods is called, once, by the op log's
 * writer thread, and in the order in which the ops of a room were appended. All rooms wait for that thread: hand the news
 * on to the thread that the room lives on, and return. What a callback throws is logged and disturbs nobody.
 */
public interface AppendCallback {
    /**
     * The op is durable.
     *
     * @param seq its place in the room's log, from 1
     */
    void stored(long seq);

    /**
     * The op was not stored and will not be tried again: {@link RoomGoneException}, {@link CorruptRoomException}, another
     * {@link StoreException}, or {@link OpLogClosedException}, with which alone the op may have been stored all the same.
     */
    void failed(StoreException reason);
}
