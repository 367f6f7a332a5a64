package dev.concord.server.search;

import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import dev.concord.ai.TextEmbedder;
import dev.concord.crdt.Document;
import dev.concord.server.ai.AiEvents;
import dev.concord.server.ai.VisibleText;
import dev.concord.store.Embeddings;
import dev.concord.store.RoomStore;
import dev.concord.store.StoredRoom;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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

    /** So many rooms that fail in a row mean that the service is away; one is that room's own trouble and holds up no other. */
    private static final int ROOMS_OF_AN_OUTAGE = 3;

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

    /** How often the embedding of a room has failed since it last came about. The worker's. */
    private final Map<String, Integer> failures = new HashMap<>();
    /** Rooms that failed one after the other, without one between them that did not. The worker's. */
    private final Set<String> failedInARow = new HashSet<>();
    /** Whether it is the service that fails, and not a room or two. The worker's. */
    private boolean away;

    /** The time until which the service is left alone, by {@link System#nanoTime}. The worker's. */
    private long notBefore = System.nanoTime();

    /**
     * An index that does not work yet.
     *
     * @param embedder makes vectors
     * @param store has the snapshots, and keeps the vectors
     * @param worker one thread; closed with the index
     * @param events is notified of every vector
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
            failures.remove(roomId);
            failedInARow.clear();
            events.embedded(true);
            if (away) {
                away = false;
                LOG.info("embeddings are available again");
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
        int count = failures.merge(roomId, 1, Integer::sum);
        failedInARow.add(roomId);
        long pause = Math.min(pace.longestRetry().toMillis(), pace.retry().toMillis() << Math.min(20, count - 1));
        if (failedInARow.size() >= ROOMS_OF_AN_OUTAGE) {
            if (!away) {
                LOG.warn("no embeddings at the moment, search lags behind until there are: {}", failure.toString());
            }
            away = true;
            notBefore = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(pause);
        } else if (count == 1) {
            LOG.atWarn()
                    .addKeyValue("room", roomId)
                    .log(
                            "no embedding of this room at the moment, search does not find its newest text: {}",
                            failure.toString());
        }
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
        float[] vector = !VisibleText.isIn(text) ? null : embedder.embed(text, TextEmbedder.Purpose.DOCUMENT, stopping);
        embeddings.save(
                roomId,
                stored.get().epoch(),
                vector,
                embedder.model(),
                stored.get().stateSeq());
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
        } catch (RuntimeException | Error e) {
            LOG.warn("rooms without an embedding cannot be looked up at the moment: {}", e.toString());
        }
    }

    /** Stops; what is left is found at the next start. */
    @Override
    public void close() {
        stopping.cancel();
        worker.shutdownNow();
        try {
            if (!worker.awaitTermination(2, TimeUnit.SECONDS)) {
                LOG.info("stopped while an embedding was being computed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
