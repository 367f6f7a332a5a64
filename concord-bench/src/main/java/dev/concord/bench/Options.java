package dev.concord.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The options of one benchmark, checked. */
final class Options {
    /** Stands for file names among the allowed options. */
    static final String FILES = "FILE";

    private static final Set<String> FLAGS = Set.of("--json", "--long", "--tokens");
    private static final int MAX_COUNT = 10_000;

    private final Map<String, String> values = new HashMap<>();
    private final List<String> files = new ArrayList<>();

    private Options() {}

    static Options parse(List<String> args, String... allowed) {
        Set<String> known = Set.of(allowed);
        Options options = new Options();
        for (int i = 0; i < args.size(); i++) {
            String arg = args.get(i);
            if (!arg.startsWith("-") && known.contains(FILES)) {
                options.files.add(arg);
            } else if (!known.contains(arg)) {
                throw new BadUsageException("there is no option " + arg + " here");
            } else if (FLAGS.contains(arg)) {
                options.values.put(arg, "");
            } else if (i + 1 == args.size() || args.get(i + 1).startsWith("--")) {
                throw new BadUsageException(arg + " needs a value");
            } else {
                options.values.put(arg, args.get(++i));
            }
        }
        return options;
    }

    boolean has(String flag) {
        return values.containsKey(flag);
    }

    @Nullable
    String value(String option) {
        return values.get(option);
    }

    /** A number of runs. */
    int count(String option, int otherwise) {
        String value = values.get(option);
        if (value == null) {
            return otherwise;
        }
        try {
            int count = Integer.parseInt(value);
            if (count >= 1 && count <= MAX_COUNT) {
                return count;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BadUsageException(option + " takes a number from 1 to " + MAX_COUNT + ", not " + value);
    }

    List<String> files() {
        return files;
    }

    List<String> only() {
        String only = values.get("--only");
        return only == null ? List.of() : List.of(only.split(",", -1));
    }

    /** Whether --only leaves this in: each of its parts is INPUT/WORK, where either may be missing. */
    boolean wants(String input, String work) {
        return only().isEmpty()
                || only().stream()
                        .anyMatch(only -> names(input, only, 0) && names(work.toLowerCase(Locale.ROOT), only, 1));
    }

    boolean wantsInput(String input) {
        return only().isEmpty() || only().stream().anyMatch(only -> names(input, only, 0));
    }

    private static boolean names(String name, String only, int half) {
        String[] halves = only.split("/", 2);
        return halves.length <= half || halves[half].isEmpty() || halves[half].equals(name);
    }
}
