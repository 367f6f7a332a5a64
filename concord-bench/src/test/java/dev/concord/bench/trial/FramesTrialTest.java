package dev.concord.bench.trial;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Document;
import dev.concord.wire.Message;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FramesTrialTest {
    private static final int OPS = 300;

    @TempDir
    private Path home;

    private final Tally tally = new Tally();
    private final List<Script> scripts = List.of(new Script(0, OPS, 1), new Script(1, OPS, 2));

    /** One that writes nothing and checks what writer 1 sends. */
    private Wire.Receiver reader() {
        TrialServer none = new TrialServer(home, home, tally);
        return new TrialMember("room", 0, scripts, none, tally, null, new Random(3)).receiver();
    }

    private static void give(Wire.Receiver reader, byte[] frame) {
        reader.text(frame, 0, frame.length);
    }

    private byte[] frame(int index) {
        return ("{\"t\":\"op\",\"seq\":7,\"data\":" + new String(scripts.get(1).op(index), UTF_8) + "}")
                .getBytes(UTF_8);
    }

    @Test
    void scriptsAreTextsOfADocumentThatCanBeCounted() throws WireException {
        Document document = new Document("reader");
        for (Script script : scripts) {
            for (int i = 0; i < OPS; i++) {
                document.apply(WireCodec.readOperation(script.op(i)));
            }
        }

        assertEquals(0, document.pendingCount());
        assertEquals(Map.of("w0", OPS, "w1", OPS), Sealed.count(document.text()));
    }

    @Test
    void whatIsSentIsTaken() {
        Wire.Receiver reader = reader();
        for (int i = 0; i < OPS; i++) {
            give(reader, frame(i));
        }
        Document document = new Document("w9");
        Message.Sync sync = new Message.Sync(document.encode(), document.version(), "e");
        give(reader, WireCodec.write(sync));
        give(reader, WireCodec.write(new Message.Presence(Sealed.seal("w1", 1, "é"), 0, "#fff")));

        assertEquals(List.of(), tally.faults());
        assertEquals(OPS, tally.ops.sum());
        assertEquals(OPS + 2, tally.frames());
    }

    @ParameterizedTest
    @CsvSource({"128", "6", "64"})
    void anyByteThatIsAnotherIsFound(int flipped) {
        byte[] sound = frame(0);
        for (int at = 0; at < sound.length; at++) {
            if (at == new String(sound, UTF_8).indexOf('7')) {
                continue; // a place in the log: any number
            }
            Tally before = new Tally();
            TrialServer none = new TrialServer(home, home, before);
            Wire.Receiver reader = new TrialMember("room", 0, scripts, none, before, null, new Random(3)).receiver();
            byte[] wrong = sound.clone();
            wrong[at] ^= (byte) flipped;
            give(reader, wrong);

            int place = at;
            assertFalse(before.faults().isEmpty(), () -> "byte " + place + " of " + new String(wrong, UTF_8));
        }
    }

    @Test
    void whatIsLostRefusedOrMadeUpIsFound() {
        give(reader(), frame(0));
        frame(1);
        Wire.Receiver reader = reader();
        give(reader, frame(2));
        assertTrue(tally.faults().get(0).contains("after 0"), tally.faults()::toString);

        give(reader, "{\"t\":\"error\",\"code\":\"malformed\",\"message\":\"the frame is not JSON\"}".getBytes(UTF_8));
        give(reader, "{\"t\":\"ack\",\"seq\":1}".getBytes(UTF_8));
        reader.closed(4400, "malformed");
        give(reader, WireCodec.write(new Message.Sync(new byte[] {1}, new byte[0], "e")));

        assertEquals(5, tally.faults().size());
    }

    @Test
    void textsThatWereTakenApartAreFound() {
        String two = Sealed.seal("w0", 0, "a") + Sealed.seal("w0", 1, "b");

        assertEquals(Map.of("w0", 2), Sealed.count(two));
        for (int cut = 0; cut < two.length(); cut++) {
            String torn = two.substring(0, cut) + "x" + two.substring(cut);
            assertThrows(IllegalStateException.class, () -> Sealed.count(torn));
        }
        assertThrows(IllegalStateException.class, () -> Sealed.count(Sealed.seal("w0", 1, "b")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
                    other;                      there is no trial other
                    frames --seed;              --seed needs a value
                    frames --frames many;       --frames takes a number, not many
                    frames --fast 1;            there is no option --fast
                    frames --allocator heap;    --allocator is one of pooled, unpooled, adaptive
                    """)
    void badUsageSaysWhatToDoAndExitsWith2(String args, String message) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();

        int status = Trial.run(List.of(args.split(" ")), System.out, new PrintStream(err, true, UTF_8));

        assertEquals(2, status);
        assertTrue(err.toString(UTF_8).contains(message), err.toString(UTF_8));
    }
}
