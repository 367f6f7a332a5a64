package dev.concord.yjs;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The reference: every clock a unit of its own, lists as lists, no merging, no garbage. It knows text and values in sequences and under
 * keys, and keeps deleted content; of types it knows only that they are parents. Slow and plain: order is decided by walking all that stands between the origins.
 */
final class NaiveYDocument {
    /** One clock of one struct. */
    private static final class Unit {
        final long client;
        Unit origin;
        Unit rightOrigin;
        String list;
        String content;
        boolean deleted;

        Unit(long client) {
            this.client = client;
        }
    }

    private record Id(long client, long clock) {}

    private final Map<Id, Unit> units = new HashMap<>();
    private final Map<String, List<Unit>> lists = new HashMap<>();
    private final Set<Id> deletes = new HashSet<>();
    private final List<Structs> waiting = new ArrayList<>();

    void apply(byte[] update) {
        Structs in = new Structs();
        UpdateReader.read(update, UpdateFormat.V1, Bounds.DEFAULT, false, in);
        for (int d = 0; d < in.deleteCount; d++) {
            for (long clock = 0; clock < in.deleteLength[d]; clock++) {
                deletes.add(new Id(in.deleteClient[d], in.deleteClock[d] + clock));
            }
        }
        for (int i = 0; i < in.size; i++) {
            if (in.kind(i) != Kind.SKIP) {
                waiting.add(in.alone(i));
            }
        }
        boolean moved = true;
        while (moved) {
            moved = waiting.removeIf(this::take);
        }
        deletes.forEach(id -> {
            if (units.containsKey(id)) {
                units.get(id).deleted = true;
            }
        });
    }

    private boolean isHere(long client, long clock) {
        return client == Structs.NONE || units.containsKey(new Id(client, clock));
    }

    private boolean take(Structs in) {
        long client = in.client[0];
        if (!isHere(in.originClient[0], in.originClock[0])
                || !isHere(in.rightClient[0], in.rightClock[0])
                || !isHere(in.parentClient[0], in.parentClock[0])
                || (in.clock[0] > 0 && !isHere(client, in.clock[0] - 1))) {
            return false;
        }
        byte[] bytes = Arrays.copyOfRange(in.content(0), in.contentFrom[0], in.contentTo[0]);
        ByteIn values = new ByteIn(bytes);
        for (int n = 0; n < in.length[0]; n++) {
            String content = null;
            if (in.kind(0) == Kind.STRING) {
                content = new String(bytes, java.nio.charset.StandardCharsets.UTF_8).substring(n, n + 1);
            } else if (in.kind(0) == Kind.ANY) {
                content = JsJson.stringify(Values.read(values));
            }
            Id id = new Id(client, in.clock[0] + n);
            if (!units.containsKey(id)) {
                Unit unit = new Unit(id.client);
                unit.content = content;
                unit.deleted = content == null;
                unit.origin = n > 0
                        ? units.get(new Id(client, id.clock - 1))
                        : units.get(new Id(in.originClient[0], in.originClock[0]));
                unit.rightOrigin = units.get(new Id(in.rightClient[0], in.rightClock[0]));
                unit.list = listOf(in, unit);
                place(unit);
                units.put(id, unit);
            }
        }
        return true;
    }

    private static String listOf(Structs in, Unit unit) {
        if (unit.origin != null) {
            return unit.origin.list;
        }
        if (unit.rightOrigin != null) {
            return unit.rightOrigin.list;
        }
        if (in.kind(0) == Kind.GC) {
            return "garbage";
        }
        String root = in.parentClient[0] != Structs.NONE
                ? in.parentClient[0] + ":" + in.parentClock[0]
                : new String(
                        in.update,
                        in.rootFrom[0],
                        in.rootTo[0] - in.rootFrom[0],
                        java.nio.charset.StandardCharsets.UTF_8);
        return in.keyFrom[0] < 0
                ? root
                : root + "\n"
                        + new String(
                                in.update,
                                in.keyFrom[0],
                                in.keyTo[0] - in.keyFrom[0],
                                java.nio.charset.StandardCharsets.UTF_8);
    }

    private void place(Unit unit) {
        List<Unit> list = lists.computeIfAbsent(unit.list, name -> new ArrayList<>());
        int left = unit.origin == null ? -1 : list.indexOf(unit.origin);
        int right = unit.rightOrigin == null ? list.size() : list.indexOf(unit.rightOrigin);
        Set<Unit> passed = new HashSet<>();
        Set<Unit> collected = new HashSet<>();
        int previous = left;
        for (int at = left + 1; at < list.size() && at != right; at++) {
            Unit other = list.get(at);
            passed.add(other);
            collected.add(other);
            if (other.origin == unit.origin) {
                if (other.client < unit.client) {
                    previous = at;
                    collected.clear();
                } else if (other.rightOrigin == unit.rightOrigin) {
                    break;
                }
            } else if (other.origin != null && passed.contains(other.origin)) {
                if (!collected.contains(other.origin)) {
                    previous = at;
                    collected.clear();
                }
            } else {
                break;
            }
        }
        list.add(previous + 1, unit);
        if (unit.list.contains("\n")) {
            for (int i = 0; i + 1 < list.size(); i++) {
                list.get(i).deleted = true;
            }
        }
    }

    /** The visible contents of a root's sequence. */
    List<String> sequence(String root) {
        return lists.getOrDefault(root, List.of()).stream()
                .filter(unit -> !unit.deleted)
                .map(unit -> unit.content)
                .toList();
    }

    /** The value of a key as JSON, null when it has none. */
    String value(String root, String key) {
        List<Unit> list = lists.getOrDefault(root + "\n" + key, List.of());
        return list.isEmpty() || list.get(list.size() - 1).deleted ? null : list.get(list.size() - 1).content;
    }

    boolean isComplete() {
        return waiting.isEmpty() && deletes.stream().allMatch(units::containsKey);
    }
}
