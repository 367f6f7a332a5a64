package dev.concord.server.room;

import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.wire.LocatorMessage;
import dev.concord.wire.WireException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where instances with separate stores ask one another for a room that they do not have: it may lie in another's store, with nobody in it.
 * Whoever has it brings it into memory, which also makes it compare itself with everybody else's. Thread-safe.
 */
final class RoomLocator {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLocator.class);
    /** An instance that does not answer in this time does not count: what it has is merged when it speaks again. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

    /** A room as another instance has it. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Found(String epoch, byte[] state) {}

    /** One question, until enough have answered. */
    private static final class Question {
        final CompletableFuture<Optional<Found>> answer = new CompletableFuture<>();
        final AtomicLong without = new AtomicLong();
        volatile long asked = Long.MAX_VALUE;

        /** One instance, or nobody, does not have it. */
        void none(long more) {
            if (without.addAndGet(more) >= asked) {
                answer.complete(Optional.empty());
            }
        }
    }

    private final Bus bus;
    private final RoomDirectory rooms;
    private final boolean open;
    private final Map<String, Question> questions = new ConcurrentHashMap<>();

    RoomLocator(Cluster cluster, RoomDirectory rooms) {
        this.bus = cluster.bus();
        this.rooms = rooms;
        this.open = cluster.reach() == Cluster.Reach.SEPARATE_STORES;
        if (open) {
            bus.subscribe(Channels.LOCATOR, this::heard);
        }
    }

    /** Asks for a room; whoever answers first and has it, or nothing. */
    CompletableFuture<Optional<Found>> ask(String roomId) {
        if (!open || !bus.isConnected()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Question question = new Question();
        questions.put(roomId, question);
        publish(new LocatorMessage(LocatorMessage.Kind.WANTED, roomId, bus.instance(), "", "", new byte[0]))
                .whenComplete((hearers, failure) -> {
                    question.asked = failure != null ? 0 : hearers - 1;
                    question.none(0);
                });
        return question.answer
                .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((found, failure) -> questions.remove(roomId, question));
    }

    /** Lets the others know that a room came into memory here, so that those that have it bring it into theirs. */
    void wake(String roomId) {
        if (open) {
            publish(new LocatorMessage(LocatorMessage.Kind.WOKEN, roomId, bus.instance(), "", "", new byte[0]));
        }
    }

    void close() {
        if (open) {
            bus.unsubscribe(Channels.LOCATOR);
        }
    }

    private java.util.concurrent.CompletionStage<Long> publish(LocatorMessage message) {
        return bus.publish(Channels.LOCATOR, message.write());
    }

    private void heard(byte[] json) {
        LocatorMessage message;
        try {
            message = LocatorMessage.read(json);
        } catch (WireException e) {
            LOG.atWarn().log("a message in the locator was refused: {}", e.getMessage());
            return;
        }
        if (message.source().equals(bus.instance())) {
            return;
        }
        if (message.kind() == LocatorMessage.Kind.WANTED || message.kind() == LocatorMessage.Kind.WOKEN) {
            answer(message);
        } else if (message.target().equals(bus.instance())) {
            Question question = questions.get(message.room());
            if (question == null) {
                return;
            }
            if (message.kind() == LocatorMessage.Kind.HAVE) {
                question.answer.complete(Optional.of(new Found(message.epoch(), message.state())));
            } else {
                question.none(1);
            }
        }
    }

    private void answer(LocatorMessage question) {
        rooms.run(question.room(), false, new RoomCallback() {
            @Override
            public void enter(Room room) {
                reply(LocatorMessage.Kind.HAVE, room.epoch(), room.encode());
            }

            @Override
            public void absent(Absence reason) {
                reply(LocatorMessage.Kind.NONE, "", new byte[0]);
            }

            private void reply(LocatorMessage.Kind kind, String epoch, byte[] state) {
                if (question.kind() == LocatorMessage.Kind.WOKEN) {
                    return;
                }
                publish(new LocatorMessage(kind, question.room(), bus.instance(), question.source(), epoch, state));
            }
        });
    }
}
