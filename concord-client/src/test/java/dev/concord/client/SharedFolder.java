package dev.concord.client;

import dev.concord.client.file.FileOutboxStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The folder where the windows of one editor keep their outboxes, on a disk that fails and fills up when a test says so. */
final class SharedFolder implements AutoCloseable {
    enum State {
        WORKS,
        FAILS,
        /** Nothing more can be put; removing works. */
        FULL
    }

    /** Errors as somebody might make them. */
    enum Plant {
        NONE,
        DELETED_WHEN_SENT,
        FORGOTTEN_WHEN_FULL,
        ADOPTED_TWICE,
        REMOVED_WITH_ITS_NEIGHBOUR
    }

    private final Path folder;
    private final HandLoop clock;
    private final Plant plant;
    private State state = State.WORKS;
    private long illAt = Long.MIN_VALUE / 2;

    SharedFolder(HandLoop clock, Plant plant) {
        this.clock = clock;
        this.plant = plant;
        try {
            folder = Files.createTempDirectory("outboxes");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void set(State next) {
        illAt = lastIll();
        state = next;
    }

    /** When it last did not work. */
    long lastIll() {
        return state == State.WORKS ? illAt : clock.millis();
    }

    /** The store of a new window. */
    Store open() {
        return new Store(FileOutboxStore.openShared(folder, "room"));
    }

    /** What a next session would find, in lines. */
    List<String> rows() {
        List<String> rows = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".outbox")).toList()) {
                List<String> lines = Files.readAllLines(file);
                rows.addAll(lines.subList(Math.min(1, lines.size()), lines.size()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }

    @Override
    public void close() {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The outbox of one window. Its process may end at any time: then nothing more is written. */
    final class Store implements OutboxStore {
        private final FileOutboxStore file;
        private long lastNumber;
        private boolean ended;

        private Store(FileOutboxStore file) {
            this.file = file;
        }

        @Override
        public List<Kept> load() {
            Map<Path, byte[]> before = plant == Plant.ADOPTED_TWICE ? contents() : Map.of();
            List<Kept> rows = file.load();
            before.forEach(this::restore);
            return rows;
        }

        @Override
        public void put(Kept kept) {
            if (state == State.FULL && plant == Plant.FORGOTTEN_WHEN_FULL) {
                return;
            }
            if (state != State.WORKS) {
                throw new IllegalStateException(state == State.FULL ? "no space left on device" : "input/output error");
            }
            lastNumber = Math.max(lastNumber, kept.number());
            file.put(kept);
        }

        @Override
        public void remove(long first, long last) {
            if (state == State.FAILS) {
                throw new IllegalStateException("input/output error");
            }
            file.remove(first, plant == Plant.REMOVED_WITH_ITS_NEIGHBOUR ? last + 1 : last);
        }

        @Override
        public void close() {
            end();
        }

        /** As the end of a process does it. */
        void end() {
            if (!ended) {
                ended = true;
                file.close();
            }
        }

        void sent() {
            if (plant == Plant.DELETED_WHEN_SENT && lastNumber > 0 && state == State.WORKS) {
                file.remove(1, lastNumber);
            }
        }

        private Map<Path, byte[]> contents() {
            Map<Path, byte[]> contents = new HashMap<>();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path each : files.filter(path -> path.toString().endsWith(".outbox"))
                        .toList()) {
                    contents.put(each, Files.readAllBytes(each));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return contents;
        }

        private void restore(Path path, byte[] bytes) {
            try {
                if (Files.size(path) < bytes.length) {
                    Files.write(path, bytes);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
