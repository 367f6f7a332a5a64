package dev.concord.yjs;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica of one document, compatible with Yjs: it takes and gives the same updates, and its encoded state has the same bytes.
 *
 * <p>Edits that are made here give the updates to send; {@link #apply} takes those of others, in any order, with any duplicates. What builds on
 * something that is missing waits until that comes. Replicas that have seen the same updates are equal.
 *
 * <pre>{@code
 * YDocument ann = new YDocument(1);
 * YDocument bob = new YDocument(2);
 * bob.apply(ann.edit(() -> ann.text("body").insert(0, "Hello")));
 * byte[] fromAnn = ann.edit(() -> ann.text("body").insert(5, ", world"));
 * byte[] fromBob = bob.edit(() -> bob.text("body").format(0, 5, java.util.Map.of("bold", true)));
 * ann.apply(fromBob);
 * bob.apply(fromAnn);
 * assert ann.text("body").delta().equals(bob.text("body").delta());
 * }</pre>
 *
 * <p>Applying costs O(log n) for each struct and delete range, and the steps that it takes to place concurrent ones. A struct takes about 60
 * bytes besides its content. All that can be refused is refused before anything is changed.
 *
 * <p>Not thread-safe: confine an instance to one thread, or guard it.
 */
public final class YDocument {
    private static final byte[] NOTHING = {};
    /** Notified of each new document, so that the tests can check the invariants of all that they made. Null in production. */
    static @Nullable Consumer<YDocument> watcher;

    final Store store = new Store();
    final Bounds bounds;
    final TypeReader reader = new TypeReader(this);
    final Editor editor;

    private final Pending pending = new Pending();
    private final Placement placement = new Placement(store);
    private final Transaction main = new Transaction(store);
    /** What the cleaning of formats does after the main transaction. */
    private final Transaction cleaning = new Transaction(store);

    private final Integrator integrator = new Integrator(store, placement, main);
    private final FormatCleanup formats = new FormatCleanup(store, integrator);
    private final Cleanup cleanup;
    private final News news = new News(store, pending);
    private final Positions positions = new Positions(this);
    private final Events events = new Events(store, reader);
    private final Plan plan;
    private final Structs incoming = new Structs();
    private final boolean cleansFormats;
    private final List<Consumer<List<TypeEvent>>> listeners = new ArrayList<>();
    private long transactions;
    private long client;
    private boolean isEditing;
    /** Whether listeners are being notified. */
    private boolean isTelling;

    /**
     * An empty document that behaves as a client.
     *
     * @param client the number under which this replica edits, 0 to 2^53-1; unique for each session, 32 random bits with Yjs
     */
    public YDocument(long client) {
        this(client, YOptions.CLIENT);
    }

    /**
     * An empty document.
     *
     * @param client the number under which this replica edits, 0 to 2^53-1; unique for each session
     * @param options how it behaves
     */
    public YDocument(long client, YOptions options) {
        checkClient(client);
        this.client = client;
        this.bounds = options.bounds();
        this.cleansFormats = options.cleansFormats();
        this.plan = new Plan(store, pending, bounds);
        this.cleanup = new Cleanup(store, options.collectsGarbage());
        this.editor = new Editor(store, integrator, formats, client);
        Consumer<YDocument> listener = watcher;
        if (listener != null) {
            listener.accept(this);
        }
    }

    private static void checkClient(long client) {
        if (client < 0 || client > ByteIn.MAX) {
            throw new IllegalArgumentException("a client is a number of 0 to 2^53-1, not " + client);
        }
    }

    /**
     * The number under which this replica edits.
     *
     * @return 0 to 2^53-1
     */
    public long client() {
        return client;
    }

    /**
     * Edits under another number from now on, for example because an update showed that somebody else has the old one.
     *
     * @param next 0 to 2^53-1
     */
    public void client(long next) {
        checkClient(next);
        client = next;
        editor.client(next);
    }

    // ------------------------------------------------------------------ updates

    /**
     * Applies an update of version 1.
     *
     * @param update from a peer; not changed, but see {@link Applied#news}
     * @return what was new and what changed
     * @throws MalformedUpdateException when the bytes are no update; nothing was changed
     * @throws BoundExceededException when it asks for too much; nothing was changed
     */
    public Applied apply(byte[] update) {
        return apply(update, UpdateFormat.V1);
    }

    /**
     * Applies an update.
     *
     * @param update from a peer; not changed, but see {@link Applied#news}
     * @param format its format
     * @return what was new and what changed
     * @throws MalformedUpdateException when the bytes are no update of that format; nothing was changed
     * @throws BoundExceededException when it asks for too much; nothing was changed
     * @throws IllegalStateException when called by a listener or within {@link #edit}
     */
    public Applied apply(byte[] update, UpdateFormat format) {
        checkIdle();
        try {
            UpdateReader.read(update, format, bounds, true, incoming);
            byte[] isNew = news.of(incoming, update, format);
            if (isNew.length == 0) {
                return new Applied(isNew, NOTHING, List.of(), 0);
            }
            plan.make(incoming);
            placement.steps = 0;
            main.begin(++transactions, false);
            integrator.tx = main;
            integrate(incoming);
            List<TypeChange> changes = finish();
            byte[] cleaned = integrator.tx == cleaning ? StateWriter.encode(store, cleaning) : NOTHING;
            return new Applied(isNew, cleaned, changes, placement.steps);
        } finally {
            incoming.clear();
        }
    }

    private void checkIdle() {
        if (isEditing || isTelling) {
            throw new IllegalStateException("a document cannot be changed by what it tells of a change");
        }
    }

    private void integrate(Structs in) {
        store.reserve(plan.ordered);
        for (int n = 0; n < plan.ordered; n++) {
            integrator.integrate(in, plan.order[n]);
        }
        for (int n = 0; n < plan.waits; n++) {
            int i = plan.waiting[n];
            pending.add(in, i);
            pending.waitFor(in.client[i], plan.needed[n]);
        }
        for (int d = 0; d < in.deleteCount; d++) {
            delete(in.deleteClient[d], in.deleteClock[d], in.deleteClock[d] + in.deleteLength[d]);
        }
        if (!pending.isEmpty()) {
            // The list grows as waiting structs are taken in.
            for (int i = 0; i < main.touchedCount; i++) {
                release(main.touched[i].id);
            }
        }
    }

    private void delete(long id, long from, long to) {
        Client of = store.find(id);
        long known = of == null ? 0 : of.end;
        if (of != null && from < known) {
            integrator.delete(of, (int) from, (int) Math.min(to, known));
        }
        if (to > known) {
            pending.addDeletes(id, Math.max(from, known), to);
        }
    }

    /** Takes in what waited for structs of a client, and what waited for that. */
    private void release(long first) {
        ArrayDeque<Long> grown = new ArrayDeque<>();
        grown.add(first);
        while (!grown.isEmpty()) {
            long id = grown.remove();
            // Of its own some may be known now, though what they waited for never came.
            advance(id);
            deleteWaiting(id);
            for (long waiting : pending.takeWaiters(id)) {
                if (advance(waiting)) {
                    grown.add(waiting);
                }
            }
        }
    }

    private void deleteWaiting(long id) {
        Ranges deletes = pending.deletesOf(id);
        Client of = store.find(id);
        if (deletes == null || of == null) {
            return;
        }
        for (Map.Entry<Long, Long> range : List.copyOf(deletes.ranges().entrySet())) {
            if (range.getKey() < of.end) {
                integrator.delete(of, (int) (long) range.getKey(), (int) Math.min(of.end, range.getValue()));
            }
        }
        pending.removeDeletesBelow(id, of.end);
    }

    /** Takes in a client's waiting structs up to the next one that has to wait. Whether there were any. */
    private boolean advance(long id) {
        boolean advanced = false;
        for (Pending.Piece piece = pending.first(id); piece != null; piece = pending.first(id)) {
            Client of = store.find(id);
            if (of == null || piece.end() > of.end) {
                long cause = missingCause(piece);
                if (cause != Structs.NONE) {
                    pending.waitFor(id, cause);
                    return advanced;
                }
                integrator.integrate(piece.structs(), 0);
                advanced = true;
            }
            pending.removeFirst(id);
        }
        return advanced;
    }

    /** The client that is missing a cause of a waiting struct, or {@link Structs#NONE}. */
    private long missingCause(Pending.Piece piece) {
        Structs in = piece.structs();
        long id = in.client[0];
        Client own = store.find(id);
        if (piece.clock() > (own == null ? 0 : own.end)) {
            return id;
        }
        if (!isHere(in.originClient[0], in.originClock[0])) {
            return in.originClient[0];
        }
        if (!isHere(in.rightClient[0], in.rightClock[0])) {
            return in.rightClient[0];
        }
        return isHere(in.parentClient[0], in.parentClock[0]) ? Structs.NONE : in.parentClient[0];
    }

    private boolean isHere(long id, long clock) {
        if (id == Structs.NONE) {
            return true;
        }
        Client known = store.find(id);
        return known != null && clock < known.end;
    }

    /** Ends a transaction: listeners are notified, formats and structs cleaned up. */
    private List<TypeChange> finish() {
        boolean cleans = cleansFormats && formats.isDue(main);
        int[] clientsOfDeletions = cleans ? main.deleted.clients() : new int[0];
        main.deleted.normalise();
        List<TypeChange> changes = changes();
        List<TypeEvent> notifications = new ArrayList<>();
        if (!listeners.isEmpty()) {
            changes.forEach(change -> notifications.add(events.of(change, main)));
        }
        if (cleans) {
            cleaning.begin(++transactions, true);
            integrator.tx = cleaning;
            formats.run(main, clientsOfDeletions);
            cleaning.deleted.normalise();
        }
        cleanup.run(main);
        if (cleans) {
            cleanup.run(cleaning);
        }
        notifyListeners(notifications);
        return changes;
    }

    private void notifyListeners(List<TypeEvent> notifications) {
        if (!notifications.isEmpty()) {
            isTelling = true;
            try {
                List.copyOf(listeners).forEach(listener -> listener.accept(notifications));
            } finally {
                isTelling = false;
            }
        }
    }

    private boolean isAlive(TypeNode type) {
        return type.isRoot() || !store.isDeleted(type.item);
    }

    private List<TypeChange> changes() {
        if (main.changedCount == 1 && store.keyOf(main.changed[0]) == Store.NONE) {
            TypeNode type = store.typeOf(main.changed[0]);
            return isAlive(type) ? List.of(new TypeChange(view(type), true, Set.of())) : List.of();
        }
        Map<TypeNode, Set<String>> keys = new LinkedHashMap<>();
        Set<TypeNode> sequences = new LinkedHashSet<>();
        for (int i = 0; i < main.changedCount; i++) {
            TypeNode type = store.typeOf(main.changed[i]);
            if (isAlive(type)) {
                Set<String> ofType = keys.computeIfAbsent(type, t -> new LinkedHashSet<>());
                int key = store.keyOf(main.changed[i]);
                if (key == Store.NONE) {
                    sequences.add(type);
                } else {
                    ofType.add(store.names.name(key));
                }
            }
        }
        List<TypeChange> changes = new ArrayList<>();
        keys.forEach((type, ofType) ->
                changes.add(new TypeChange(view(type), sequences.contains(type), Collections.unmodifiableSet(ofType))));
        return Collections.unmodifiableList(changes);
    }

    /**
     * What of an update is new here, without applying it: so that it can be logged first.
     *
     * @param update from a peer
     * @param format its format
     * @return the new part as an update of version 1; no bytes when nothing is new; {@code update} itself when all is and that is its format
     * @throws MalformedUpdateException when the bytes are no update of that format
     * @throws BoundExceededException when it asks for too much
     */
    public byte[] news(byte[] update, UpdateFormat format) {
        Structs structs = new Structs();
        UpdateReader.read(update, format, bounds, true, structs);
        byte[] isNew = news.of(structs, update, format);
        if (isNew.length > 0) {
            int clients = store.clientCount();
            plan.make(structs);
            store.dropClients(clients);
        }
        return isNew;
    }

    /**
     * Makes edits in one transaction. Calls within each other are one.
     *
     * @param body edits types of this document
     * @return what it did, as an update of version 1 to be sent to the peers; no bytes when it did nothing. When {@code body} throws, what it
     *     did before stays done, and is in the state but in no update
     * @throws IllegalStateException when called by a listener
     */
    public byte[] edit(Runnable body) {
        if (isEditing) {
            body.run();
            return NOTHING;
        }
        checkIdle();
        main.begin(++transactions, true);
        integrator.tx = main;
        isEditing = true;
        try {
            body.run();
        } finally {
            isEditing = false;
            finish();
        }
        return StateWriter.encode(store, main);
    }

    // ------------------------------------------------------------------ states

    /**
     * The whole state in version 1, with what waits.
     *
     * @return an update; the same bytes for all replicas that have seen the same
     */
    public byte[] encode() {
        return encode(UpdateFormat.V1);
    }

    /**
     * The whole state, with what waits.
     *
     * @param format of the result
     * @return an update; the same bytes for all replicas that have seen the same
     */
    public byte[] encode(UpdateFormat format) {
        return encode(format, StateVector.EMPTY);
    }

    /**
     * All that a peer is missing, with all deletions and what waits.
     *
     * @param format of the result
     * @param known how far the peer is
     * @return an update
     */
    public byte[] encode(UpdateFormat format, StateVector known) {
        return StateWriter.encode(store, pending, format, known);
    }

    /**
     * How far this replica is; what waits does not count.
     *
     * @return the clock that it needs next, by client
     */
    public StateVector stateVector() {
        TreeMap<Long, Long> clocks = new TreeMap<>(Collections.reverseOrder());
        for (Client of : store.clientsDescending()) {
            clocks.put(of.id, (long) of.end);
        }
        return new StateVector(clocks);
    }

    /**
     * What the document shows now.
     *
     * @return the snapshot
     */
    public Snapshot snapshot() {
        TreeMap<Long, Ranges> deletes = new TreeMap<>(Collections.reverseOrder());
        for (Client of : store.clientsDescending()) {
            of.index.forEach(0, struct -> {
                if (store.isDeleted(struct)) {
                    deletes.computeIfAbsent(of.id, id -> new Ranges()).add(store.clock(struct), store.end(struct));
                }
            });
        }
        return new Snapshot(stateVector(), deletes);
    }

    /**
     * How much waits for what it builds on.
     *
     * @return structs and delete ranges
     */
    public int pendingCount() {
        return pending.count();
    }

    // ------------------------------------------------------------------ types

    /**
     * A root, whatever it is.
     *
     * @param name its name
     * @return the type, empty when nothing was ever put there
     */
    public YType root(String name) {
        return view(store.root(store.names.intern(name)));
    }

    /**
     * The roots that are known here, by name.
     *
     * @return a map of its own, in the order in which they became known
     */
    public Map<String, YType> roots() {
        Map<String, YType> roots = new LinkedHashMap<>();
        store.roots.forEach((name, type) -> roots.put(store.names.name(name), view(type)));
        return roots;
    }

    /**
     * A root that is declared to be a text. What others put there is then cleaned of useless formats, see {@link YOptions#cleansFormats}.
     *
     * @param name its name
     * @return the type
     * @throws IllegalStateException when it was declared to be something else
     */
    public YType text(String name) {
        return declared(name, TypeKind.TEXT);
    }

    /**
     * A root that is declared to be a map.
     *
     * @param name its name
     * @return the type
     * @throws IllegalStateException when it was declared to be something else
     */
    public YType map(String name) {
        return declared(name, TypeKind.MAP);
    }

    /**
     * A root that is declared to be an array.
     *
     * @param name its name
     * @return the type
     * @throws IllegalStateException when it was declared to be something else
     */
    public YType array(String name) {
        return declared(name, TypeKind.ARRAY);
    }

    /**
     * A root that is declared to be an XML fragment.
     *
     * @param name its name
     * @return the type
     * @throws IllegalStateException when it was declared to be something else
     */
    public YType xml(String name) {
        return declared(name, TypeKind.XML_FRAGMENT);
    }

    private YType declared(String name, TypeKind kind) {
        TypeNode root = store.root(store.names.intern(name));
        if (root.ref == TypeNode.UNKNOWN) {
            root.ref = kind.ref();
            // Yjs begins again to note formats when a root is declared, and cleans only where it noted some.
            root.hasFormats = false;
        } else if (root.ref != kind.ref()) {
            throw new IllegalStateException("the root " + name + " is " + TypeKind.of(root.ref) + ", not " + kind);
        }
        return view(root);
    }

    YType view(TypeNode type) {
        YType known = type.view;
        if (known == null) {
            known = new YType(this, type);
            type.view = known;
        }
        return known;
    }

    // ------------------------------------------------------------------ positions and listeners

    /**
     * A place that stays where it is while others edit.
     *
     * @param type a type of this document
     * @param index an offset in its sequence
     * @param assoc 0: at what is right of it; -1: at what is left of it
     * @return the position
     */
    public RelativePosition positionAt(YType type, int index, long assoc) {
        return positions.at(type.node, index, assoc);
    }

    /**
     * Where a position is now. When what it is at was deleted, that is where it stood.
     *
     * @param position from here or from a peer
     * @return null when what it is at is not known here, or nothing is left of it
     */
    public @Nullable Position resolve(RelativePosition position) {
        return positions.resolve(position);
    }

    /**
     * Is notified of every transaction that changed types, when all is done. It may read, not edit. With listeners, a transaction costs the
     * length of the types that it changed.
     *
     * @param listener takes the events of one transaction
     * @return ends it
     */
    public Runnable listen(Consumer<List<TypeEvent>> listener) {
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }

    void checkInvariants() {
        Invariants.check(store);
        pending.checkInvariants(store);
    }
}
