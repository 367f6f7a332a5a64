package dev.concord.e2e;

import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Types into a client without a pause, online or not, as long as not too much waits for its acknowledgement. */
final class Typist implements AutoCloseable {
    private static final int MAX_UNACKNOWLEDGED = 10;
    /** Longer than any store is made to stay away. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String[] LETTERS = {
        "a", "b", "c", " ", "\n", "\u00e9", "e\u0301", "\uD83D\uDE00", "\uD83D\uDC69\u200D\uD83D\uDC67", "\uD835\uDD4F"
    };

    private final TestClient client;
    private final Ledger ledger;
    private final Random random;
    private final int maxUnacknowledged;
    private final long nanosBetween;
    private final Thread thread;
    private volatile boolean stopped;

    private Typist(TestClient client, Ledger ledger, Random random, int maxUnacknowledged, double editsPerSecond) {
        this.client = client;
        this.nanosBetween = (long) (1e9 / editsPerSecond);
        this.maxUnacknowledged = maxUnacknowledged;
        this.ledger = ledger;
        this.random = random;
        this.thread = new Thread(this::work, "typist");
    }

    static Typist start(TestClient client, Ledger ledger, Random random) {
        return start(client, ledger, random, MAX_UNACKNOWLEDGED);
    }

    static Typist start(TestClient client, Ledger ledger, Random random, int maxUnacknowledged) {
        return start(new Typist(client, ledger, random, maxUnacknowledged, Double.POSITIVE_INFINITY));
    }

    /** One that makes so many edits a second, or fewer when acknowledgements do not come as fast. */
    static Typist paced(TestClient client, Ledger ledger, Random random, double editsPerSecond) {
        return start(new Typist(client, ledger, random, MAX_UNACKNOWLEDGED, editsPerSecond));
    }

    private static Typist start(Typist typist) {
        typist.thread.setDaemon(true);
        typist.thread.start();
        return typist;
    }

    /** Stops and waits for the last keystroke. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        long next = System.nanoTime();
        while (!stopped) {
            long early = next - System.nanoTime();
            if (early > 0) {
                LockSupport.parkNanos(early);
            } else if (client.unacknowledged() >= maxUnacknowledged) {
                client.awaitThat(
                        "acknowledgements come",
                        () -> stopped || client.unacknowledged() < maxUnacknowledged,
                        PATIENCE);
            } else {
                next = System.nanoTime() + nanosBetween;
                client.edit(document -> {
                    List<Operation> ops = change(document, random);
                    ledger.made(ops);
                    return ops;
                });
            }
        }
    }

    /** One edit somewhere: mostly a keystroke, sometimes a deletion or a paste. */
    static List<Operation> change(Document document, Random random) {
        int offset = boundary(document, random.nextInt(document.length() + 1));
        int kind = random.nextInt(20);
        if (kind < 5 && offset < document.length()) {
            int end = boundary(document, Math.min(document.length(), offset + 2 + random.nextInt(3)));
            return document.delete(offset, end - offset);
        }
        int letters = kind == 19 ? 20 : 1 + random.nextInt(2);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < letters; i++) {
            text.append(LETTERS[random.nextInt(LETTERS.length)]);
        }
        return document.insert(offset, text.toString());
    }

    /** The offset, or the one before it when it cuts a surrogate pair. */
    private static int boundary(Document document, int offset) {
        if (offset > 0 && offset < document.length()) {
            String around = document.text(offset - 1, offset + 1);
            if (Character.isSurrogatePair(around.charAt(0), around.charAt(1))) {
                return offset - 1;
            }
        }
        return offset;
    }
}
