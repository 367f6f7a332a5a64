package dev.concord.yjs;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 * <p>Applying costs O(log n) for each struct and delete range, and the steps that it takes to place concurrent ones; O(log n) more for each
 * client whose structs wait, when the update has something that one of them waits for. A struct takes about 60 bytes besides its content. All that can be refused is refused before anything is changed.
 *
 * <p>Not thread-safe: confine an instance to one thread, or guard it.
 */
public final class YDocument {
    private static final byte[] NOTHING = {};
    /** The origin of what others did. */
    private static final Object REMOTE = new Object();
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
    private final Arrivals arrivals = new Arrivals(store, integrator, pending);
    private final News news = new News(store, pending);
    private final Positions positions = new Positions(this);
    private final Events events = new Events(this);
    private final Plan plan;
    private final Structs incoming = new Structs();
    private final boolean cleansFormats;
    private final List<Consumer<List<TypeEvent>>> listeners = new ArrayList<>();
    private final List<YUndo> undos = new ArrayList<>();
    private long transactions;
    private long client;
    private boolean isEditing;
    /** Who makes the transaction under way. */
    private @Nullable Object origin;
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
        this(client, options, watcher);
    }

    private YDocument(long client, YOptions options, @Nullable Consumer<YDocument> listener) {
        checkClient(client);
        this.client = client;
        this.bounds = options.bounds();
        this.cleansFormats = options.cleansFormats();
        this.plan = new Plan(store, pending, bounds);
        this.cleanup = new Cleanup(store, options.collectsGarbage(), bounds.maxClockStep());
        this.editor = new Editor(store, integrator, formats, client);
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
            // What waits may be ready, and a duplicate of it is then taken in.
            if (isNew.length == 0 && !pending.hasStructs()) {
                return new Applied(isNew, NOTHING, List.of(), 0);
            }
            plan.make(incoming);
            placement.steps = 0;
            origin = REMOTE;
            main.begin(++transactions, false);
            integrator.tx = main;
            arrivals.take(incoming, plan, main);
            List<TypeChange> changes = finish();
            byte[] cleaned = integrator.tx == cleaning ? StateWriter.encode(store, cleaning) : NOTHING;
            return new Applied(isNew, cleaned, changes, placement.steps);
        } finally {
            incoming.clear();
        }
    }

    private void checkIdle() {
        if (isBusy()) {
            throw new IllegalStateException("a document cannot be changed by what it tells of a change");
        }
    }

    /** Ends a transaction: listeners are notified, formats and structs cleaned up. */
    private List<TypeChange> finish() {
        boolean cleans = cleansFormats && formats.isDue(main);
        int[] clientsOfDeletions = cleans || !undos.isEmpty() ? main.deleted.clients() : new int[0];
        main.deleted.normalise();
        List<TypeChange> changes = events.changes(main);
        List<TypeEvent> notifications = new ArrayList<>();
        if (!listeners.isEmpty()) {
            changes.forEach(change -> notifications.add(events.of(change, main)));
        }
        if (!undos.isEmpty() && !main.isEmpty()) {
            undos.forEach(undo -> undo.capture(main, origin, clientsOfDeletions));
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
     * Checks an update without applying it: all that {@link #apply} would refuse, and what placing its structs may cost. For who takes updates
     * from outside, before they are logged. Replicas that are further or less far get other costs, so what one has accepted all of them apply
     * without this.
     *
     * <p>An update with few structs costs no more than reading it. One that could exceed the budget is tried on a copy of the document, which
     * costs what loading the document costs, and the budget at most.
     *
     * @param update from a peer
     * @param format its format
     * @param maxScan steps along lists that it may take, see {@link Applied#scanned}; 100 million take about half a second
     * @throws MalformedUpdateException when the bytes are no update of that format
     * @throws BoundExceededException when it asks for too much
     * @throws IllegalStateException when called by a listener or within {@link #edit}
     */
    public void check(byte[] update, UpdateFormat format, long maxScan) {
        checkIdle();
        Structs structs = new Structs();
        UpdateReader.read(update, format, bounds, true, structs);
        int clients = store.clientCount();
        plan.make(structs);
        store.dropClients(clients);
        // Each of them may cut two, and walks over all at most.
        long placed = structs.size + (long) pending.count();
        if (placed * (store.structCount() + 3 * placed) > maxScan) {
            YDocument copy = new YDocument(client, YOptions.SERVER.with(bounds), null);
            copy.apply(StateWriter.encode(store, new Pending(), UpdateFormat.V1, StateVector.EMPTY));
            copy.pending.addAll(pending);
            copy.placement.limit = maxScan;
            copy.apply(update, format);
        }
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
        return edit(null, body);
    }

    /**
     * Makes edits in one transaction, as {@link #edit(Runnable)} does, and says who makes them.
     *
     * @param origin an object by which {@link YUndo} knows whose edits it undoes; of calls within each other the outermost counts
     * @param body edits types of this document
     * @return what it did, as an update of version 1
     * @throws IllegalStateException when called by a listener
     */
    public byte[] edit(@Nullable Object origin, Runnable body) {
        if (isEditing) {
            body.run();
            return NOTHING;
        }
        checkIdle();
        this.origin = origin;
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
     * How much waits for what it builds on. A part of it may be ready, until Yjs would try it again.
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

    Redo redo() {
        return new Redo(store, integrator, editor);
    }

    void add(YUndo undo) {
        undos.add(undo);
    }

    void remove(YUndo undo) {
        undos.remove(undo);
    }

    boolean isBusy() {
        return isEditing || isTelling;
    }

    void checkInvariants() {
        Invariants.check(store);
        pending.checkInvariants(store);
    }
}
