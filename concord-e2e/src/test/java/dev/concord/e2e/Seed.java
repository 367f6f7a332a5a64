package dev.concord.e2e;

import java.util.Random;

/** Where random tests get their seed from, and how they tell it. */
final class Seed {
    private Seed() {}

    /** The seed to use, {@code -Dconcord.seed} or a new one, printed with the command that takes it again. */
    static long of(Class<?> test, String... settings) {
        Long given = Long.getLong("concord.seed");
        long seed = given != null ? given : new Random().nextInt(Integer.MAX_VALUE);
        System.out.println(test.getSimpleName() + ": seed " + seed + "; to replay it: ./mvnw verify -pl concord-e2e -am"
                + " -DskipUnitTests -Dconcord.long -Dit.test=" + test.getSimpleName() + " -Dconcord.seed=" + seed
                + (settings.length == 0 ? "" : " " + String.join(" ", settings)));
        return seed;
    }
}
