package dev.concord.server.metrics;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
    @Test
    void aCounterOfSomebodyElsesGoesOnAfterACollection() {
        ServerMetrics metrics = new ServerMetrics();
        AtomicLong counted = new AtomicLong();
        metrics.count("concord.counted", "for this test", counted::get);
        assertTrue(metrics.scrape().contains("concord_counted_total 0.0"), metrics::scrape);

        counted.set(7);
        collect();
        assertTrue(metrics.scrape().contains("concord_counted_total 7.0"), metrics::scrape);
    }

    /** Returns when what is reachable only weakly is gone. */
    private static void collect() {
        WeakReference<Object> gone = new WeakReference<>(new Object());
        for (int i = 0; i < 100 && gone.get() != null; i++) {
            System.gc();
        }
        assertNull(gone.get());
    }
}
