package dev.concord.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.concord.crdt.Anchor;
import dev.concord.crdt.ElementId;
import dev.concord.crdt.Operation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RoomTextTest {
    private static final ElementId ID = new ElementId("a", 9);
    private static final ElementId OTHER = new ElementId("b", 1);

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb\nc", "\uD83D\uDE00", "a\uFEFFb", "\u2028\u2029", "\u00A0\u200B\uFFFD"})
    void whatATextMayHoldStaysAsItIs(String text) {
        assertNull(RoomText.fault(text));
        assertSame(text, RoomText.clean(text), "nothing is copied without need");
    }

    @Test
    void everyOtherControlCharacterIsAFaultAndLeftOut() {
        for (char c = 0; c < 0x200; c++) {
            boolean control = Character.getType(c) == Character.CONTROL && c != '\t' && c != '\n';
            String text = "x" + c + "y";
            String fault = RoomText.fault(text);
            assertEquals(control, fault != null, Integer.toHexString(c));
            if (fault != null) {
                assertTrue(fault.contains("U+%04X at index 1".formatted((int) c)), fault);
                assertEquals(c == '\r' ? "x\ny" : "xy", RoomText.clean(text));
            }
        }
    }

    @Test
    void lineEndsBecomeLfAndHalfPairsAMark() {
        assertEquals("a\nb\nc\n\nd", RoomText.clean("a\r\nb\rc\r\r\nd"));
        assertEquals("x\uFFFDy\uD83D\uDE00\uFFFD", RoomText.clean("x\uD83Dy\uD83D\uDE00\uDE00"));
        assertEquals("a\uFEFF", RoomText.clean("\uFEFF\u0000\uFEFFa\uFEFF"));
        assertNotNull(RoomText.fault("\uD83D"));
        assertNotNull(RoomText.fault("\uDE00\uD83D"));
        assertNotNull(RoomText.fault("\uFEFFa"));
    }

    @Test
    void whatIsCleanedHasNoFault() {
        char[] some = {'\r', '\n', '\t', 0, '\u0085', '\uFEFF', '\uD83D', '\uDE00', 'a'};
        for (int i = 0; i < some.length * some.length * some.length * some.length; i++) {
            StringBuilder text = new StringBuilder();
            for (int rest = i, k = 0; k < 4; k++, rest /= some.length) {
                text.append(some[rest % some.length]);
            }
            String clean = RoomText.clean(text.toString());
            assertNull(
                    RoomText.fault(clean),
                    () -> "of " + text.codePoints().boxed().toList());
            assertSame(clean, RoomText.clean(clean));
        }
    }

    @Test
    void aByteOrderMarkIsRefusedWhereTheTextMayBeginWithIt() {
        assertNotNull(RoomText.fault(new Operation.Insert(ID, Anchor.after(ElementId.HEAD), "\uFEFFa")));
        assertNull(
                RoomText.fault(new Operation.Insert(ID, Anchor.before(OTHER), "\uFEFFa")),
                "it depends on what stands before that");
        assertNull(
                RoomText.fault(new Operation.Insert(ID, Anchor.after(OTHER), "\uFEFFa")),
                "the rest of a longer insert");
        assertNotNull(RoomText.fault(new Operation.Insert(ID, Anchor.after(OTHER), "a\rb")));
        assertNull(RoomText.fault(new Operation.Delete(ID, 5)));
    }
}
