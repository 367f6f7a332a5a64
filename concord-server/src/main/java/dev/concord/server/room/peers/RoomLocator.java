package dev.concord.server.room.peers;

import dev.concord.server.cluster.Bus;
import dev.concord.server.cluster.Channels;
import dev.concord.server.cluster.Cluster;
import dev.concord.server.cluster.PresenceBoard;
import dev.concord.server.room.Absence;
import dev.concord.server.room.Locator;
import dev.concord.server.room.Room;
import dev.concord.server.room.RoomCallback;
import dev.concord.server.room.RoomDirectory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How instances with separate stores ask one another for a room that they do not have: it may lie in another's store, with nobody in it.
 * Whoever has it brings it into memory, which also makes it compare itself with everybody else's. All instances, with one store or several, tell
 * one another here which rooms were deleted. Thread-safe.
 */
public final class RoomLocator implements Locator {
    private static final Logger LOG = LoggerFactory.getLogger(RoomLocator.class);
    /** An instance that does not answer in this time does not count: what it has is merged when it sends again. */
    private static final Duration PATIENCE = Duration.ofMillis(300);

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
    private final PresenceBoard board;
    private final boolean separate;
    private final boolean alone;
    private final Map<String, Question> questions = new ConcurrentHashMap<>();

    /**
     * Asks nobody and answers nothing until {@link #answerFrom}.
     *
     * @param cluster the other instances
     */
    public RoomLocator(Cluster cluster) {
        this.bus = cluster.bus();
        this.board = cluster.board();
        this.alone = cluster.reach() == Cluster.Reach.SOLO;
        this.separate = cluster.reach() == Cluster.Reach.SEPARATE_STORES;
    }

    /**
     * Answers the questions of other instances from now on.
     *
     * @param rooms the rooms of this one
     */
    public void answerFrom(RoomDirectory rooms) {
        if (!alone) {
            bus.subscribe(Channels.LOCATOR, json -> receive(json, rooms));
        }
    }

    @Override
    public boolean hasSeparateStores() {
        return separate;
    }

    @Override
    public Optional<Found> find(String roomId) {
        return ask(roomId).join();
    }

    /** As whoever answers first has it, or nothing. */
    private CompletableFuture<Optional<Found>> ask(String roomId) {
        if (!separate || !bus.isConnected()) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        Question question = new Question();
        questions.put(roomId, question);
        publish(new LocatorMessage(LocatorMessage.Kind.WANTED, roomId, bus.instance(), "", "", new byte[0]))
                .whenComplete((receivers, failure) -> {
                    question.asked = failure != null ? 0 : receivers - 1;
                    question.none(0);
                });
        return question.answer
                .completeOnTimeout(Optional.empty(), PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((found, failure) -> questions.remove(roomId, question));
    }

    @Override
    public void opened(String roomId, String epoch) {
        if (separate) {
            publish(new LocatorMessage(LocatorMessage.Kind.WOKEN, roomId, bus.instance(), "", epoch, new byte[0]));
        }
    }

    @Override
    public void ended(String roomId, String epoch) {
        if (!alone) {
            publish(new LocatorMessage(LocatorMessage.Kind.ENDED, roomId, bus.instance(), "", epoch, new byte[0]));
            board.clear(roomId);
        }
    }

    @Override
    public void close() {
        if (!alone) {
            bus.unsubscribe(Channels.LOCATOR);
        }
    }

    /** A message that cannot be sent is one that is lost: no room is unreadable for that. */
    private CompletionStage<Long> publish(LocatorMessage message) {
        try {
            return bus.publish(Channels.LOCATOR, message.write());
        } catch (RuntimeException | Error fault) {
            LOG.error("a message about rooms could not be sent", fault);
            return CompletableFuture.failedFuture(fault);
        }
    }

    private void receive(byte[] json, RoomDirectory rooms) {
        LocatorMessage message;
        try {
            message = LocatorMessage.read(json);
        } catch (LocatorMessage.MalformedMessageException e) {
            LOG.atWarn().log("a message about rooms was refused: {}", e.getMessage());
            return;
        }
        if (message.source().equals(bus.instance())) {
            return;
        }
        if (message.kind() == LocatorMessage.Kind.ENDED) {
            rooms.ended(message.room(), message.epoch());
        } else if (message.kind() == LocatorMessage.Kind.WANTED || message.kind() == LocatorMessage.Kind.WOKEN) {
            answer(message, rooms);
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

    private void answer(LocatorMessage question, RoomDirectory rooms) {
        if (!question.epoch().isEmpty()) {
            // Whoever missed the deletion has it still.
            rooms.hasEnded(question.room(), question.epoch()).thenAccept(ended -> {
                if (ended) {
                    ended(question.room(), question.epoch());
                }
            });
        }
        rooms.run(question.room(), false, new RoomCallback() {
            @Override
            public void enter(Room room) {
                room.state().whenComplete((state, failure) -> {
                    if (failure != null) {
                        absent(Absence.UNAVAILABLE);
                    } else {
                        reply(LocatorMessage.Kind.HAVE, room.epoch(), state);
                    }
                });
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
