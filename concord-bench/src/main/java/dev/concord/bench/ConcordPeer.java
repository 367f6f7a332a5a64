package dev.concord.bench;

import java.io.IOException;

/** Concord among the peers. */
final class ConcordPeer implements Peer {
    private final Effort effort;

    ConcordPeer(Effort effort) {
        this.effort = effort;
    }

    @Override
    public String title() {
        return "Concord, " + Report.jdk();
    }

    @Override
    public double measure(PeerWork work, String trace, String file) throws IOException {
        Figure figure = switch (work) {
            case SESSION -> EngineFork.session(effort);
            // The state is deflated as it is.
            case STATE_DEFLATED -> EngineFork.work(EngineWork.STATE_SIZE, trace, file, effort);
            default -> EngineFork.work(EngineWork.valueOf(work.name()), trace, file, effort);
        };
        return figure.value() + figure.collector();
    }
}
