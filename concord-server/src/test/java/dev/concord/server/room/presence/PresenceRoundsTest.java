package dev.concord.server.room.presence;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.server.config.Limits;
import dev.concord.server.room.FakeMember;
import dev.concord.server.room.PresenceRules;
import dev.concord.server.room.RoomFixture;
import dev.concord.wire.Message;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What the members of one room see of each other. */
class PresenceRoundsTest extends RoomFixture {
    @Test
    void newcomersSeeAllThatAreHere() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1), 0);
        room.receive(bob, presence("Bob", 2), 0);
        join(cy);
        room.leave(cy);

        FakeMember dee = new FakeMember("dee");
        room.join(dee, null);
        loop.run();
        List<Message> got = dee.take();
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), got.subList(1, got.size()));
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), room.present());
    }

    @Test
    void presenceGoesOutOnceATickAndTheNewestWins() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1), 0);
        room.receive(ann, presence("Ann", 2), 0);
        loop.run();
        assertEquals(List.of(), bob.take());

        loop.pass(Limits.DEFAULT.presence().tick());
        assertEquals(List.of(presence("Ann", 2)), bob.take());
        assertEquals(List.of(), ann.take());
        loop.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), bob.take());
    }

    @Test
    void aRoundIsOneWriteWithoutWhatOneShowsOneself() {
        join(ann, bob, cy);
        room.receive(ann, presence("Ann", 1), 0);
        room.receive(bob, presence("Bob", 2), 0);
        room.receive(cy, presence("Cy", 3), 0);
        int flushes = ann.flushes;
        loop.pass(Limits.DEFAULT.presence().tick());

        assertEquals(List.of(presence("Bob", 2), presence("Cy", 3)), ann.take());
        assertEquals(List.of(presence("Ann", 1), presence("Cy", 3)), bob.take());
        assertEquals(List.of(presence("Ann", 1), presence("Bob", 2)), cy.take());
        assertEquals(flushes + 1, ann.flushes);
    }

    @Test
    void aCrowdHasFewerRounds() {
        join(ann, bob);
        for (int i = 0; i < 498; i++) {
            room.join(new FakeMember("m" + i), null);
        }
        loop.run();
        bob.take();
        room.receive(ann, presence("Ann", 1), 0);
        loop.pass(Limits.DEFAULT.presence().tick());
        assertEquals(List.of(), bob.take());
        loop.pass(Duration.ofMillis(250));
        assertEquals(List.of(presence("Ann", 1)), bob.take());
    }

    @Test
    void aMemberThatLeavesTakesItsLeaveAtOnce() {
        join(ann, bob, cy);
        Message.Presence here = new Message.Presence("Ann", 1, "#123456", Map.of("client", "c1", "caret", 5));
        room.receive(ann, here, 0);
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();

        room.leave(ann);
        room.leave(cy);
        loop.run();

        Message.Presence farewell = bob.takeOne(Message.Presence.class);
        assertEquals("Ann", farewell.user());
        assertEquals(true, farewell.extras().get("left"));
        assertEquals("c1", farewell.extras().get("client"));
        assertEquals(List.of(), room.present());
        loop.pass(Duration.ofSeconds(1));
        assertEquals(List.of(), bob.take(), "who never showed itself takes no leave");
    }

    @Test
    void aFarewellThatIsFollowedByTheEndOfTheConnectionIsSentOn() {
        join(ann, bob);
        room.receive(ann, presence("Ann", 1), 0);
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();
        Message.Presence bye = new Message.Presence("Ann", 1, "#123456", Map.of("left", true));

        room.receive(ann, bye, 0);
        room.leave(ann);
        loop.pass(Duration.ofSeconds(1));

        assertEquals(true, bob.takeOne(Message.Presence.class).extras().get("left"));
        assertEquals(List.of(), room.present());
    }

    @Test
    void aResynchronisedMemberDoesNotSeeItself() {
        join(ann, bob);
        room.receive(bob, presence("Bob", 1), 0);
        room.receive(ann, presence("Ann", 1), 0);
        loop.pass(Limits.DEFAULT.presence().tick());
        bob.take();
        bob.writable = false;
        send(ann, 1, type("a"));
        bob.writable = true;
        room.writable(bob);
        loop.run();

        List<Message> got = bob.take();
        assertEquals(List.of(presence("Ann", 1)), got.subList(1, got.size()));
    }

    private static Message.Presence named(String user, String client) {
        return new Message.Presence(user, 1, "#123456", Map.of("client", client));
    }

    private void round() {
        loop.pass(Limits.DEFAULT.presence().tick());
    }

    @Test
    void aConnectionIsOnePersonAtATime() {
        join(ann, bob);
        Set<Object> here = new HashSet<>();
        for (int i = 0; i < 564; i++) {
            room.receive(ann, named("Ann " + i, "c" + i), 0);
            round();
            for (Message message : bob.take()) {
                Message.Presence presence = (Message.Presence) message;
                Object name = presence.extras().get("client");
                if (PresenceRules.isFarewell(presence)) {
                    assertTrue(here.remove(name), "a farewell to " + name);
                } else {
                    here.add(name);
                }
            }
            assertEquals(1, here.size(), () -> "shown at once: " + here);
        }
        assertEquals(Set.of("c563"), here);
        assertEquals(1, room.present().size());
    }

    @Test
    void manyNamesWithinATickCostNoMoreThanOne() {
        join(ann, bob);
        room.receive(ann, named("Ann", "first"), 0);
        round();
        bob.take();
        for (int i = 0; i < 100; i++) {
            room.receive(ann, named("Ann", "c" + i), 0);
        }
        loop.run();
        assertEquals(List.of(), bob.take());
        round();

        assertEquals(
                List.of("c99", "first"),
                bob.take().stream()
                        .map(message -> ((Message.Presence) message).extras().get("client"))
                        .toList());
    }

    @Test
    void whoLeavesUnderANameThatWasNotShownYetLeavesUnderTheLastOneToo() {
        join(ann, bob);
        room.receive(ann, named("Ann", "first"), 0);
        round();
        bob.take();
        room.receive(ann, named("Ann", "second"), 0);
        room.leave(ann);
        loop.run();

        assertTrue(bob.take().stream()
                .map(Message.Presence.class::cast)
                .anyMatch(presence -> PresenceRules.isFarewell(presence)
                        && "first".equals(presence.extras().get("client"))));
    }

    @Test
    void nobodySaysFarewellForAnother() {
        join(ann, bob, cy);
        room.receive(ann, named("Ann", "c1"), 0);
        round();
        cy.take();

        Map<String, Object> left = Map.of("client", "c1", "left", true);
        room.receive(bob, new Message.Presence("Ann", 1, "#123456", left), 0);
        round();
        assertEquals(List.of(), cy.take(), "from somebody who has not shown itself");

        room.receive(bob, named("Bob", "c2"), 0);
        round();
        cy.take();
        room.receive(bob, new Message.Presence("Ann", 1, "#123456", left), 0);
        round();
        assertEquals("c2", cy.takeOne(Message.Presence.class).extras().get("client"), "its own farewell");
        assertEquals(List.of(named("Ann", "c1")), room.present());
    }

    @Test
    void aNameThatIsInUseIsMadeAnother() {
        join(ann, bob, cy);
        room.receive(ann, named("Ann", "c1"), 0);
        room.receive(bob, named("Not Ann", "c1"), 0);
        round();

        assertEquals(
                List.of("c1", "c1~bob"),
                cy.take().stream()
                        .map(message -> ((Message.Presence) message).extras().get("client"))
                        .toList());
        room.receive(bob, named("Not Ann", "c1"), 0);
        round();
        assertEquals("c1~bob", cy.takeOne(Message.Presence.class).extras().get("client"));

        room.receive(ann, presence("Kerim", 1), 0);
        room.receive(bob, presence("Kerim", 2), 0);
        round();
        room.leave(bob);
        loop.run();
        Message.Presence last = (Message.Presence) cy.take().get(4);
        assertEquals(true, last.extras().get("left"));
        assertEquals("Kerim~bob", last.extras().get("client"), "not the other one's");
    }

    @Test
    void aClientThatIsBackTakesItsNameFromItsLastConnection() {
        FakeMember back = new FakeMember("again") {
            @Override
            public Object origin() {
                return ann.origin();
            }
        };
        join(ann, back, cy);
        room.receive(ann, named("Ann", "c1"), 0);
        round();
        cy.take();
        room.receive(back, named("Ann", "c1"), 0);
        round();
        assertEquals(List.of(named("Ann", "c1")), cy.take());
        room.leave(ann);
        round();
        assertEquals(List.of(), cy.take(), "it is still here");
    }
}
