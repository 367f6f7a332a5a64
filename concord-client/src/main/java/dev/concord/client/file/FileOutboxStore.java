package dev.concord.client.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.concord.client.OutboxStore;
import dev.concord.crdt.Operation;
import dev.concord.wire.WireCodec;
import dev.concord.wire.WireException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stores unacknowledged edits in a file: one line for each edit and one for each acknowledgement. The file is emptied when nothing is left in
 * it, and rewritten when most of it is obsolete.
 *
 * <p>Lines are passed to the operating system at once: they survive the end of the process, kill -9 included, but not every power failure. An
 * incomplete last line, left by a crash, is dropped. Any other damage makes {@link #load}, and with it the building of a session, fail with an
 * {@link IllegalStateException} that names the line. Only one session at a time may use a file, which a lock file beside it ensures. Sessions
 * that share a folder have one file each, and a new one takes over what ended ones have left, see {@link #openShared}. Not thread-safe.
 */
public final class FileOutboxStore implements OutboxStore {
    private static final String HEADER = "concord outbox 1\n";
    private static final String NO_EPOCH = "-";
    private static final int MAX_SHARING = 100;
    /** The lock files that this process holds. */
    private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

    private static final long MAX_VOID_BYTES = 1 << 20;

    private final Path file;
    private final Lock lock;
    /** The files of the sessions that share the folder, its own among them. */
    private final List<Path> shared;

    private final NavigableMap<Long, byte[]> lines = new TreeMap<>();
    private FileChannel channel;
    private long liveBytes;
    private long writtenBytes;

    private FileOutboxStore(Path file, Lock lock, List<Path> shared, FileChannel channel) {
        this.file = file;
        this.lock = lock;
        this.shared = shared;
        this.channel = channel;
    }

    /**
     * Opens the file. It and its folder are created when they are missing.
     *
     * @param file one for each client and room; {@code file.lock} is created beside it
     * @return the store
     * @throws IllegalStateException when another session uses the file
     * @throws UncheckedIOException when it cannot be opened
     */
    public static FileOutboxStore open(Path file) {
        FileOutboxStore store = tryOpen(file, List.of());
        if (store == null) {
            throw new IllegalStateException(
                    file + " is in use by another session: give each session a file of its own");
        }
        return store;
    }

    /**
     * Opens a file for one of several sessions of one client in one room, such as the windows of an editor, in one process or in many.
     * {@link #load} also takes over what ended sessions have left in their files. Each file is taken over as a whole, by one session, and is
     * emptied only when its contents are safe in that session's own file.
     *
     * @param folder created when it is missing
     * @param name the same for all these sessions, and used by nothing else in this folder: the files are {@code name-1.outbox} and so on
     * @return the store
     * @throws IllegalStateException when 100 sessions are open already
     * @throws UncheckedIOException when no file can be opened
     */
    public static FileOutboxStore openShared(Path folder, String name) {
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= MAX_SHARING; i++) {
            files.add(folder.resolve(name + "-" + i + ".outbox"));
        }
        for (Path file : files) {
            FileOutboxStore store = tryOpen(file, files);
            if (store != null) {
                return store;
            }
        }
        throw new IllegalStateException(MAX_SHARING + " sessions are open in " + folder + ": close one");
    }

    /** Returns null when another session uses the file. */
    private static @Nullable FileOutboxStore tryOpen(Path file, List<Path> shared) {
        try {
            Lock lock = lock(file);
            if (lock == null) {
                return null;
            }
            try {
                return new FileOutboxStore(file, lock, shared, openForWriting(file));
            } catch (IOException | RuntimeException | Error e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
    }

    @Override
    public List<Kept> load() {
        try {
            Contents own = Contents.of(file);
            lines.clear();
            liveBytes = 0;
            own.kept.values().forEach(this::remember);
            writtenBytes = Math.max(0, own.wholeBytes - HEADER.length());
            if (lines.isEmpty() || writtenBytes > liveBytes) {
                rewrite();
            } else {
                // A line that a crash has cut.
                channel.truncate(own.wholeBytes);
            }
            List<Kept> all = new ArrayList<>(own.kept.values());
            for (Path other : shared) {
                if (!other.equals(file) && Files.exists(other)) {
                    takeOver(other, all);
                }
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Moves what a session that has ended has left. A crash in between leaves it in both files: it is one edit all the same. */
    private void takeOver(Path other, List<Kept> all) throws IOException {
        try (Lock free = lock(other)) {
            if (free == null) {
                return;
            }
            Contents left;
            try {
                left = Contents.of(other);
            } catch (IllegalStateException damaged) {
                // It stays where it is, for repair; this session can do without.
                return;
            }
            if (left.kept.isEmpty()) {
                return;
            }
            long number = all.isEmpty() ? 0 : all.get(all.size() - 1).number();
            for (Kept kept : left.kept.values()) {
                number++;
                Kept mine = new Kept(number, kept.operation(), kept.epoch(), kept.dependencies());
                put(mine);
                all.add(mine);
            }
            channel.force(true);
            try (FileChannel emptied = FileChannel.open(other, StandardOpenOption.WRITE)) {
                emptied.truncate(HEADER.length());
            }
        }
    }

    @Override
    public void put(Kept kept) {
        write(remember(kept));
    }

    @Override
    public void remove(long first, long last) {
        NavigableMap<Long, byte[]> gone = lines.subMap(first, true, last, true);
        if (gone.isEmpty()) {
            return;
        }
        for (byte[] line : gone.values()) {
            liveBytes -= line.length;
        }
        gone.clear();
        if (lines.isEmpty() || writtenBytes - liveBytes > MAX_VOID_BYTES + liveBytes) {
            try {
                rewrite();
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write " + file, e);
            }
        } else {
            write(("-" + first + "\t" + last + "\n").getBytes(UTF_8));
        }
    }

    @Override
    public void close() {
        try (lock) {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
    }

    private byte[] remember(Kept kept) {
        String epoch = kept.epoch() == null ? NO_EPOCH : "=" + kept.epoch();
        StringBuilder text = new StringBuilder()
                .append('+')
                .append(kept.number())
                .append('\t')
                .append(epoch)
                .append('\t')
                .append(json(kept.operation()));
        kept.dependencies().forEach(other -> text.append('\t').append(json(other)));
        byte[] line = text.append('\n').toString().getBytes(UTF_8);
        byte[] before = lines.put(kept.number(), line);
        liveBytes += line.length - (before == null ? 0 : before.length);
        return line;
    }

    /** Without a tab: in JSON it is an escape. */
    private static String json(Operation operation) {
        return new String(WireCodec.writeOperation(operation), UTF_8);
    }

    private void write(byte[] line) {
        try {
            append(line);
            writtenBytes += line.length;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Adds a line, all of it or nothing: a disk that is full may take a part, and the next line would join that. */
    private void append(byte[] line) throws IOException {
        long whole = channel.size();
        try {
            writeAll(channel, line);
        } catch (IOException e) {
            try {
                channel.truncate(whole);
            } catch (IOException other) {
                e.addSuppressed(other);
            }
            throw e;
        }
    }

    /** Leaves only what is kept. While it is done, either the old file is there or the new one. */
    private void rewrite() throws IOException {
        if (lines.isEmpty()) {
            // A header that is there stays: a full disk may not take another one.
            channel.truncate(HEADER.length());
            if (channel.size() < HEADER.length()) {
                channel.truncate(0);
                append(HEADER.getBytes(UTF_8));
            }
        } else {
            Path replacement = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel to = FileChannel.open(
                    replacement,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.TRUNCATE_EXISTING)) {
                writeAll(to, HEADER.getBytes(UTF_8));
                for (byte[] line : lines.values()) {
                    writeAll(to, line);
                }
                to.force(true);
            }
            channel.close();
            try {
                Files.move(replacement, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                channel = openForWriting(file);
            }
        }
        writtenBytes = liveBytes;
    }

    private static FileChannel openForWriting(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /**
     * The lock of a file; null when another session has it. Those of this process are asked first: closing a second channel to a file would
     * end the lock that this process has on it.
     */
    private static @Nullable Lock lock(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder == null) {
            throw new IOException(file + " is not the name of a file");
        }
        Files.createDirectories(folder);
        Path lockFile = folder.toRealPath().resolve(file.getFileName() + ".lock");
        if (!LOCKED.add(lockFile)) {
            return null;
        }
        Lock lock = null;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (channel.tryLock() != null) {
                lock = new Lock(lockFile, channel);
            }
        } catch (OverlappingFileLockException e) {
            // By another copy of this class in this process.
        } finally {
            if (lock == null) {
                // The channel first: closing it later could release the next owner's lock.
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } finally {
                    LOCKED.remove(lockFile);
                }
            }
        }
        return lock;
    }

    /** Holds a file until it is closed. */
    private record Lock(Path path, FileChannel channel) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            try {
                channel.close();
            } finally {
                LOCKED.remove(path);
            }
        }
    }

    /** What a file holds, and how many of its bytes are whole lines. */
    private record Contents(NavigableMap<Long, Kept> kept, int wholeBytes) {
        static Contents of(Path file) throws IOException {
            byte[] bytes = Files.readAllBytes(file);
            NavigableMap<Long, Kept> kept = new TreeMap<>();
            int whole = 0;
            int line = 0;
            for (int end = indexOfNewline(bytes, 0); end >= 0; end = indexOfNewline(bytes, whole)) {
                line++;
                read(file, new String(bytes, whole, end - whole, UTF_8), line, kept);
                whole = end + 1;
            }
            return new Contents(kept, whole);
        }

        private static void read(Path file, String line, int number, NavigableMap<Long, Kept> kept) {
            if (number == 1) {
                if (!line.equals(HEADER.strip())) {
                    throw new IllegalStateException(
                            file + " is not an outbox of this version: move it away to start again");
                }
                return;
            }
            try {
                String[] fields = line.substring(1).split("\t", -1);
                if (line.charAt(0) == '-') {
                    kept.subMap(Long.parseLong(fields[0]), true, Long.parseLong(fields[1]), true)
                            .clear();
                    return;
                }
                List<Operation> operations = new ArrayList<>();
                for (int i = 2; i < fields.length; i++) {
                    operations.add(WireCodec.readOperation(fields[i].getBytes(UTF_8)));
                }
                String epoch = fields[1].startsWith("=") ? fields[1].substring(1) : null;
                List<Operation> dependencies = operations.subList(1, operations.size());
                Kept row = new Kept(Long.parseLong(fields[0]), operations.get(0), epoch, dependencies);
                kept.put(row.number(), row);
            } catch (WireException | RuntimeException e) {
                throw new IllegalStateException(
                        file + ", line " + number
                                + " is damaged: move the file away to start again, and keep it for repair",
                        e);
            }
        }
    }

    private static int indexOfNewline(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private static void writeAll(FileChannel to, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            to.write(buffer);
        }
    }
}
