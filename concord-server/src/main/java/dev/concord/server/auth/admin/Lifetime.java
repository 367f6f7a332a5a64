package dev.concord.server.auth.admin;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How long a link or token lasts, as people write it: {@code 90s}, {@code 30m}, {@code 8h}, {@code 7d}. */
public final class Lifetime {
    private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,7})([smhd])");

    private Lifetime() {}

    /**
     * Reads a time.
     *
     * @param text a number and s, m, h or d
     * @return the time; null when it is not one
     */
    public static @Nullable Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            return null;
        }
        long number = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
