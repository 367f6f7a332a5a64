package dev.concord.testing.redis;

import dev.concord.testing.Await;
import dev.concord.testing.network.FreePort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** A Redis process that the test may stop, start again empty, freeze and kill. It keeps nothing on disk. Always on the same port. */
public final class OwnRedis implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final int port;
    private final List<String> options;
    private Process process;

    private OwnRedis(int port, List<String> options) {
        this.port = port;
        this.options = options;
        this.process = launch();
    }

    /** A running Redis on a free port, with these further options of its command line. */
    public static OwnRedis start(String... options) {
        return start(() -> List.of(options));
    }

    /** The same with options that are asked for anew at each attempt to start: for those that name a free port, too. */
    public static OwnRedis start(Supplier<List<String>> options) {
        for (int attempt = 1; ; attempt++) {
            try {
                return new OwnRedis(FreePort.next(), options.get());
            } catch (IllegalStateException failure) {
                // Another process may have taken the port between the look and the start.
                if (attempt == ATTEMPTS) {
                    throw failure;
                }
            }
        }
    }

    /** The executable, when there is one. */
    static Optional<Path> executable() {
        String path = System.getenv().getOrDefault("PATH", "");
        for (String directory : path.split(java.io.File.pathSeparator, -1)) {
            Path candidate = Path.of(directory.isEmpty() ? "." : directory, "redis-server");
            if (Files.isExecutable(candidate)) {
                return Optional.of(candidate);
            }
        }
        return EmbeddedRedisBinary.find();
    }

    /** The address, for {@code REDIS_URL}. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** The process's id. */
    public long pid() {
        return process.pid();
    }

    /** Ends the process; what it held is gone. */
    public void stop() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Redis does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Starts a new, empty process on the same port; returns when it answers. */
    public void restart() {
        process = launch();
    }

    private Process launch() {
        Path executable = executable().orElseThrow(RedisForTests::none);
        List<String> command = new ArrayList<>(List.of(
                executable.toString(),
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                "--loglevel",
                "warning"));
        command.addAll(options);
        Process started;
        try {
            started = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() - end > 0) {
                started.destroyForcibly();
                throw new IllegalStateException("Redis did not start: " + command);
            }
            LockSupport.parkNanos(1_000_000);
        }
        return started;
    }

    /** Runs a command of words without spaces. Returns the first line of the answer. */
    public String command(String words) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout((int) Await.DEADLINE.toMillis());
            socket.getOutputStream().write((words + "\r\n").getBytes(StandardCharsets.US_ASCII));
            return new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))
                    .readLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 200);
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            int first = socket.getInputStream().read();
            // "-NOAUTH" is an answer, too.
            return first == '+' || first == '-';
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
