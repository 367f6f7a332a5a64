package dev.concord.ai;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The three tools over one text: one that reads, two that note an edit. The only effect a model can have is what {@link #edits} returns.
 *
 * <p>All offsets are those of the text as it was given; edits do not move them. Arguments come from a model, so everything is checked: what is
 * wrong is answered with an error that says what would be right, and noted nowhere.
 */
final class EditTools {
    static final int MAX_MATCHES = 200;
    static final int MAX_EDITS = 100;
    static final int MAX_INSERTED = 100_000;

    private static final int CONTEXT = 30;

    static final List<ToolModel.Tool> TOOLS = List.of(
            new ToolModel.Tool(
                    "find_all",
                    "Finds every place where the document has exactly this text (case-sensitive, no wildcards). Returns the offsets of each as "
                            + "start and end, with a little of what surrounds it.",
                    List.of(new ToolModel.Parameter(
                            "pattern", ToolModel.Type.STRING, "the text to look for, not empty"))),
            new ToolModel.Tool(
                    "insert_at",
                    "Proposes to insert text at an offset of the document: 0 is its start, its length is its end.",
                    List.of(
                            new ToolModel.Parameter("index", ToolModel.Type.INTEGER, "the offset, in UTF-16 units"),
                            new ToolModel.Parameter("text", ToolModel.Type.STRING, "the text to insert"))),
            new ToolModel.Tool(
                    "replace_range",
                    "Proposes to replace the text from start up to, not including, end. An empty text deletes it.",
                    List.of(
                            new ToolModel.Parameter("start", ToolModel.Type.INTEGER, "first offset, in UTF-16 units"),
                            new ToolModel.Parameter("end", ToolModel.Type.INTEGER, "the offset after the last"),
                            new ToolModel.Parameter("text", ToolModel.Type.STRING, "what comes there instead"))));

    /** The model asked for something that cannot be; the message goes back to it. */
    private static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(String message) {
            super(message);
        }
    }

    private final String text;
    private final List<PlannedEdit> edits = new ArrayList<>();
    private int inserted;

    EditTools(String text) {
        this.text = text;
    }

    /** Answers a call; never throws for what a model wrote. */
    Map<String, Object> call(ToolModel.Call call) {
        try {
            return switch (call.name()) {
                case "find_all" -> findAll(string(call, "pattern"));
                case "insert_at" -> {
                    int index = offset(call, "index");
                    yield note(new Range(index, index), string(call, "text"));
                }
                case "replace_range" ->
                    note(new Range(offset(call, "start"), offset(call, "end")), string(call, "text"));
                default ->
                    throw new Rejected(
                            "there is no tool with this name; the tools are find_all, insert_at and replace_range");
            };
        } catch (Rejected e) {
            return Map.of("error", String.valueOf(e.getMessage()));
        }
    }

    /** What was noted, in ascending order. */
    List<PlannedEdit> edits() {
        List<PlannedEdit> sorted = new ArrayList<>(edits);
        // Stable, so that inserts at one place keep their order; an insert at the start of a range goes before it.
        sorted.sort(Comparator.comparingInt(PlannedEdit::start).thenComparingInt(PlannedEdit::end));
        return sorted;
    }

    private record Range(int start, int end) {}

    private Map<String, Object> findAll(String pattern) throws Rejected {
        if (pattern.isEmpty()) {
            throw new Rejected("pattern must not be empty");
        }
        List<Map<String, Object>> matches = new ArrayList<>();
        int at = text.indexOf(pattern);
        while (at >= 0 && matches.size() < MAX_MATCHES) {
            int end = at + pattern.length();
            Map<String, Object> match = new LinkedHashMap<>();
            match.put("start", at);
            match.put("end", end);
            match.put("before", text.substring(whole(Math.max(0, at - CONTEXT)), at));
            match.put("after", text.substring(end, whole(Math.min(text.length(), end + CONTEXT))));
            matches.add(match);
            at = text.indexOf(pattern, end);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("matches", matches);
        answer.put("more", at >= 0);
        return answer;
    }

    private Map<String, Object> note(Range range, String inserting) throws Rejected {
        int start = range.start();
        int end = range.end();
        if (end < start) {
            throw new Rejected("end must not be smaller than start");
        }
        if (cuts(start) || cuts(end)) {
            throw new Rejected("an offset is inside a surrogate pair; move it by one");
        }
        String value = inserting.replace("\r\n", "\n").replace('\r', '\n');
        if (start == end && value.isEmpty()) {
            throw new Rejected("this would change nothing");
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new Rejected("text has half a character at index " + i);
            } else if ((Character.isISOControl(c) && c != '\n' && c != '\t') || (c == '\uFEFF' && i == 0)) {
                throw new Rejected("text has a character at index " + i + " that a document may not hold");
            }
        }
        if (text.startsWith(value, start) && value.length() == end - start) {
            throw new Rejected("the document already has this text there");
        }
        if (edits.size() == MAX_EDITS) {
            throw new Rejected("there are " + MAX_EDITS + " edits already, no more are taken; finish");
        }
        if (inserted + value.length() > MAX_INSERTED) {
            throw new Rejected("all inserted text together may have " + MAX_INSERTED + " characters; finish");
        }
        for (PlannedEdit other : edits) {
            if (overlaps(start, end, other)) {
                throw new Rejected("this overlaps the edit from " + other.start() + " to " + other.end()
                        + " that you asked for before; offsets are those of the document as it was given");
            }
        }
        inserted += value.length();
        edits.add(new PlannedEdit(start, end, value));
        return Map.of("noted", true);
    }

    private static boolean overlaps(int start, int end, PlannedEdit other) {
        if (start == end || other.isInsert()) {
            // An insert may be at either end of a range, not inside it.
            return start == end
                    ? start > other.start() && start < other.end()
                    : other.start() > start && other.start() < end;
        }
        return start < other.end() && other.start() < end;
    }

    private boolean cuts(int offset) {
        return offset > 0
                && offset < text.length()
                && Character.isLowSurrogate(text.charAt(offset))
                && Character.isHighSurrogate(text.charAt(offset - 1));
    }

    /** The offset, or the one before it when it cuts a pair. */
    private int whole(int offset) {
        return cuts(offset) ? offset - 1 : offset;
    }

    private int offset(ToolModel.Call call, String name) throws Rejected {
        Object value = argument(call, name);
        // Models write 3.0 for 3, and JSON makes no difference.
        if (!(value instanceof Number number) || number.doubleValue() != Math.rint(number.doubleValue())) {
            throw new Rejected(name + " must be a whole number");
        }
        double offset = number.doubleValue();
        if (!(offset >= 0 && offset <= text.length())) {
            throw new Rejected(
                    name + " must be 0 to " + text.length() + ", the length of the document; it is " + number);
        }
        return (int) offset;
    }

    private static String string(ToolModel.Call call, String name) throws Rejected {
        if (argument(call, name) instanceof String value) {
            return value;
        }
        throw new Rejected(name + " must be a string");
    }

    private static @Nullable Object argument(ToolModel.Call call, String name) throws Rejected {
        if (!call.arguments().containsKey(name)) {
            throw new Rejected("the argument " + name + " is missing");
        }
        return call.arguments().get(name);
    }
}
