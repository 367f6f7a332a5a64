package dev.concord.yjs.protocol;

import dev.concord.yjs.protocol.AwarenessUpdate.Entry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is present in a document, as a server sees it. An entry of an update is taken when its clock is higher than the one known of its
 * client (0 for one that is not known), and also when the clock is equal, the entry says that the client is gone, and it is present. The
 * second rule lets a server say so for a client whose connection broke, without a clock of its own.
 *
 * <p>Each present client has an owner: who sent the state that was taken last, a connection or another server. When the owner leaves, its
 * clients go. A client that connects again before its old connection is known to be broken has the new one as its owner with its first
 * newer state, and stays.
 *
 * <p>Not thread-safe. Memory is bounded by {@link ProtocolLimits}: {@code maxStates} states of {@code maxState} bytes, and
 * {@code maxGone} clocks of clients that went.
 *
 * @param <O> the type of owners, compared by {@code equals}
 */
public final class Awareness<O> {
    /** After how many milliseconds without a new state a client counts as gone. Clients renew theirs every 15 seconds. */
    public static final long OUTDATED_MILLIS = 30_000;

    private static final AwarenessChange NOTHING =
            new AwarenessChange(List.of(), List.of(), List.of(), List.of(), new AwarenessUpdate(List.of()));

    private record Present<O>(long clock, String state, O owner, long renewedAt) {}

    private final ProtocolLimits limits;
    /** By client; the one that was renewed last stands last. */
    private final LinkedHashMap<Long, Present<O>> present = new LinkedHashMap<>();
    /** The clocks of clients that were present or said to be gone; the one that went last stands last. */
    private final LinkedHashMap<Long, Long> gone = new LinkedHashMap<>();

    private final Map<O, Set<Long>> owned = new HashMap<>();

    /**
     * Nobody is present.
     *
     * @param limits how many clients may be
     */
    public Awareness(ProtocolLimits limits) {
        this.limits = limits;
    }

    /**
     * Takes what is news in an update. Takes time in proportion to the number of entries.
     *
     * @param update from a client or another server
     * @param owner who sent it
     * @param now the time in milliseconds, of a clock that does not go back
     * @return what changed
     * @throws LimitExceededException when more clients would be present than may be; nothing is changed then
     */
    public AwarenessChange apply(AwarenessUpdate update, O owner, long now) {
        checkCount(update);
        Step step = new Step();
        for (Entry entry : update.entries()) {
            String state = entry.state();
            if (!isNews(entry)) {
                continue;
            }
            if (state == null) {
                step.touch(entry.client(), remove(entry.client()));
                went(entry.client(), entry.clock());
            } else {
                Present<O> before = remove(entry.client());
                gone.remove(entry.client());
                present.put(entry.client(), new Present<>(entry.clock(), state, owner, now));
                owned.computeIfAbsent(owner, key -> new LinkedHashSet<>()).add(entry.client());
                step.touch(entry.client(), before);
            }
        }
        return step.change();
    }

    private void checkCount(AwarenessUpdate update) {
        if (present.size() + update.entries().size() <= limits.maxStates()) {
            return;
        }
        Set<Long> clients = new HashSet<>();
        for (Entry entry : update.entries()) {
            if (entry.state() != null && !present.containsKey(entry.client()) && isNews(entry)) {
                clients.add(entry.client());
            }
        }
        LimitExceededException.check("maxStates", present.size() + (long) clients.size(), limits.maxStates());
    }

    private boolean isNews(Entry entry) {
        Present<O> known = present.get(entry.client());
        long clock = known == null ? gone.getOrDefault(entry.client(), 0L) : known.clock;
        return entry.clock() > clock || (entry.clock() == clock && entry.state() == null && known != null);
    }

    private @Nullable Present<O> remove(long client) {
        Present<O> known = present.remove(client);
        if (known != null) {
            Set<Long> clients = owned.get(known.owner);
            if (clients != null && clients.remove(client) && clients.isEmpty()) {
                owned.remove(known.owner);
            }
        }
        return known;
    }

    private void went(long client, long clock) {
        gone.remove(client);
        gone.put(client, clock);
        if (gone.size() > limits.maxGone()) {
            Iterator<Long> eldest = gone.keySet().iterator();
            eldest.next();
            eldest.remove();
        }
    }

