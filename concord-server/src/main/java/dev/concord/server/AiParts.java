package dev.concord.server;

import dev.concord.ai.EditPlanner;
import dev.concord.ai.TextEmbedder;
import dev.concord.ai.gemini.Gemini;
import dev.concord.ai.gemini.GeminiConfig;
import dev.concord.server.ai.AiCalls;
import dev.concord.server.ai.AiEvents;
import dev.concord.server.ai.Copilot;
import dev.concord.server.ai.EditRuns;
import dev.concord.server.ai.VersionCapture;
import dev.concord.server.config.AiConfig;
import dev.concord.server.history.History;
import dev.concord.server.http.AiServices;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.server.room.RoomDirectory;
import dev.concord.server.search.EmbeddingIndex;
import dev.concord.server.search.Search;
import dev.concord.store.RoomStore;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts together what asks models, by what is configured and what is on the class path. */
final class AiParts implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AiParts.class);

    private static final int CAPTURE_SECONDS = 15;

    private final @Nullable Gemini gemini;
    private final @Nullable EmbeddingIndex index;
    private final AiCalls calls;
    private final ScheduledExecutorService timer;
    private final AiServices services;
    private final boolean searching;

    AiParts(
            AiConfig config,
            RoomStore store,
            RoomDirectory rooms,
            VersionCapture versions,
            AiEvents events,
            Opened opened) {
        this.gemini = config.key().isSet()
                ? opened.add(
                        "Gemini",
                        new Gemini(new GeminiConfig(
                                config.key().value(),
                                config.baseUrl(),
                                config.textModel(),
                                config.embeddingModel(),
                                config.timeout())),
                        Gemini::close)
                : null;
        this.searching = config.search();
        TextEmbedder embedder = !config.search() ? null : gemini != null ? gemini : inProcess();
        ScheduledThreadPoolExecutor clock =
                new ScheduledThreadPoolExecutor(1, ConcordServer.threads("concord-ai-timer"));
        // A call that has ended is not kept until its time would have been up.
        clock.setRemoveOnCancelPolicy(true);
        this.timer = opened.add("timer of AI calls", clock, ScheduledThreadPoolExecutor::shutdownNow);
        this.calls = opened.add(
                "AI calls",
                new AiCalls(config.limits(), timer, ConcordServer.threads("concord-ai"), events),
                AiCalls::close);
        if (embedder == null) {
            this.index = null;
        } else {
            ScheduledExecutorService worker =
                    Executors.newSingleThreadScheduledExecutor(ConcordServer.threads("concord-embedder"));
            EmbeddingIndex made = opened.add(
                    "embedding index",
                    new EmbeddingIndex(embedder, store, worker, events, EmbeddingIndex.Pace.DEFAULT),
                    EmbeddingIndex::close);
            rooms.onStored(made::changed);
            made.start();
            this.index = made;
        }
        SecureRandom random = new SecureRandom();
        this.services = new AiServices(
                new Copilot(gemini, calls, events, config.limits()),
                new EditRuns(
                        gemini == null
                                ? null
                                : new EditPlanner(gemini, config.limits().shownChars()),
                        store.aiRuns(),
                        rooms,
                        versions,
                        calls,
                        events,
                        config.limits(),
                        System::currentTimeMillis,
                        () -> {
                            byte[] name = new byte[16];
                            random.nextBytes(name);
                            return HexFormat.of().formatHex(name);
                        }),
                new Search(embedder, gemini != null, config.search(), store, calls, config.limits()));
    }

    /** Says what the operator may miss; when the server has started. */
    void announce() {
        if (index == null && searching) {
            LOG.info(
                    "no embedding model: search answers 503 until concord-ai-minilm is on the class path or GEMINI_API_KEY is set");
        }
    }

    /** Versions before applied runs, kept with all others. */
    static VersionCapture capturingWith(History history) {
        return (roomId, label, author) -> {
            try {
                return history.keep(roomId, label, author)
                        .get(CAPTURE_SECONDS, TimeUnit.SECONDS)
                        .id();
            } catch (ExecutionException | TimeoutException e) {
                LOG.atWarn().addKeyValue("room", roomId).log("no version before an applied run: {}", e.toString());
                throw notCaptured();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw notCaptured();
            }
        };
    }

    private static Refusal notCaptured() {
        return new Refusal(
                Kind.UNAVAILABLE,
                "no_version",
                "the text before the edits cannot be captured at the moment; nothing was applied, try again");
    }

    private static @Nullable TextEmbedder inProcess() {
        return ServiceLoader.load(TextEmbedder.class).findFirst().orElse(null);
    }

    AiServices services() {
        return services;
    }

    /** How many rooms wait for their vector. */
    int waitingEmbeddings() {
        return index == null ? 0 : index.waiting();
    }

    /** Ends calls that are under way. */
    @Override
    public void close() {
        Closing closing = new Closing();
        if (index != null) {
            closing.step(index::close);
        }
        closing.step(calls::close);
        closing.step(timer::shutdownNow);
        if (gemini != null) {
            closing.step(gemini::close);
        }
        closing.end();
    }
}
