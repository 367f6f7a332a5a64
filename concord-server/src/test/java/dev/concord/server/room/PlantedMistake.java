package dev.concord.server.room;

import java.util.List;

/**
 * A mistake to be planted in what a room does about faults: a piece of source text and what stands there instead.
 *
 * @param name what is wrong
 * @param type the class whose source is changed, from this package on
 * @param text what stands there; must occur exactly once
 * @param wrong what is put there
 */
record PlantedMistake(String name, String type, String text, String wrong) {
    /** Catches that are missing, flags that are not taken back, ends that nobody is notified of. */
    static final List<PlantedMistake> ALL = List.of(
            new PlantedMistake("one member's flush ends that of all others", "Members", """
                                seat.member.flush();
                            } catch (RuntimeException | Error fault) {
                                fail(seat, fault);
            """, """
                                seat.member.flush();
                            } catch (RuntimeException | Error fault) {
                                throw fault;
            """),
            new PlantedMistake("a member that was not sent an op stays", "Members", """
                        fail(seat, fault);
                        return false;
            """, """
                        return false;
            """),
            new PlantedMistake("a document that may differ from its log goes on", "Room", """
                        lifetime.applyFailed(e);
            """, ""),
            new PlantedMistake(
                    "a room that could not be loaded is loading for ever",
                    "Slot",
                    "        loading = false;\n        Room entered",
                    "        loading = loaded.failed();\n        Room entered"),
            new PlantedMistake("what the loop refuses never comes", "HandOver", "            refused.add(end);\n", ""),
            new PlantedMistake("an op that cannot be encoded is sent to nobody", "Attendance", """
                        resynchronise(fault);
                        return 0;
            """, """
                        return 0;
            """),
            new PlantedMistake(
                    "acks pass over an op that was not stored", "Durability", "            broken = true;\n", ""),
            new PlantedMistake(
                    "a member whose state cannot be read waits for it",
                    "Attendance",
                    "                    fault -> expel(member, fault));",
                    "                    fault -> {});"),
            new PlantedMistake("a bus that throws makes a room unreadable", "peers/RoomLocator", """
                        return CompletableFuture.failedFuture(fault);
            """, """
                        throw fault;
            """),
            new PlantedMistake("an error in the store leaves its reader waiting", "log/StoreArchive", """
                        } finally {
                            done.accept(later);
                        }
            """, """
                        }
                        done.accept(later);
            """));

    /** The source with the mistake in it. */
    String in(String source) {
        int at = source.indexOf(text);
        if (at < 0 || source.indexOf(text, at + 1) >= 0) {
            throw new AssertionError(type + ".java has changed, and \"" + name
                    + "\" cannot be planted any more: adapt it to the new source. It looks, exactly once, for:\n"
                    + text);
        }
        return source.replace(text, wrong);
    }
}
