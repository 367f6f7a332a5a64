package dev.concord.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlainOpTest {
    private static final ElementId ID = new ElementId("w_-9", 1234567890123L);

    static List<Operation> plain() {
        return List.of(
                new Operation.Insert(ID, Anchor.after(ElementId.HEAD), "a"),
                new Operation.Insert(ID, Anchor.after(new ElementId("w_-9", 7)), "many ~words/ <&>\u007f"),
                new Operation.Insert(ID, Anchor.before(new ElementId("other", 999_999_999_999_999L)), " "),
                new Operation.Delete(ID, 1),
                new Operation.Delete(ID, 70));
    }

    @ParameterizedTest
    @MethodSource("plain")
    void whatTheCodecWritesOfPlainTextIsReadThisWay(Operation operation) {
        assertEquals(operation, PlainOp.operation(WireCodec.writeOperation(operation)));
        for (long seq : new long[] {0, 1, 42}) {
            Message.Op op = new Message.Op(seq, operation);
            assertEquals(op, PlainOp.message(WireCodec.write(op)));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // a carriage return
                "{\"t\":\"op\",\"seq\":1,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}}\r",
                "{\"t\":\"op\",\"seq\":01,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}}",
                "{\"t\":\"op\",\"seq\":-1,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}}",
                "{\"t\":\"op\",\"seq\":1.0,\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1},\"x\":1}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1},\"length\":0}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1},\"length\":2147483648}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":9007199254740991}}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a b\",\"counter\":1}}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"\",\"counter\":0}}}",
                "{\"t\":\"op\",\"data\":{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":}}}",
                "{\"t\":\"presence\",\"user\":\"a\"}",
                "{\"t\":\"op\",",
                "[]",
                "",
            })
    void everythingElseIsLeftToTheGeneralWay(String frame) {
        assertNull(PlainOp.message(frame.getBytes(UTF_8)));
    }

    @Test
    void anOperationIsTheWholeOfTheBytes() {
        assertNotNull(PlainOp.operation("{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}".getBytes(UTF_8)));
        assertNull(PlainOp.operation("{\"kind\":\"delete\",\"id\":{\"site\":\"a\",\"counter\":1}}}".getBytes(UTF_8)));
    }

    /** Frames with some bytes changed, removed or doubled: what is read this way is what the general way reads. */
    @Property(tries = 3000)
    void bothWaysReadTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        Operation operation = plain().get(random.nextInt(plain().size()));
        byte[] frame = mutated(WireCodec.write(new Message.Op(random.nextInt(3), operation)), random);
        Message.Op plain = PlainOp.message(frame);
        if (plain != null) {
            List<Object> general = new ArrayList<>();
            WireCodec.readAny(frame, new WireCodec.Reader() {
                @Override
                public void message(Message message) {
                    general.add(message);
                }

                @Override
                public void fault(WireException fault) {
                    general.add(fault);
                }
            });
            assertEquals(List.of(plain), general, () -> new String(frame, UTF_8));
        }
        byte[] alone = mutated(WireCodec.writeOperation(operation), random);
        Operation read = PlainOp.operation(alone);
        if (read != null) {
            try {
                assertEquals(read, WireCodec.readAnyOperation(alone), () -> new String(alone, UTF_8));
            } catch (WireException e) {
                throw new AssertionError(new String(alone, UTF_8), e);
            }
        }
    }

    private static byte[] mutated(byte[] json, Random random) {
        StringBuilder text = new StringBuilder(new String(json, UTF_8));
        String likely = "0123456789\"\\{}:,ae -\u00e9\n";
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(text.length());
            char other = likely.charAt(random.nextInt(likely.length()));
            switch (random.nextInt(3)) {
                case 0 -> text.setCharAt(at, other);
                case 1 -> text.deleteCharAt(at);
                default -> text.insert(at, other);
            }
        }
        return text.toString().getBytes(UTF_8);
    }
}
