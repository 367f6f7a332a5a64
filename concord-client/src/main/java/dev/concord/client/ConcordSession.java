package dev.concord.client;

import dev.concord.crdt.Bias;
import dev.concord.crdt.Caret;
import dev.concord.crdt.ConflictException;
import dev.concord.crdt.Document;
import dev.concord.crdt.InvalidOperationException;
import dev.concord.crdt.MalformedStateException;
import dev.concord.crdt.Operation;
import dev.concord.crdt.TextChange;
import dev.concord.crdt.UndoHistory;
import dev.concord.wire.ErrorCode;
import dev.concord.wire.Message;
import dev.concord.wire.RoomText;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One client in one room.
 *
 * <pre>{@code
 * ThreadLoop loop = new ThreadLoop("notes");
 * ConcordSession session = ConcordSession.builder(URI.create("ws://127.0.0.1:8080"), "notes", loop, new HttpTransport())
 *         .outbox(FileOutboxStore.open(Path.of("notes.outbox")))
 *         .build();
 * loop.execute(() -> {
 *     session.setUser("Ann", "#0e7490");
 *     session.open();
 *     session.edit(0, 0, "Hello");
 * });
 * }</pre>
 *
 * <p>Edits take effect here at once and are sent when there is a connection. What the server has not acknowledged as durable is sent again on
 * every new connection, and so is everything else that the server is missing, no matter who wrote it. The session reconnects by itself until
 * the server closes with a final code (4400 to 4499; after 4413 it first makes its frames smaller, down to 4 KiB). A frame is at most 256 KiB
 * long, or as long as the server's limit if that is less, counted in bytes of UTF-8.
 *
 * <p>A dead connection is detected and replaced after at most 45 s without a frame: a server that names its limits sends one at least every
 * 20 s. With an older server, the {@link Transport} has to detect it. While an answer is outstanding, 30 s without a frame are enough.
 *
 * <p>Confined to its {@link Loop}: methods must be called there and throw {@link IllegalStateException} otherwise, and also after
 * {@link #close}. The exceptions are {@link #addListener} and {@link #removeListener}, which any thread may call at any time. Building may happen
 * on any thread. Listeners are called on the loop. Nothing here blocks.
 */
public final class ConcordSession implements AutoCloseable {
    /** After so many in a row it is said what is known of them. */
    private static final int MANY_FAILURES = 5;

    /** How much of what an edit hangs on is kept with it: more is not typed in the moment that a server needs to make it durable. */
    private static final int DEPENDENCY_ELEMENTS = 4_096;

    private static final int DEPENDENCY_INSERTS = 64;

    private static final int DELETED = 4404;
    private static final int OTHER_EPOCH = 4409;
    private static final int TOO_LARGE = 4413;

    private final SessionBuilder settings;
    private final Loop loop;
    private Document document;
    private UndoHistory history;
    private final Connection connection;
    private final Presences presences;
    private final Outbox outbox;
    private final Sender sender;
    private final List<OutboxStore.Kept> leftover = new ArrayList<>();
    private final Listeners listeners;
    private final Deque<Message> held = new ArrayDeque<>();
    private int holds;
    private ConnectionState state = ConnectionState.OFFLINE;
    private String reason = "";
    private @Nullable String epoch;
    /** What the server lets this client do; null while it has not said. */
    private @Nullable String right;
    /** The room has another history than this document, or was deleted. */
    private boolean replaced;

    /**
     * The document contradicts the server and is rebuilt with the next sync, under this site: another one when somebody else uses its own. Null
     * when all is well.
     */
    private @Nullable String nextSite;

    /** Its listeners are being notified of its end. */
    private boolean closing;

    private boolean closed;

    ConcordSession(SessionBuilder settings) {
        this.settings = settings;
        loop = settings.loop;
        listeners = new Listeners(settings.listeners);
        document = new Document(settings.site);
        history = new UndoHistory(document);
        connection = new Connection(settings.transport, loop, settings.random, settings.credentials, new Connecting());
        presences = new Presences(
                document.site(),
                loop,
                caret -> document.offsetOf(caret),
                message -> connection.send(text(message)),
                peers -> listeners.notify(listener -> listener.peersChanged(peers)));
        outbox = new Outbox(settings.outbox, loop, this::fault);
        sender = new Sender(outbox, connection, loop, () -> state == ConnectionState.LIVE && !status().readOnly());
        leftover.addAll(outbox.load());
    }

    /**
     * A builder of sessions.
     *
     * @param server {@code ws://host:port} or {@code wss://…}; {@code http} and {@code https} mean the same. A path is put before
     *     {@code /rooms}
     * @param room 1 to 128 characters of {@code [A-Za-z0-9._~-]}, but not {@code .} or {@code ..}
     * @param loop the loop to which the session will be confined
     * @param transport makes its connections
     * @return the builder, for further settings
     * @throws IllegalArgumentException when the server's address or the room's name is not valid
     */
    public static SessionBuilder builder(URI server, String room, Loop loop, Transport transport) {
        return new SessionBuilder(server, room, loop, transport);
    }

    /**
     * Connects: for the first time, after {@link #goOffline}, or once more after a final close code. Does nothing while the session is connected
     * or connecting.
     *
     * @throws IllegalStateException when the room was replaced, see {@link #putBack}
     */
    public void open() {
        check();
        if (closing) {
            throw new IllegalStateException("the session is being closed");
        }
        if (replaced) {
            throw new IllegalStateException(
                    "the room has another history now: put the text back or begin a new session");
        }
        if (state == ConnectionState.OFFLINE || state == ConnectionState.STOPPED) {
            setState(ConnectionState.CONNECTING, "");
            // A listener may want no connection, or have ended the session.
            if (!closing && state == ConnectionState.CONNECTING) {
                connection.open();
            }
        }
    }

    /**
     * Restores this text after the room was deleted, or replaced by a new one ({@link Status#replaced}): merges it by element with what the new
     * room has by now, and goes on with the result. If several clients do so, the text appears once, with the edits of all of them.
     *
     * @throws IllegalStateException when the room was not replaced
     * @throws ReadOnlyException when this client may only read
     */
    public void putBack() {
        checkRight();
        if (!replaced) {
            throw new IllegalStateException("the room has the history of this text: there is nothing to put back");
        }
        replaced = false;
        List<TextChange> changes = new ArrayList<>();
        for (Operation operation : Pieces.placeholdersLast(outbox.reclaim(epoch))) {
            try {
                changes.addAll(document.apply(operation).changes());
            } catch (ConflictException | InvalidOperationException e) {
                fault(e);
            }
        }
        epoch = null;
        // It was in the history that is gone.
        nextSite = null;
        changed(changes, Origin.REMOTE);
        if (!closed && state == ConnectionState.STOPPED) {
            setState(ConnectionState.OFFLINE, "");
        }
        if (!closed) {
            open();
        }
    }

    /** Disconnects and stays so until {@link #open}. Editing goes on. */
    public void goOffline() {
        check();
        if (state != ConnectionState.STOPPED) {
            presences.leave();
            connection.close();
            disconnected(ConnectionState.OFFLINE, "");
        }
    }

    /** Ends the pause between two attempts now, for instance because the network is back. */
    public void reconnectNow() {
        check();
        connection.reconnectNow();
    }

    /** Ends the session for good. What was not acknowledged stays in the {@link OutboxStore}. */
    @Override
    public void close() {
        if (closing) {
            return;
        }
        check();
        closing = true;
        try {
            presences.leave();
            connection.close();
            disconnected(ConnectionState.STOPPED, "closed");
        } finally {
            closed = true;
            outbox.close();
        }
    }

    /**
     * Replaces a part of the text. Costs as much as {@link UndoHistory#edit}.
     *
     * @param offset where the part begins, in UTF-16 units, 0 to {@link #length}
     * @param removed how many UTF-16 units to delete, 0 or more
     * @param inserted the text to insert instead, possibly empty; characters that a room may not have are replaced or left out as by
     *     {@link RoomText#clean}
     * @throws InvalidOperationException when the range is outside the text or cuts a surrogate pair, or when the document would hold more than
     *     {@link Document#MAX_ELEMENTS}; nothing was changed
     * @throws ReadOnlyException when this client may only read, see {@link Status#readOnly}; nothing was changed
     */
    public void edit(int offset, int removed, String inserted) {
        edit(offset, removed, inserted, null);
    }

    /** An edit of which a listener is not notified, because it has made it. */
    void edit(int offset, int removed, String inserted, @Nullable SessionListener by) {
        edit(List.of(new TextChange(offset, removed, inserted)), by);
    }

    /** Edits one after the other, of which everybody is notified when all are made: what answers to one moves none of the others. */
    void edit(List<TextChange> edits, @Nullable SessionListener by) {
        checkRight();
        List<TextChange> changes = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        try {
            for (TextChange edit : edits) {
                String clean = RoomText.clean(edit.inserted());
                List<Operation> own = edited(edit.offset(), edit.removed(), clean);
                if (!own.isEmpty()) {
                    operations.addAll(own);
                    changes.add(new TextChange(edit.offset(), edit.removed(), clean));
                }
            }
        } finally {
            if (!changes.isEmpty()) {
                publish(operations);
                listeners.notifyInOrder(listener -> {
                    if (listener != by) {
                        listener.textChanged(List.copyOf(changes), Origin.LOCAL);
                    }
                });
            }
        }
    }

    private List<Operation> edited(int offset, int removed, String clean) {
        try {
            return history.edit(offset, removed, clean, loop.millis());
        } catch (InvalidOperationException e) {
            if (!e.field().equals("id.counter")) {
                throw e;
            }
            // The site has used up its counters.
            continueIn(document.fork(settings.newSite()));
            return history.edit(offset, removed, clean, loop.millis());
        }
    }

    /**
     * Whether {@link #undo} has a step to undo.
     *
     * @return false when nothing is left, or this client may only read
     */
    public boolean canUndo() {
        check();
        return !status().readOnly() && history.canUndo();
    }

    /**
     * Whether {@link #redo} has a step to redo.
     *
     * @return false when nothing was undone since the last edit, or this client may only read
     */
    public boolean canRedo() {
        check();
        return !status().readOnly() && history.canRedo();
    }

    /**
     * Undoes the last step of this session's own edits, see {@link UndoHistory}; what others wrote stays. Does nothing without one.
     *
     * @throws ReadOnlyException when this client may only read
     */
    public void undo() {
        checkRight();
        reverted(history.undo());
    }

    /**
     * Redoes the step that was undone last. Does nothing without one.
     *
     * @throws ReadOnlyException when this client may only read
     */
    public void redo() {
        checkRight();
        reverted(history.redo());
    }

    /** Ends the current undo step: the next edit begins a new one. */
    public void endGroup() {
        check();
        history.endGroup();
    }

    /** Begins an undo step that all edits join until {@link #endGroup}, so that a change that a program makes in several edits is undone at once. */
    public void beginGroup() {
        check();
        history.beginGroup();
    }

    /**
     * The text.
     *
     * @return all of it; O(length)
     */
    public String text() {
        check();
        return document.text();
    }

    /**
     * A part of the text.
     *
     * @param from first offset
     * @param to the offset after the last
     * @return the text between them
     * @throws InvalidOperationException when the range is outside the text
     */
    public String text(int from, int to) {
        check();
        return document.text(from, to);
    }

    /**
     * The length of the text.
     *
     * @return UTF-16 units
     */
    public int length() {
        check();
        return document.length();
    }

    /**
     * The digest of the document, equal for clients that have seen the same edits.
     *
     * @return 32 bytes; O(runs + length)
     */
    public byte[] digest() {
        check();
        return document.digest();
    }

    /**
     * Names this session among all that edit the room. When the server reports that somebody else uses the same name, the session takes a new
     * one, sends its unacknowledged edits again under it, and loses its undo steps. The text is then that of the server, with those edits in it.
     *
     * @return the site of its edits, which is also its name in presence
     */
    public String site() {
        check();
        return document.site();
    }

    /**
     * What to show to the user.
     *
     * @return connection, unsent, saved
     */
    public Status status() {
        check();
        long unsent = outbox.extent();
        for (OutboxStore.Kept kept : leftover) {
            unsent += kept.operation().length();
        }
        return new Status(state, reason, unsent, outbox.refused(), outbox.orphanedCount(), replaced, right);
    }

    /**
     * Unsent edits that belong to another history of the room, to be offered to the user.
     *
     * @return one entry for each such history; usually none
     */
    public List<Orphaned> orphaned() {
        check();
        List<Orphaned> all = new ArrayList<>();
        outbox.orphaned().forEach((of, operations) -> all.add(new Orphaned(of, operations)));
        return all;
    }

    /** Discards what is {@link #orphaned}, also from the {@link OutboxStore}. */
    public void discardOrphaned() {
        check();
        outbox.discardOrphaned();
        notifyStatus();
    }

    /**
     * Keeps remote changes out of the text, for instance while an input method composes, until {@link #release} has been called as often as this.
     */
    public void hold() {
        check();
        holds++;
    }

    /**
     * Ends a {@link #hold}; with the last one, the remote changes that were kept back are applied.
     *
     * @throws IllegalStateException when nothing is held
     */
    public void release() {
        check();
        if (holds == 0) {
            throw new IllegalStateException("release without hold");
        }
        holds--;
        while (holds == 0 && !held.isEmpty()) {
            take(held.removeFirst());
        }
    }

    /**
     * Sets the name and colour that the others see.
     *
     * @param user display name; the server refuses a presence message of more than 2 KiB
     * @param color {@code #} and 3, 4, 6 or 8 hexadecimal digits, like {@code #2DD4BF}
     * @throws IllegalArgumentException when the colour has another form
     */
    public void setUser(String user, String color) {
        check();
        presences.setUser(user, color);
    }

    /**
     * Shows the caret to the others, at most every 80 ms.
     *
     * @param caret its offset in UTF-16 units. An editor may be ahead of the text: an offset outside of it is moved to its nearest end, one
     *     inside a surrogate pair to before that pair
     * @param anchor the other end of the selection; the same offset when nothing is selected
     */
    public void select(int caret, int anchor) {
        check();
        presences.select(position(caret), position(anchor));
    }

    /**
     * Who else is here.
     *
     * @return the others, in the order of their coming
     */
    public List<Peer> peers() {
        check();
        return presences.peers();
    }

    /**
     * Where somebody's caret stands in the text as it is here now.
     *
     * @param peer somebody
     * @return an offset of the text
     */
    public int caretOf(Peer peer) {
        check();
        return offset(peer.caret(), peer.cursor());
    }

    /**
     * Where the other end of somebody's selection stands.
     *
     * @param peer somebody
     * @return an offset of the text, that of the caret when nothing is selected
     */
    public int anchorOf(Peer peer) {
        check();
        return offset(peer.anchor(), caretOf(peer));
    }

    /**
     * A position that sticks to an element, whatever is typed elsewhere.
     *
     * @param offset in the text
     * @param bias see {@link Document#caretAt}
     * @return the position
     * @throws InvalidOperationException when the offset is outside the text or inside a surrogate pair
     */
    public Caret caretAt(int offset, Bias bias) {
        check();
        return document.caretAt(offset, bias);
    }

    /**
     * Where a position stands now.
     *
     * @param caret a position
     * @return an offset, -1 when its element is not here yet
     */
    public int offsetOf(Caret caret) {
        check();
        return document.offsetOf(caret);
    }

    /**
     * Adds a listener.
     *
     * @param listener is notified from now on
     */
    public void addListener(SessionListener listener) {
        listeners.add(listener);
    }

    /**
     * Removes a listener.
     *
     * @param listener is not notified any more
     */
    public void removeListener(SessionListener listener) {
        listeners.remove(listener);
    }

    private void check() {
        if (!loop.isCurrent()) {
            throw new IllegalStateException("a session is used on its loop only: pass the call to Loop.execute");
        }
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
    }

    private void checkRight() {
        check();
        if (status().readOnly()) {
            throw new ReadOnlyException();
        }
    }

    private Caret position(int wanted) {
        int offset = Math.max(0, Math.min(document.length(), wanted));
        boolean inside = offset > 0
                && offset < document.length()
                && TextDiff.isInsidePair(document.text(offset - 1, offset + 1), 1);
        return document.caretAt(inside ? offset - 1 : offset, Bias.LEFT);
    }

    private int offset(@Nullable Caret position, int fallback) {
        int offset = position == null ? -1 : document.offsetOf(position);
        return Math.max(0, Math.min(document.length(), offset >= 0 ? offset : fallback));
    }

    private void disconnected(ConnectionState next, String why) {
        held.clear();
        sender.stop();
        presences.stop();
        setState(next, why);
    }

    private void receive(Message message) {
        // All others change no text: what is composed may be saved before its composition ends.
        if (holds > 0 && (message instanceof Message.Op || message instanceof Message.Sync)) {
            held.add(message);
        } else {
            take(message);
        }
    }

    private void take(Message message) {
        if (message instanceof Message.Op op) {
            try {
                changed(document.apply(op.operation()).changes(), Origin.REMOTE);
            } catch (ConflictException e) {
                if (e.id().site().equals(document.site())) {
                    contradicted(document.site());
                } else {
                    fault(e);
                }
            } catch (InvalidOperationException e) {
                fault(e);
            }
        } else if (message instanceof Message.Ack ack) {
            sender.acknowledged(ack.seq());
            notifyStatus();
            // What had to wait for this one.
            sender.flush();
        } else if (message instanceof Message.Sync sync) {
            synchronise(sync);
        } else if (message instanceof Message.Presence presence) {
            presences.receive(presence);
        } else if (message instanceof Message.Pulse) {
            connection.expectPulse();
        } else if (message instanceof Message.AuthExpiry) {
            connection.renew();
        } else if (message instanceof Message.Refusal refusal) {
            refuse(refusal);
        }
    }

    private void synchronise(Message.Sync sync) {
        if (epoch != null && !epoch.equals(sync.epoch())) {
            connection.close();
            stopReplaced(OTHER_EPOCH);
            return;
        }
        setRight(sync.right());
        Object attempt = connection.attempt();
        List<Operation> missing;
        try {
            changed(nextSite != null ? rebuild(nextSite, sync) : document.merge(sync.state()), Origin.REMOTE);
            missing = document.missingFrom(sync.version());
        } catch (ConflictException e) {
            if (!e.id().site().equals(document.site())) {
                fault(e);
            }
            contradicted(e.id().site());
            return;
        } catch (MalformedStateException e) {
            fault(e);
            connection.drop();
            return;
        }
        if (epoch == null) {
            epoch = sync.epoch();
            outbox.belongTo(sync.epoch());
            missing = takeUpLeftover(sync.epoch()) ? document.missingFrom(sync.version()) : missing;
        }
        if (connection.attempt() == null || connection.attempt() != attempt) {
            // A listener has gone offline, or ended the session; there may be another connection since.
            return;
        }
        repairServer(missing);
        connection.settle();
        if (sync.limits() != null) {
            connection.expectPulse();
        }
        sender.limit(sync.limits());
        presences.start();
        setState(ConnectionState.LIVE, "");
        sender.flush();
    }

    private void setRight(@Nullable String next) {
        boolean couldOnlyRead = status().readOnly();
        right = next;
        if (couldOnlyRead && !status().readOnly()) {
            outbox.offerRefused();
        }
    }

    /** The server has something else under ids of a site: all of what it has is asked for, and the document made of that. */
    private void contradicted(String by) {
        nextSite = by.equals(document.site()) ? settings.newSite() : document.site();
        connection.drop();
    }

    /**
     * Rebuilds the document: what the server has, then what it is missing, own edits under another site where the own one is taken. Steps of
     * undo are lost. Returns what that changes in the text.
     */
    private List<TextChange> rebuild(String as, Message.Sync sync) throws MalformedStateException {
        String before = document.text();
        continueIn(Renaming.rebuild(document, as, sync, outbox, this::fault));
        nextSite = null;
        TextChange change = TextDiff.between(before, document.text(), -1);
        return change == null ? List.of() : List.of(change);
    }

    private void continueIn(Document next) {
        document = next;
        history = new UndoHistory(next);
        presences.rename(next.site());
    }

    /** Takes up what earlier sessions could not send, unless it belongs to another history of the room. */
    private boolean takeUpLeftover(String now) {
        List<TextChange> changes = new ArrayList<>();
        for (OutboxStore.Kept kept : Pieces.placeholdersLast(leftover, OutboxStore.Kept::operation)) {
            if (kept.epoch() != null && !kept.epoch().equals(now)) {
                outbox.orphan(kept);
                continue;
            }
            try {
                restoreDependencies(kept, now, changes);
                changes.addAll(document.apply(kept.operation()).changes());
                outbox.adopt(kept);
            } catch (ConflictException | InvalidOperationException e) {
                fault(e);
                outbox.orphan(kept);
            }
        }
        boolean any = !leftover.isEmpty();
        leftover.clear();
        outbox.belongTo(now);
        changed(changes, Origin.REMOTE);
        return any;
    }

    /** What an edit hangs on may have been lost by the server and by whoever wrote it. */
    private void restoreDependencies(OutboxStore.Kept kept, String now, List<TextChange> changes) {
        if (!kept.dependencies().isEmpty()
                && kept.operation() instanceof Operation.Insert insert
                && document.offsetOf(insert.anchor().element()) < 0) {
            for (Operation operation : Pieces.placeholdersLast(kept.dependencies())) {
                changes.addAll(document.apply(operation).changes());
                outbox.add(operation, now, List.of());
            }
        }
    }

    /** Queues what the server is missing and the outbox does not hold: edits of others that a crashed server has lost. A reader cannot help. */
    private void repairServer(List<Operation> missing) {
        if (status().readOnly()) {
            return;
        }
        Coverage queued = new Coverage();
        outbox.operations().forEach(queued::add);
        for (Operation operation : missing) {
            if (!queued.includes(operation)) {
                outbox.add(operation, epoch, List.of());
            }
        }
    }

    private void refuse(Message.Refusal refusal) {
        Long seq = refusal.seq();
        if (refusal.code() == ErrorCode.TOO_LARGE && seq == null && sender.canShrink()) {
            // The close that follows makes the frames smaller.
            return;
        }
        if (!sender.postpone(refusal)) {
            Operation operation = seq == null ? null : outbox.refuse(seq);
            if (refusal.code() == ErrorCode.CONFLICT
                    && operation != null
                    && operation.id().site().equals(document.site())) {
                contradicted(document.site());
                return;
            }
            listeners.notify(listener -> listener.refused(new Refused(refusal.code(), refusal.message(), operation)));
        }
        notifyStatus();
    }

    private void stopReplaced(int code) {
        replaced = true;
        // First: listeners of the stop find the edits.
        outbox.orphanAll();
        disconnected(ConnectionState.STOPPED, StopReasons.of(code));
    }

    private void reverted(UndoHistory.Result result) {
        if (!result.operations().isEmpty()) {
            publish(result.operations());
        }
        changed(result.changes(), Origin.UNDO);
    }

    private void publish(List<Operation> operations) {
        operations.forEach(operation -> outbox.add(operation, epoch, dependenciesOf(operation)));
        if (replaced) {
            outbox.orphanAll();
        }
        notifyStatus();
        sender.flushSoon();
    }

    private List<Operation> dependenciesOf(Operation operation) {
        return operation instanceof Operation.Insert insert
                ? document.ancestry(insert.anchor().element(), DEPENDENCY_ELEMENTS, DEPENDENCY_INSERTS)
                : List.of();
    }

    private void changed(List<TextChange> changes, Origin origin) {
        if (!changes.isEmpty()) {
            List<TextChange> all = List.copyOf(changes);
            listeners.notifyInOrder(listener -> listener.textChanged(all, origin));
        }
    }

    private void setState(ConnectionState next, String why) {
        state = next;
        reason = why;
        notifyStatus();
    }

    private void notifyStatus() {
        if (closed) {
            // By a listener.
            return;
        }
        Status status = status();
        listeners.notifyOfLatest(listener -> listener.statusChanged(status));
    }

    private void fault(Exception fault) {
        listeners.notify(listener -> listener.fault(fault));
    }

    private static String text(Message message) {
        return new String(WireCodec.write(message), StandardCharsets.UTF_8);
    }

    private final class Connecting implements Connection.Handler {
        @Override
        public URI address() {
            return settings.address(epoch, nextSite != null ? null : document);
        }

        @Override
        public void connecting() {
            if (state != ConnectionState.CONNECTING) {
                setState(ConnectionState.RECONNECTING, reason);
            }
        }

        @Override
        public void frame(String frame) {
            Object attempt = connection.attempt();
            WireCodec.read(frame.getBytes(StandardCharsets.UTF_8), new WireCodec.Reader() {
                @Override
                public void message(Message message) {
                    // What follows a message that ended the connection is void.
                    if (connection.attempt() == attempt) {
                        receive(message);
                    }
                }

                @Override
                public void fault(WireException fault) {
                    ConcordSession.this.fault(fault);
                }
            });
        }

        @Override
        public void fault(CredentialException fault) {
            ConcordSession.this.fault(fault);
        }

        @Override
        public void downWithoutToken() {
            disconnected(ConnectionState.RECONNECTING, StopReasons.cannotSignIn());
        }

        @Override
        public void down(boolean permanent, int code, String why, int failures) {
            if (!permanent) {
                disconnected(
                        ConnectionState.RECONNECTING, failures < MANY_FAILURES ? "" : StopReasons.unreachable(why));
            } else if (code == TOO_LARGE && sender.canShrink()) {
                // Something in between takes less than the server says, or nobody has said anything: again, in smaller
                // pieces.
                sender.shrink();
                // First: a listener may want no other attempt.
                connection.retry();
                disconnected(ConnectionState.RECONNECTING, "");
            } else if ((code == OTHER_EPOCH || code == DELETED) && epoch != null) {
                stopReplaced(code);
            } else {
                disconnected(ConnectionState.STOPPED, why.isEmpty() ? StopReasons.of(code) : why);
            }
        }
    }
}
