package dev.concord.server.search;

import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.crdt.Document;
import dev.concord.server.ai.AiEvents;
import dev.concord.store.Embeddings;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps each room's vector up to date: some time after its snapshot was stored, from that snapshot, on a thread of its own. Nothing an edit waits
 * for waits for it, and no failure of it is more than a vector that comes later.
 *
 * <p>Rooms that changed while the service was away, while the server was down, or under another model are found in the store, at the start and from
 * time to time.
 */
public final class EmbeddingIndex implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddingIndex.class);

    /** Rooms that are read from the store at once when it is searched for old vectors. */
    private static final int PAGE = 200;

    /**
     * How patient the index is.
     *
     * @param debounce from a snapshot to its vector; what is stored meanwhile is covered by the same one
     * @param retry after the first failure; doubled with each further one
     * @param longestRetry the longest pause after failures
     * @param sweep between two searches of the store for old vectors
     */
    public record Pace(Duration debounce, Duration retry, Duration longestRetry, Duration sweep) {
        /** For a server: 2 s, 2 s to 5 min, 10 min. */
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(2), Duration.ofSeconds(2), Duration.ofMinutes(5), Duration.ofMinutes(10));
    }

    private final TextEmbedder embedder;
    private final RoomStore store;
    private final ScheduledExecutorService worker;
    private final AiEvents events;
    private final Pace pace;
    private final Cancellation stopping = new Cancellation();
    /** Rooms whose turn will come. */
    private final Set<String> waiting = new HashSet<>();

    private final AtomicBoolean failing = new AtomicBoolean();
    /** Failures in a row, of any room: it is the service that fails. The worker's. */
    private int failures;

    /** The time until which the service is left alone, by {@link System#nanoTime}. The worker's. */
    private long notBefore = System.nanoTime();

    /**
     * An index that does not work yet.
     *
     * @param embedder makes vectors
     * @param store has the snapshots, and keeps the vectors
     * @param worker one thread; closed with the index
     * @param events notified of every vector
     * @param pace how patient to be
     */
    public EmbeddingIndex(
            TextEmbedder embedder, RoomStore store, ScheduledExecutorService worker, AiEvents events, Pace pace) {
        this.embedder = embedder;
        this.store = store;
        this.worker = worker;
        this.events = events;
        this.pace = pace;
    }

    /** Begins with what the store says is old. */
    public void start() {
        worker.scheduleWithFixedDelay(
                this::sweep, pace.debounce().toMillis(), pace.sweep().toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * A room's snapshot was stored. Returns at once; may be called by any thread.
     *
     * @param roomId the room
     */
    public void changed(String roomId) {
        schedule(roomId, pace.debounce());
    }

    /**
     * How many rooms wait for their vector.
     *
     * @return those that this server knows of
     */
    public int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    private void schedule(String roomId, Duration delay) {
        synchronized (waiting) {
            if (!waiting.add(roomId)) {
                return;
            }
        }
        try {
            worker.schedule(() -> turn(roomId), delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            // The next start finds it in the store.
        }
    }

    private void turn(String roomId) {
        synchronized (waiting) {
            waiting.remove(roomId);
        }
        long left = notBefore - System.nanoTime();
        if (left > 0) {
            schedule(roomId, Duration.ofNanos(left).plusMillis(1));
            return;
        }
        try {
            embed(roomId);
            failures = 0;
            events.embedded(true);
            if (failing.compareAndSet(true, false)) {
                LOG.info("embeddings are made again");
            }
        } catch (RuntimeException | Error e) {
            failed(roomId, e);
        }
    }

    private void failed(String roomId, Throwable failure) {
        if (failure instanceof AiException ai && ai.reason() == AiException.Reason.CANCELLED) {
            return;
        }
        events.embedded(false);
        failures++;
        if (failing.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("room", roomId)
                    .log("no embeddings just now, search lags until there are: {}", failure.toString());
        }
        long pause = Math.min(pace.longestRetry().toMillis(), pace.retry().toMillis() << Math.min(20, failures - 1));
        notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
        schedule(roomId, Duration.ofMillis(pause));
    }

    private void embed(String roomId) {
        Optional<StoredRoom> stored = store.load(roomId);
        byte[] state = stored.map(StoredRoom::state).orElse(null);
        if (stored.isEmpty() || state == null) {
            return;
        }
        // Exactly what was stored, without what has come since: that has a snapshot of its own soon.
        String text = Document.load("search", state).text();
        Embeddings embeddings = store.embeddings();
        float[] vector = text.isBlank() ? null : embedder.embed(text, TextEmbedder.Purpose.DOCUMENT, stopping);
        embeddings.save(roomId, vector, embedder.model(), stored.get().stateSeq());
    }

    private void sweep() {
        try {
            String after = "";
            while (true) {
                List<String> page = store.embeddings().outdated(embedder.model(), after, PAGE);
                page.forEach(room -> schedule(room, Duration.ZERO));
                if (page.size() < PAGE) {
                    return;
                }
                after = page.get(page.size() - 1);
            }
        } catch (RuntimeException e) {
            LOG.warn("rooms without an embedding cannot be looked for just now: {}", e.toString());
        }
    }

    /** Stops; what is left is found at the next start. */
    @Override
    public void close() {
        stopping.cancel();
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.info("an embedding is still being made and is abandoned");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
