package dev.concord.server;

import dev.concord.server.config.AuthConfig;
import dev.concord.server.config.Config;
import dev.concord.server.config.ConfigException;
import dev.concord.store.StoreException;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The command line: {@code java -jar concord-server.jar}. */
public final class Main {
    /** Arguments or environment that cannot be used. */
    private static final int EXIT_USAGE = 2;
    /** The port or the store cannot be opened. */
    private static final int EXIT_FAILURE = 1;

    private Main() {}

    /**
     * Runs a server until it is stopped.
     *
     * @param args {@code --help}, {@code --version}, or nothing
     */
    public static void main(String[] args) {
        int status = run(List.of(args), System.getenv(), System.out, System.err);
        if (status >= 0) {
            System.exit(status);
        }
    }

    /** Returns the exit status, or -1 when a server runs. */
    static int run(List<String> args, Map<String, String> environment, PrintStream out, PrintStream err) {
        if (args.equals(List.of("--help")) || args.equals(List.of("-h"))) {
            out.print(help());
            return 0;
        }
        if (args.equals(List.of("--version"))) {
            out.println("concord-server " + version());
            return 0;
        }
        boolean tokens = !args.isEmpty() && TokenCommands.COMMANDS.contains(args.get(0));
        boolean operator = tokens || (!args.isEmpty() && Operator.COMMANDS.contains(args.get(0)));
        if (!args.isEmpty() && !operator) {
            err.println("concord-server: unknown argument \"" + args.get(0)
                    + "\"; settings are environment variables, see --help");
            return EXIT_USAGE;
        }
        Config config;
        try {
            config = Config.from(environment);
        } catch (ConfigException e) {
            err.println("concord-server: " + e.getMessage());
            return EXIT_USAGE;
        }
        if (operator) {
            // The command itself reports what goes wrong.
            System.setProperty("concord.log.level", "ERROR");
            return tokens
                    ? new TokenCommands(config, out).run(args, err)
                    : new Operator(config, System.in, out).run(args, err);
        }
        return serve(config, out, err);
    }

    private static int serve(Config config, PrintStream out, PrintStream err) {
        System.setProperty("concord.log.level", config.logLevel());
        Logger log = LoggerFactory.getLogger(Main.class);
        ConcordServer server;
        try {
            server = ConcordServer.start(config);
        } catch (IOException e) {
            err.println("concord-server: cannot listen on " + config.host() + ":" + config.port() + ": "
                    + e.getMessage() + "; choose another with PORT and CONCORD_HOST");
            return EXIT_FAILURE;
        } catch (ConfigException e) {
            err.println("concord-server: " + e.getMessage());
            return EXIT_USAGE;
        } catch (StoreException e) {
            err.println("concord-server: " + e.getMessage());
            return EXIT_FAILURE;
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            log.info("stopping");
                            server.close();
                            // Asked to stop and stopped is success; the JVM's own status would be the signal's.
                            Runtime.getRuntime().halt(0);
                        },
                        "concord-stop"));
        if (config.auth().mode() == AuthConfig.Mode.NONE && !isLoopback(config.host())) {
            log.warn(
                    "listening on {} without authentication: everybody who reaches this port can read and write every room",
                    config.host());
        }
        log.atInfo().addKeyValue("data", Stores.describe(config)).log("serving");
        out.println("Concord is serving at " + url(config.host(), server.port()));
        if (server.firstKey() != null) {
            out.println("The administrator's link, shown once (./concord link --admin makes another): "
                    + url(config.host(), server.port()) + "home#k=" + server.firstKey());
        }
        out.flush();
        return -1;
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false;
        }
    }

    /** Where a browser on this machine finds the server. */
    static String url(String host, int port) {
        return "http://" + shownHost(host) + ":" + port + "/";
    }

    private static String shownHost(String host) {
        boolean everywhere = host.equals("0.0.0.0") || host.equals("::");
        String shown = everywhere ? "localhost" : host;
        return shown.contains(":") ? "[" + shown + "]" : shown;
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }

    private static String help() {
        return """
                Concord %s: collaborative text editing over WebSockets.

                usage: java -jar concord-server.jar [--help | --version | COMMAND]

                Serves rooms at ws://HOST:PORT/rooms/{room}/ws and a demo page at http://HOST:PORT/.
                Stop it with Ctrl-C or SIGTERM: clients are asked to reconnect, everything is stored.

                Commands, on the store that the settings name; a server may be running on it, except for import
                into the embedded store:

                %s
                Settings, from the environment:

                %s""".formatted(version(), Operator.USAGE + TokenCommands.USAGE, Config.help());
    }
}
