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
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Keeps unacknowledged edits in a file, a line each, and a line for each acknowledgement. The file is started again when nothing is left in
 * it, and rewritten when most of it is void.
 *
 * <p>Lines are handed to the operating system at once: they survive the end of the process, also by kill -9, but not every power cut. A last line
 * that a crash has cut is dropped. One session at a time may use a file; a lock beside it holds others off.
 */
public final class FileOutboxStore implements OutboxStore {
    private static final String HEADER = "concord outbox 1\n";
    private static final String NO_EPOCH = "-";
    private static final long MAX_VOID_BYTES = 1 << 20;

    private final Path file;
    private final FileChannel lockFile;
    private final NavigableMap<Long, byte[]> lines = new TreeMap<>();
    private FileChannel channel;
    private long liveBytes;
    private long writtenBytes;

    private FileOutboxStore(Path file, FileChannel lockFile, FileChannel channel) {
        this.file = file;
        this.lockFile = lockFile;
        this.channel = channel;
    }

    /**
     * Opens the file, which is made when it is missing.
     *
     * @param file one for each client and room; {@code file.lock} is made beside it
     * @return the store
     * @throws IllegalStateException when another session uses the file
     * @throws UncheckedIOException when it cannot be opened
     */
    public static FileOutboxStore open(Path file) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            FileChannel lockFile = FileChannel.open(
                    file.resolveSibling(file.getFileName() + ".lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE);
            if (!lock(lockFile)) {
                lockFile.close();
                throw new IllegalStateException(
                        file + " is in use by another session: give each session a file of its own");
            }
            return new FileOutboxStore(file, lockFile, openForWriting(file));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + file, e);
        }
    }

    @Override
    public List<Kept> load() {
        try {
            byte[] bytes = Files.readAllBytes(file);
            NavigableMap<Long, Kept> kept = new TreeMap<>();
            int whole = 0;
            int line = 0;
            for (int end = indexOfNewline(bytes, 0); end >= 0; end = indexOfNewline(bytes, whole)) {
                line++;
                read(new String(bytes, whole, end - whole, UTF_8), line, kept);
                whole = end + 1;
            }
            lines.clear();
            liveBytes = 0;
            kept.values().forEach(this::remember);
            writtenBytes = Math.max(0, whole - HEADER.length());
            if (lines.isEmpty() || writtenBytes > liveBytes) {
                rewrite();
            } else {
                // A line that a crash has cut.
                channel.truncate(whole);
            }
            return new ArrayList<>(kept.values());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
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
        try {
            channel.close();
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close " + file, e);
        }
    }

    private byte[] remember(Kept kept) {
        String epoch = kept.epoch() == null ? NO_EPOCH : "=" + kept.epoch();
        String json = new String(WireCodec.writeOperation(kept.operation()), UTF_8);
        byte[] line = ("+" + kept.number() + "\t" + epoch + "\t" + json + "\n").getBytes(UTF_8);
        byte[] before = lines.put(kept.number(), line);
        liveBytes += line.length - (before == null ? 0 : before.length);
        return line;
    }

    private void write(byte[] line) {
        try {
            writeAll(channel, line);
            writtenBytes += line.length;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** Leaves only what is kept. While it is done, either the old file is there or the new one. */
    private void rewrite() throws IOException {
        if (lines.isEmpty()) {
            channel.truncate(0);
            writeAll(channel, HEADER.getBytes(UTF_8));
        } else {
            Path anew = file.resolveSibling(file.getFileName() + ".new");
            try (FileChannel to = FileChannel.open(
                    anew, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
                writeAll(to, HEADER.getBytes(UTF_8));
                for (byte[] line : lines.values()) {
                    writeAll(to, line);
                }
                to.force(true);
            }
            channel.close();
            Files.move(anew, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            channel = openForWriting(file);
        }
        writtenBytes = liveBytes;
    }

    private void read(String line, int number, NavigableMap<Long, Kept> kept) {
        if (number == 1) {
            if (!line.equals(HEADER.strip())) {
                throw new IllegalStateException(file + " is not an outbox of this version: move it away to begin anew");
            }
            return;
        }
        try {
            String[] fields = line.substring(1).split("\t", 3);
            if (line.charAt(0) == '-') {
                kept.subMap(Long.parseLong(fields[0]), true, Long.parseLong(fields[1]), true)
                        .clear();
                return;
            }
            Operation operation = WireCodec.readOperation(fields[2].getBytes(UTF_8));
            String epoch = fields[1].startsWith("=") ? fields[1].substring(1) : null;
            Kept row = new Kept(Long.parseLong(fields[0]), operation, epoch);
            kept.put(row.number(), row);
        } catch (WireException | RuntimeException e) {
            throw new IllegalStateException(
                    file + ", line " + number + " is damaged: move the file away to begin anew, and keep it for repair",
                    e);
        }
    }

    private static FileChannel openForWriting(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static boolean lock(FileChannel lockFile) throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
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
