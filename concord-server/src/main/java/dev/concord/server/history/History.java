package dev.concord.server.history;

import dev.concord.crdt.Difference;
import dev.concord.crdt.Document;
import dev.concord.crdt.Element;
import dev.concord.crdt.Operation;
import dev.concord.crdt.Sites;
import dev.concord.crdt.TextChange;
import dev.concord.server.config.HistoryLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.room.log.Replay;
import dev.concord.store.LogPage;
import dev.concord.store.OpLog;
import dev.concord.store.RoomHead;
import dev.concord.store.RoomStore;
import dev.concord.store.StoreException;
import dev.concord.store.StoredOp;
import dev.concord.store.StoredRoom;
import dev.concord.store.Versions;
import dev.concord.store.Versions.Captured;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The history of rooms. Everything is read from the store, so any instance answers, and done on threads of its own, so that no edit waits for
 * it. Every future that fails does so with a {@link Refusal}, except for a fault of the server. Thread-safe.
 */
public final class History implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(History.class);

    /** Comparing needs memory, so few do it at a time. */
    private static final int THREADS = 2;

    private static final int WAITING = 100;
    private static final int FLUSH_SECONDS = 10;
    private static final int PAGE = 1000;
    private static final int MAX_LABEL = 200;
    private static final String BEFORE_DELETION = "Before a large deletion";

    /** The sites of a restore's operations begin so: by it, pages know that an edit is one. */
    private static final String RESTORE_SITE = "restore-";

    private final RoomStore store;
    private final OpLog opLog;
    private final HistoryLimits limits;
    private final SecureRandom random = new SecureRandom();
    private final RestoreEdit restores;
    private final ThreadPoolExecutor threads;

    /**
     * A history on a store.
     *
     * @param store where rooms and versions are kept
     * @param opLog the log on that store
     * @param rooms the rooms of this server
     * @param limits all bounds
     * @param factory makes the threads
     */
    public History(RoomStore store, OpLog opLog, RoomDirectory rooms, HistoryLimits limits, ThreadFactory factory) {
        this.store = store;
        this.opLog = opLog;
        this.limits = limits;
        this.restores = new RestoreEdit(rooms);
        this.threads = new ThreadPoolExecutor(
                THREADS, THREADS, 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(WAITING), factory);
    }

    /**
     * Captures the state that is durable now, with everything that this server was given before.
     *
     * @param roomId a valid room id
     * @param label for people
     * @param author who captures
     * @return the version
     */
    public CompletableFuture<Version> capture(String roomId, String label, String author) {
        return opLog.flush()
                .orTimeout(FLUSH_SECONDS, TimeUnit.SECONDS)
                .handle((flushed, failure) -> failure)
                .thenCompose(failure -> run(() -> {
                    if (failure != null) {
                        throw new Refusal(
                                Kind.UNAVAILABLE,
                                "store_unavailable",
                                "the store accepts no edits at the moment; try again later");
                    }
                    return captureNow(roomId, label, author, false);
                }));
    }

    /**
     * Captures as {@link #capture} does, for the server itself: where people have captured as many as a room may have, the version is an
     * automatic one.
     *
     * @param roomId a valid room id
     * @param label for people
     * @param author who captures
     * @return the version
     */
    public CompletableFuture<Version> keep(String roomId, String label, String author) {
        return opLog.flush()
                .orTimeout(FLUSH_SECONDS, TimeUnit.SECONDS)
                .thenCompose(flushed -> run(() -> captureNow(roomId, label, author, true)));
    }

    private Version captureNow(String roomId, String label, String author, boolean always) {
        StoredRoom stored = load(roomId);
        Versions.Version newest = store.versions().list(roomId, Long.MAX_VALUE, 1).stream()
                .findFirst()
                .orElse(null);
        if (newest != null
                && !newest.automatic()
                && newest.opSeq() == stored.lastSeq()
                && newest.label().equals(label)
                && newest.author().equals(author)) {
            // Nothing has changed, so there is nothing to store.
            return Version.of(newest);
        }
        byte[] state = document(roomId, stored).encode();
        if (isFull(roomId)) {
            if (!always) {
                throw new Refusal(
                        Kind.CONFLICT,
                        "too_many_versions",
                        "this room has " + limits.named() + " versions, and may not have more");
            }
            return store.versions()
                    .addAutomatic(roomId, stored.epoch(), label, state, stored.lastSeq(), 0, limits.automatic())
                    .map(Version::of)
                    .orElseThrow(Refusal::noSuchRoom);
        }
        return store.versions()
                .add(roomId, stored.epoch(), label, author, state, stored.lastSeq())
                .map(Version::of)
                .orElseThrow(Refusal::noSuchRoom);
    }

    private boolean isFull(String roomId) {
        int named = 0;
        long before = Long.MAX_VALUE;
        for (List<Versions.Version> page = store.versions().list(roomId, before, PAGE);
                !page.isEmpty();
                page = store.versions().list(roomId, before, PAGE)) {
            named += (int) page.stream().filter(version -> !version.automatic()).count();
            if (named >= limits.named()) {
                return true;
            }
            before = page.get(page.size() - 1).id();
        }
        return false;
    }

    /**
     * The versions of a room, newest first.
     *
     * @param roomId a valid room id
     * @param before only those with a lower id
     * @param max how many
     * @return the versions
     */
    public CompletableFuture<List<Version>> versions(String roomId, long before, int max) {
        return run(() -> {
            head(roomId);
            return store.versions().list(roomId, before, max).stream()
                    .map(Version::of)
                    .toList();
        });
    }

    /**
     * Gives a version another label; an automatic one is then kept like one that people have captured.
     *
     * @param roomId a valid room id
     * @param id of the version
     * @param label for people
     * @return the version as it is now
     */
    public CompletableFuture<Version> rename(String roomId, long id, String label) {
        return run(() -> {
            head(roomId);
            return Version.of(store.versions().rename(roomId, id, label).orElseThrow(() -> noSuchVersion(id)));
        });
    }

    /**
     * Forgets a version. What the log kept for it alone goes with the next compaction.
     *
     * @param roomId a valid room id
     * @param id of the version
     * @return completes when it is gone
     */
    public CompletableFuture<Boolean> delete(String roomId, long id) {
        return run(() -> {
            head(roomId);
            if (!store.versions().delete(roomId, id)) {
                throw noSuchVersion(id);
            }
            return true;
        });
    }

    /**
     * A version's text.
     *
     * @param roomId a valid room id
     * @param id of the version
     * @return the version and its text
     */
    public CompletableFuture<VersionText> text(String roomId, long id) {
        return run(() -> {
            Captured captured = find(roomId, id);
            return new VersionText(
                    Version.of(captured.version()), document(captured).text());
        });
    }

    /**
     * What differs between two versions.
     *
     * @param roomId a valid room id
     * @param from the earlier one
     * @param to the later one; null for what is durable now
     * @return ranges by id
     */
    public CompletableFuture<Difference> difference(String roomId, long from, @Nullable Long to) {
        return run(() -> {
            Captured first = find(roomId, from);
            if (to == null) {
                return Difference.between(elements(document(first)), elements(document(roomId, load(roomId))));
            }
            Captured second = find(roomId, to);
            refuseSwapped(first, second);
            return Difference.between(elements(document(first)), elements(document(second)));
        });
    }

    /**
     * Turns a room's text into a version's by an edit like any other, and keeps a version of what was there before.
     *
     * @param roomId a valid room id
     * @param id of the version
     * @param author who restores
     * @return what it took, once it is durable
     */
    public CompletableFuture<Restored> restore(String roomId, long id, String author) {
        return run(() -> {
            String epoch = head(roomId).epoch();
            Captured found = find(roomId, id);
            return restores.make(
                    roomId,
                    epoch,
                    RESTORE_SITE + Sites.random(random),
                    document(found),
                    this::elements,
                    () -> keepBeforeRestore(roomId, found.version().label(), author));
        });
    }

    private long keepBeforeRestore(String roomId, String label, String author) {
        await(opLog.flush());
        String of = label.isEmpty() ? "an automatic version" : label;
        return captureNow(roomId, cut("Before a restore of " + of), author, true)
                .id();
    }

    private static String cut(String label) {
        return label.length() <= MAX_LABEL
                ? label
                : label.substring(
                        0, Character.isHighSurrogate(label.charAt(MAX_LABEL - 1)) ? MAX_LABEL - 1 : MAX_LABEL);
    }

    /**
     * Keeps an automatic version of a room as it was before a large deletion. It is automatic so that the log does not grow for good after one.
     * It is read from the log and costs the room's loop no time; nothing is kept when the log has been compacted past the deletion by then.
     *
     * @param roomId a valid room id
     * @param epoch of the room
     * @param first the first delete of it, logged or about to be
     * @return completes with whether there is a version now
     */
    public CompletableFuture<Boolean> keepBefore(String roomId, String epoch, Operation.Delete first) {
        return opLog.flush()
                .orTimeout(FLUSH_SECONDS, TimeUnit.SECONDS)
                .thenCompose(flushed -> run(() -> keepBeforeNow(roomId, epoch, first)))
                .exceptionally(failure -> {
                    LOG.atWarn()
                            .addKeyValue("room", roomId)
                            .log("no version before a large deletion: {}", failure.toString());
                    return false;
                });
    }

    private boolean keepBeforeNow(String roomId, String epoch, Operation.Delete first) {
        StoredRoom stored = load(roomId);
        StoredRoom snapshot = new StoredRoom(stored.epoch(), stored.state(), stored.stateSeq(), List.of());
        Document document = document(roomId, snapshot);
        long seq = stored.stateSeq();
        for (StoredOp op : stored.ops()) {
            if (Replay.operation(roomId, op).equals(first)) {
                return stored.epoch().equals(epoch)
                        && store.versions()
                                .addAutomatic(
                                        roomId, epoch, BEFORE_DELETION, document.encode(), seq, 0, limits.automatic())
                                .isPresent();
            }
            Replay.apply(roomId, op, document);
            seq = op.seq();
        }
        LOG.atInfo().addKeyValue("room", roomId).log("no version before a large deletion: it is compacted already");
        return false;
    }

    /**
     * Who wrote what.
     *
     * @param roomId a valid room id
     * @param id of a version; null for what is durable now
     * @return the whole text, cut where the author changes
     */
    public CompletableFuture<List<Author>> authors(String roomId, @Nullable Long id) {
        return run(() -> {
            Document document = id == null ? document(roomId, load(roomId)) : document(find(roomId, id));
            List<Author> authors = new ArrayList<>();
            for (Difference.Range range :
                    Difference.between(List.of(), elements(document)).added()) {
                String site = range.id().site();
                Author last = authors.isEmpty() ? null : authors.get(authors.size() - 1);
                int length = range.text().length();
                if (last != null && last.site().equals(site)) {
                    authors.set(authors.size() - 1, new Author(last.offset(), last.length() + length, site));
                } else {
                    authors.add(new Author(range.to(), length, site));
                }
            }
            return authors;
        });
    }

    /**
     * How one version became another.
     *
     * @param roomId a valid room id
     * @param from the earlier version
     * @param to the later one; null for what is durable now
     * @param after begins after this place in the log, to go on where an answer ended; null for the beginning
     * @return the first steps, as many as one answer has
     */
    public CompletableFuture<Replayed> replay(String roomId, long from, @Nullable Long to, @Nullable Long after) {
        return run(() -> {
            RoomHead head = head(roomId);
            Captured first = find(roomId, from);
            long end = head.lastSeq();
            if (to != null) {
                Captured second = find(roomId, to);
                refuseSwapped(first, second);
                end = second.version().opSeq();
            }
            long start = after == null ? first.version().opSeq() : after;
            if (start < first.version().opSeq() || start > end) {
                throw new Refusal(
                        Kind.INVALID,
                        "bad_after",
                        "after must be a place in the log from "
                                + first.version().opSeq() + " to " + end);
            }
            return replayNow(roomId, head.epoch(), first, start, end);
        });
    }

    private Replayed replayNow(String roomId, String epoch, Captured first, long start, long end) {
        Document document = document(first);
        List<Replayed.Step> steps = new ArrayList<>();
        String text = document.text();
        long at = first.version().opSeq();
        while (at < end && steps.size() < limits.steps()) {
            for (StoredOp op : page(roomId, epoch, at)) {
                if (op.seq() > end || steps.size() == limits.steps()) {
                    break;
                }
                List<TextChange> changes = Replay.apply(roomId, op, document);
                at = op.seq();
                if (at == start) {
                    text = document.text();
                } else if (at > start) {
                    steps.add(new Replayed.Step(
                            at, Replay.operation(roomId, op).id().site(), changes));
                }
            }
        }
        return new Replayed(start, text, steps, end);
    }

    private List<StoredOp> page(String roomId, String epoch, long after) {
        LogPage page = store.read(roomId, epoch, after, PAGE);
        if (page instanceof LogPage.Ops ops && !ops.ops().isEmpty()) {
            return ops.ops();
        }
        if (page instanceof LogPage.Pruned) {
            throw new Refusal(Kind.GONE, "log_pruned", "the log does not go back so far; compare the versions instead");
        }
        throw Refusal.noSuchRoom();
    }

    private static void refuseSwapped(Captured first, Captured second) {
        if (first.version().opSeq() > second.version().opSeq()) {
            throw new Refusal(
                    Kind.INVALID,
                    "swapped",
                    "version " + first.version().id() + " is later than version "
                            + second.version().id() + "; swap from and to");
        }
    }

    private RoomHead head(String roomId) {
        RoomHead head = store.heads(List.of(roomId)).get(roomId);
        if (head == null) {
            throw Refusal.noSuchRoom();
        }
        return head;
    }

    private StoredRoom load(String roomId) {
        return store.load(roomId).orElseThrow(Refusal::noSuchRoom);
    }

    private Captured find(String roomId, long id) {
        return store.versions().find(roomId, id).orElseThrow(() -> {
            head(roomId);
            return noSuchVersion(id);
        });
    }

    private static Refusal noSuchVersion(long id) {
        return new Refusal(Kind.NOT_FOUND, "no_such_version", "this room has no version " + id);
    }

    private Document document(String roomId, StoredRoom stored) {
        return Replay.of(roomId, stored, Sites.random(random));
    }

    private Document document(Captured captured) {
        return Document.load(Sites.random(random), captured.state());
    }

    private List<Element> elements(Document document) {
        if (document.elementCount() > limits.elements()) {
            throw new Refusal(
                    Kind.TOO_LARGE,
                    "too_large_to_compare",
                    "documents of up to " + limits.elements() + " elements, deleted ones included, can be compared");
        }
        return document.elements();
    }

    private <T> CompletableFuture<T> run(Supplier<T> task) {
        Request<T> request = new Request<>(task, new CompletableFuture<>());
        try {
            threads.execute(request);
            return request.answer();
        } catch (RejectedExecutionException full) {
            return CompletableFuture.failedFuture(new Refusal(
                    Kind.UNAVAILABLE,
                    "busy",
                    "too many requests about history wait already, or the server stops; try again later"));
        }
    }

    /** One request on its way to its answer: it is run, or refused. */
    private record Request<T>(Supplier<T> task, CompletableFuture<T> answer) implements Runnable {
        @Override
        public void run() {
            try {
                answer.complete(orRefused(task));
            } catch (RuntimeException | Error failure) {
                answer.completeExceptionally(failure);
            }
        }
    }

    private static <T> T orRefused(Supplier<T> task) {
        try {
            return task.get();
        } catch (StoreException e) {
            LOG.warn("a request about history failed: {}", e.toString());
            throw new Refusal(
                    Kind.UNAVAILABLE,
                    "store_unavailable",
                    "the history cannot be read or written at the moment; the server's log says why");
        }
    }

    /** Waits for what a room's loop does. */
    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(FLUSH_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (TimeoutException e) {
            throw new Refusal(
                    Kind.UNAVAILABLE,
                    "no_answer",
                    "the room does not answer at the moment; look at it before you try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw stopping();
        }
    }

    private static Refusal stopping() {
        return new Refusal(Kind.UNAVAILABLE, "stopping", "the server is stopping; try again");
    }

    /** Takes no more requests; those under way are interrupted, and those that wait for a thread are refused. */
    @Override
    public void close() {
        for (Runnable waiting : threads.shutdownNow()) {
            ((Request<?>) waiting).answer().completeExceptionally(stopping());
        }
    }
}
