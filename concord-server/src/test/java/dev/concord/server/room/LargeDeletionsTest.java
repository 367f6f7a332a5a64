package dev.concord.server.room;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.concord.crdt.Operation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which deletions of members count as large. */
class LargeDeletionsTest extends RoomFixture {
    private final List<String> noticed = new ArrayList<>();
    private long seq;

    private void write(String text) {
        deletions = (context, first, characters) -> noticed.add(first + " " + characters);
        room.close(Close.RESTARTING);
        room = load();
        join(ann);
        send(ann, ++seq, type(text));
    }

    private void delete(int offset, int length) {
        for (Operation operation : hers.delete(offset, length)) {
            send(ann, ++seq, operation);
        }
    }

    @Test
    void moreThan500UnitsOrHalfOfTheText() {
        write("x".repeat(2_000));
        delete(0, 500);
        assertEquals(0, noticed.size());
        loop.pass(Duration.ofSeconds(3));
        delete(0, 501);
        assertEquals(1, noticed.size());
        loop.pass(Duration.ofSeconds(11));
        delete(0, 480);
        assertEquals(1, noticed.size());
        loop.pass(Duration.ofSeconds(11));
        delete(0, 260);
        assertEquals(2, noticed.size(), "half of 519");
    }

    @Test
    void deletesInQuickSuccessionCountTogetherAndAreNamedByTheFirst() {
        write("x".repeat(1_001));
        List<Operation> all = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            List<Operation> one = hers.delete(hers.length() - 1, 1);
            all.addAll(one);
            send(ann, ++seq, one.get(0));
            loop.pass(Duration.ofMillis(100));
        }
        assertEquals(List.of(all.get(0) + " 501"), noticed);
    }

    @Test
    void whoTypesAndCorrectsDeletesNothingInOneGo() {
        write("x".repeat(1_000));
        for (int i = 0; i < 600; i++) {
            send(ann, ++seq, type("y"));
            delete(hers.length() - 1, 1);
            loop.pass(Duration.ofMillis(100));
        }
        assertEquals(List.of(), noticed);
    }

    @Test
    void whatTwoMembersDeleteDoesNotAddUp() {
        write("x".repeat(2_000));
        join(bob);
        for (int i = 0; i < 3; i++) {
            delete(0, 100);
            for (Operation operation : hers.delete(0, 100)) {
                send(bob, i + 1, operation);
            }
        }
        assertEquals(List.of(), noticed);
    }

    @Test
    void aFewCharactersOfAShortTextDoNotCount() {
        write("x".repeat(20));
        delete(0, 20);
        assertEquals(List.of(), noticed);
    }

    @Test
    void roomsThatAreFilledAndEmptiedAllTheTimeKeepSomeOfIt() {
        write("x".repeat(600));
        for (int i = 0; i < 12; i++) {
            delete(0, 600);
            send(ann, ++seq, type("y".repeat(600)));
            loop.pass(Duration.ofSeconds(3));
        }
        assertEquals(3, noticed.size(), "in 36 seconds, at most one every ten");
    }
}
