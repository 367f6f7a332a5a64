package dev.concord.bench;

import dev.concord.bench.Peer.PeerWork;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Measures Concord and what others made on the same histories, in turns. A peer that is not here is skipped, with a line that says so. */
final class PeersBench {
    private final Options options;
    private final PrintStream err;

    PeersBench(Options options, PrintStream err) {
        this.options = options;
        this.err = err;
    }

    Report run() throws IOException {
        Optional<Path> paper = Traces.paper(options, System.getenv());
        if (paper.isEmpty() && options.wantsInput(Traces.PAPER)) {
            err.println(Traces.PAPER + " is skipped: name its directory with --traces or " + Traces.VARIABLE);
        }
        List<Peer> peers = new ArrayList<>(List.of(new ConcordPeer(Effort.full(20))));
        peers.addAll(NodePeer.installed(err));
        AutomergePeer.built(err).ifPresent(peers::add);
        List<String> traces = Traces.sequential(paper);
        List<Row> rows = new ArrayList<>();
        for (String trace : traces) {
            String file = trace.equals(Traces.PAPER) ? paper.map(Path::toString).orElse("") : "";
            for (PeerWork work : PeerWork.values()) {
                if (work != PeerWork.SESSION) {
                    measure(peers, work, trace, file, rows);
                }
            }
        }
        measure(peers, PeerWork.SESSION, Traces.SESSION, "", rows);
        return Report.here("peers", "CPU time with garbage collection, medians after a warm-up", rows);
    }

    private void measure(List<Peer> peers, PeerWork work, String trace, String file, List<Row> rows)
            throws IOException {
        if (!options.wants(trace, work.id())) {
            return;
        }
        for (Peer peer : peers) {
            if (peer.does(work)) {
                err.printf(Locale.ROOT, "%s/%s: %s … ", trace, work.id(), peer.title());
                double value = peer.measure(work, trace, file);
                rows.add(new Row(trace, work.title, peer.title(), List.of(value), work.unit, null, Map.of()));
                err.println(rows.get(rows.size() - 1).cell());
            }
        }
    }
}
