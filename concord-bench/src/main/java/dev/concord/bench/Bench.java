package dev.concord.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/** {@code ./concord bench}: what is measured, and the exit status. */
public final class Bench {
    private static final int MET = 0;
    private static final int MISSED = 1;
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 3;

    private static final String USAGE = """
            usage: ./concord bench engine [--only INPUT/WORK,…] [--runs N] [--rounds N] [--traces PATH] [--against JAR] [--json]
                   ./concord bench peers  [--only INPUT/WORK,…] [--traces PATH] [--json]
                   ./concord bench yjs    [--only INPUT/WORK,…] [--runs N] [--traces PATH] [--json]
                   ./concord bench micro  [--only NAME,…] [--long] [--json]
                   ./concord bench store  [--database URL] [--seconds N]
                   ./concord bench server [--rounds N] [--readers N] [--tokens] JAR…
                   ./concord bench page   [--into PAGE] FILE…

            engine   the engine on real histories and hostile input, beside a plain gap buffer
            peers    the same works done by Yjs, json-joy (both need node and npm) and automerge, each skipped where it is missing
            yjs      documents compatible with Yjs, beside Yjs (needs node and npm) and yrs (needs cargo), each skipped where it is missing
            micro    single calls, by JMH
            store    what durability costs: time to the ack and ops a second, on the embedded store and on a PostgreSQL database
            server   what one op costs a whole server: processor time of a process of each JAR, over 200,000 ops, in turns
            page     tables made of what --json printed, runs on several JDKs side by side

            --only INPUT/WORK   only these; either half may be missing: automerge-paper, /local, hostile/nested.
                                inputs: automerge-paper sveltecomponent rustcode seph-blog1 friendsforever hostile
                                works:  local encoded merge load ops_size state_size heap session, or a hostile shape:
                                        siblings nested backwards alternating cut_up
            --runs N            at least N measured runs of each work (20)
            --rounds N          measures everything N times in new JVMs; a target is met when every round meets it (1)
            --traces PATH       automerge-paper.json.gz or its directory; the trace is not ours to bring along. Otherwise CONCORD_TRACES, or
                                a directory "traces" in or beside this one. Without it that trace is skipped
            --readers N         members that read what one other types (3)
            --tokens            measures each server a second time, with members that present tokens
            --against JAR       measures the engine of another build's concord-bench.jar in turns with this one, and divides
            --json              for programs; progress goes to standard error in any case
            --database URL      postgres://user:password@host:port/database; its tables are made if they are missing
            --seconds N         how long each measurement takes (10)
            --long              more forks and iterations
            --into PAGE         replaces the tables in this Markdown page, between its <!-- bench:NAME --> and <!-- /bench:NAME -->

            exit status: 0 all targets met, 1 one was missed, 2 bad usage, 3 a measurement failed
            """;

    private Bench() {}

    /**
     * Runs a benchmark and exits.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(run(List.of(args), System.out, System.err));
    }

    static int run(List<String> args, PrintStream out, PrintStream err) {
        if (args.isEmpty() || args.contains("--help") || args.contains("-h")) {
            (args.isEmpty() ? err : out).print(USAGE);
            return args.isEmpty() ? BAD_USAGE : MET;
        }
        try {
            return start(args.get(0), args.subList(1, args.size()), out, err);
        } catch (BadUsageException e) {
            err.println("concord bench: " + e.getMessage());
            err.println("Try ./concord bench --help");
            return BAD_USAGE;
        } catch (IOException e) {
            err.println("concord bench: " + e.getMessage());
            return FAILED;
        }
    }

    private static int start(String what, List<String> args, PrintStream out, PrintStream err) throws IOException {
        Options options = switch (what) {
            case "engine" -> Options.parse(args, "--only", "--runs", "--rounds", "--traces", "--against", "--json");
            case "peers" -> Options.parse(args, "--only", "--traces", "--json");
            case "yjs" -> Options.parse(args, "--only", "--runs", "--traces", "--json");
            case "micro" -> Options.parse(args, "--only", "--long", "--json");
            case "store" -> Options.parse(args, "--database", "--seconds");
            case "server" -> Options.parse(args, "--rounds", "--readers", "--tokens", Options.FILES);
            case "page" -> Options.parse(args, "--into", Options.FILES);
            default ->
                throw new BadUsageException("there is no benchmark " + what
                        + "; there are engine, peers, yjs, micro, store, server and page");
        };
        if (what.equals("store")) {
            out.print(new StoreBench(options, err).run());
            return MET;
        }
        if (what.equals("server")) {
            out.print(new ServerBench(options, err).run());
            return MET;
        }
        if (what.equals("page")) {
            out.print(Page.make(options));
            return MET;
        }
        Report report = switch (what) {
            case "engine" -> new EngineBench(options, err).run();
            case "peers" -> new PeersBench(options, err).run();
            case "yjs" -> new YjsBench(options, err).run();
            default -> MicroBench.run(options, err);
        };
        if (report.rows().isEmpty()) {
            throw new BadUsageException("nothing is measured: --only "
                    + Arrays.toString(options.only().toArray()) + " names nothing that is here");
        }
        out.print(options.has("--json") ? report.json() : report.table());
        return report.met() ? MET : MISSED;
    }
}