    /**
     * Removes the clients of an owner whose connection ended. Their clocks stay as they were. Takes time in proportion to their number.
     *
     * @param owner who left
     * @return what changed
     */
    public AwarenessChange leave(O owner) {
        return removeAll(List.copyOf(owned.getOrDefault(owner, Set.of())));
    }

    /**
     * Removes clients that have not set their state for {@link #OUTDATED_MILLIS}. Takes time in proportion to the number of those.
     *
     * @param now the time in milliseconds, of the clock of {@link #apply}
     * @return what changed
     */
    public AwarenessChange expire(long now) {
        List<Long> outdated = new ArrayList<>();
        for (Map.Entry<Long, Present<O>> entry : present.entrySet()) {
            if (now - entry.getValue().renewedAt < OUTDATED_MILLIS) {
                break;
            }
            outdated.add(entry.getKey());
        }
        return removeAll(outdated);
    }

    private AwarenessChange removeAll(Collection<Long> clients) {
        Step step = new Step();
        for (Long client : clients) {
            Present<O> known = remove(client);
            if (known != null) {
                step.touch(client, known);
                went(client, known.clock);
            }
        }
        return step.change();
    }

    /**
     * The states of everybody who is present, for a newcomer or as the answer to a query.
     *
     * @return the one that was renewed last stands last; without entries when nobody is present
     */
    public AwarenessUpdate all() {
        return update(present.keySet());
    }

    /**
     * The states of those who are present.
     *
     * @return JSON by client; a copy
     */
    public Map<Long, String> states() {
        Map<Long, String> states = new LinkedHashMap<>();
        present.forEach((client, known) -> states.put(client, known.state));
        return states;
    }

    /**
     * Whose client it is.
     *
     * @param client its id
     * @return who sent its state; null when it is not present
     */
    public @Nullable O owner(long client) {
        Present<O> known = present.get(client);
        return known == null ? null : known.owner;
    }

    private AwarenessUpdate update(Collection<Long> clients) {
        List<Entry> entries = new ArrayList<>(clients.size());
        for (Long client : clients) {
            Present<O> known = present.get(client);
            entries.add(
                    known == null
                            ? new Entry(client, gone.getOrDefault(client, 0L), null)
                            : new Entry(client, known.clock, known.state));
        }
        return new AwarenessUpdate(entries);
    }

    /** Fails when what belongs together does not. */
    void checkInvariants() {
        Map<O, Set<Long>> owners = new HashMap<>();
        long before = Long.MIN_VALUE;
        for (Map.Entry<Long, Present<O>> entry : present.entrySet()) {
            Present<O> known = entry.getValue();
            require(known.renewedAt >= before, "clients are not in the order of their renewal");
            require(!gone.containsKey(entry.getKey()), "a client is present and gone");
            before = known.renewedAt;
            owners.computeIfAbsent(known.owner, key -> new HashSet<>()).add(entry.getKey());
        }
        require(owners.equals(owned), "an owner has other clients than those that name it");
        require(present.size() <= limits.maxStates(), "too many are present");
        require(gone.size() <= limits.maxGone(), "too many are remembered");
    }

    private static void require(boolean holds, String problem) {
        if (!holds) {
            throw new IllegalStateException(problem);
        }
    }

    /** What has changed so far; a client that changes twice in one update counts from its first state to its last. */
    private final class Step {
        /** The state before the step, which is null for a client that was not present. */
        private final LinkedHashMap<Long, @Nullable String> touched = new LinkedHashMap<>();

        private void touch(long client, @Nullable Present<O> before) {
            if (!touched.containsKey(client)) {
                touched.put(client, before == null ? null : before.state);
            }
        }

        private AwarenessChange change() {
            if (touched.isEmpty()) {
                return NOTHING;
            }
            List<Long> added = new ArrayList<>();
            List<Long> renewed = new ArrayList<>();
            List<Long> changed = new ArrayList<>();
            List<Long> removed = new ArrayList<>();
            touched.forEach((client, before) -> {
                Present<O> after = present.get(client);
                if (after == null && before != null) {
                    removed.add(client);
                } else if (after != null && before == null) {
                    added.add(client);
                } else if (after != null) {
                    renewed.add(client);
                    if (!after.state.equals(before)) {
                        changed.add(client);
                    }
                }
            });
            List<Long> clients = new ArrayList<>(added);
            clients.addAll(renewed);
            clients.addAll(removed);
            return new AwarenessChange(added, renewed, changed, removed, update(clients));
        }
    }
}
