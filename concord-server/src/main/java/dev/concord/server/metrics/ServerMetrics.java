package dev.concord.server.metrics;

import dev.concord.server.ai.AiEvents;
import dev.concord.server.room.RoomEvents;
import dev.concord.wire.ErrorCode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The server's counters, gauges and timers. Thread-safe. */
public final class ServerMetrics implements RoomEvents, AiEvents {
    private static final Duration[] BUCKETS = {
        Duration.ofNanos(100_000),
        Duration.ofNanos(500_000),
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(2),
        Duration.ofSeconds(10)
    };

    /** Why WebSockets are not let in, as far as that is known before it happens: what has not happened yet is exported as 0. */
    private static final List<String> UPGRADE_REFUSALS = List.of(
            "bad_handshake",
            "bad_room_id",
            "host_not_allowed",
            "origin_not_allowed",
            "too_many_connections",
            "upgrade_required");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    /** Micrometer refers weakly to what it asks: with the supplier the counter would stand still. */
    private final Queue<LongSupplier> counted = new ConcurrentLinkedQueue<>();

    private final AtomicInteger rooms = new AtomicInteger();
    private final AtomicInteger members = new AtomicInteger();
    private final AtomicInteger quarantined = new AtomicInteger();
    private final Counter roomFailures = counter("concord.room.load.failures", "rooms that could not be loaded");
    private final Counter ops = counter("concord.ops", "ops applied");
    private final Counter deliveries = counter("concord.deliveries", "ops written to members");
    private final Counter resyncs = counter("concord.resyncs", "slow readers that were resynchronised");
    private final Counter compactions = counter("concord.compactions", "snapshots stored");
    private final Counter compactedOps = counter("concord.compacted.ops", "ops covered by stored snapshots");
    private final Counter compactionFailures =
            counter("concord.compaction.failures", "snapshots that could not be stored");
    private final Counter caughtUpOps =
            counter("concord.caughtup.ops", "ops of other instances that were read from the log");
    private final Counter remoteOps = counter("concord.bus.ops", "ops of other instances that were applied here");
    private final Counter repaired = counter(
            "concord.recovered.ops",
            "ops that the bus had not brought, found by anti-entropy in the log or at another instance");
    private final Counter adopted =
            counter("concord.adopted.ops", "ops of other instances stored here because nobody else had stored them");
    private final Counter busRefused = counter("concord.bus.refused", "messages of other instances that were unusable");
    private final Counter busDropped =
            counter("concord.bus.dropped", "messages of other instances that came faster than they could be processed");
    private final Timer apply =
            timer("concord.apply", "from an op's arrival in its room to the last write to a member");
    private final Timer ack = timer("concord.ack", "from an op's arrival in its room until it is durable");
    private final Counter tokensIn = counter("concord.ai.tokens.in", "tokens of prompts sent to models");
    private final Counter tokensOut = counter("concord.ai.tokens.out", "tokens of answers of models");
    private final Counter embedded = counter("concord.embeddings", "rooms whose vector was brought up to date");
    private final Counter embeddingFailures =
            counter("concord.embedding.failures", "attempts to embed a room that failed and are repeated");
    private final Map<ErrorCode, Counter> refusals = new EnumMap<>(ErrorCode.class);

    /** Meters at zero. */
    public ServerMetrics() {
        gauge("concord.rooms", "rooms in memory", rooms::get);
        gauge("concord.members", "open WebSocket connections in rooms", members::get);
        gauge("concord.rooms.quarantined", "rooms whose stored rows cannot be read", quarantined::get);
        for (ErrorCode code : ErrorCode.values()) {
            refusals.put(
                    code,
                    Counter.builder("concord.refused")
                            .description("messages refused")
                            .tag("code", code.wire())
                            .register(registry));
        }
        UPGRADE_REFUSALS.forEach(this::refusedUpgrades);
    }

    /**
     * A WebSocket was not let in.
     *
     * @param reason one of few: the code of the answer, or too_many_connections
     */
    public void upgradeRefused(String reason) {
        refusedUpgrades(reason).increment();
    }

    private Counter refusedUpgrades(String reason) {
        return Counter.builder("concord.upgrades.refused")
                .description("WebSockets that were not let in, by the code of the answer; too_many_connections counts"
                        + " connections from one address that were closed unread")
                .tag("reason", reason)
                .register(registry);
    }

    /**
     * Adds a gauge that is read at each scrape.
     *
     * @param name with dots
     * @param help for people
     * @param value read from any thread
     */
    public void gauge(String name, String help, Supplier<Number> value) {
        Gauge.builder(name, value).description(help).register(registry);
    }

    /**
     * Adds a counter that somebody else keeps.
     *
     * @param name with dots
     * @param help for people
     * @param value read from any thread; never falls
     */
    public void count(String name, String help, LongSupplier value) {
        counted.add(value);
        FunctionCounter.builder(name, value, LongSupplier::getAsLong)
                .description(help)
                .register(registry);
    }

    /**
     * All meters.
     *
     * @return Prometheus text format 0.0.4
     */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void roomOpened() {
        rooms.incrementAndGet();
    }

    @Override
    public void roomClosed() {
        rooms.decrementAndGet();
    }

    @Override
    public void roomFailed() {
        roomFailures.increment();
    }

    @Override
    public void memberJoined() {
        members.incrementAndGet();
    }

    @Override
    public void memberLeft() {
        members.decrementAndGet();
    }

    @Override
    public void opApplied(long nanos, int receivers) {
        ops.increment();
        deliveries.increment(receivers);
        apply.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void opAcknowledged(long nanos) {
        ack.record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void refused(ErrorCode code) {
        Counter counter = refusals.get(code);
        if (counter != null) {
            counter.increment();
        }
    }

    @Override
    public void resynchronised() {
        resyncs.increment();
    }

    @Override
    public void compacted(long count) {
        compactions.increment();
        compactedOps.increment((double) count);
    }

    @Override
    public void compactionFailed() {
        compactionFailures.increment();
    }

    @Override
    public void caughtUp(long count) {
        caughtUpOps.increment((double) count);
    }

    @Override
    public void quarantined(int rooms) {
        quarantined.set(rooms);
    }

    @Override
    public void remoteApplied(int receivers) {
        remoteOps.increment();
        deliveries.increment(receivers);
    }

    @Override
    public void repaired(int count) {
        repaired.increment(count);
    }

    @Override
    public void adopted() {
        adopted.increment();
    }

    @Override
    public void busRefused() {
        busRefused.increment();
    }

    @Override
    public void busDropped() {
        busDropped.increment();
    }

    @Override
    public void aiCalled(String route, String outcome, long nanos) {
        Timer.builder("concord.ai.calls")
                .description("requests to models and to the search, by route and outcome")
                .tag("route", route)
                .tag("outcome", outcome)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    @Override
    public void aiTokens(long input, long output) {
        tokensIn.increment((double) input);
        tokensOut.increment((double) output);
    }

    @Override
    public void embedded(boolean ok) {
        (ok ? embedded : embeddingFailures).increment();
    }

    private Counter counter(String name, String help) {
        return Counter.builder(name).description(help).register(registry);
    }

    private Timer timer(String name, String help) {
        return Timer.builder(name)
                .description(help)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
