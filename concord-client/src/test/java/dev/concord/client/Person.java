package dev.concord.client;

import dev.concord.crdt.TextChange;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;

/** Somebody with an editor: follows the text by its changes only, and can crash and begin anew. */
final class Person implements SessionListener {
    private final String name;
    final SimulatedNetwork.Side side;
    private final HandLoop world;
    private final DoubleSupplier random;
    final MemoryOutboxStore store = new MemoryOutboxStore();
    final List<String> sites = new ArrayList<>();
    final List<Status> statuses = new ArrayList<>();
    final List<Refused> refusals = new ArrayList<>();
    final List<Exception> faults = new ArrayList<>();
    final StringBuilder seen = new StringBuilder();
    private HandLoop.Killable process;
    ConcordSession session;

    Person(String name, SimulatedNetwork network, DoubleSupplier random) {
        this.name = name;
        this.side = network.side();
        this.world = network.loop;
        this.random = random;
        begin();
    }

    void begin() {
        process = world.process();
        seen.setLength(0);
        session = ConcordSession.builder(URI.create("ws://example.test"), "room", process, side)
                .outbox(store)
                .random(random)
                .site(name + "-" + sites.size())
                .listener(this)
                .build();
        sites.add(session.site());
        session.open();
    }

    /** The process ends without a word; only the store is left. */
    void crash() {
        process.kill();
        side.cut();
    }

    @Override
    public void textChanged(List<TextChange> changes, Origin origin) {
        for (TextChange change : changes) {
            seen.replace(change.offset(), change.offset() + change.removed(), change.inserted());
        }
    }

    @Override
    public void statusChanged(Status status) {
        statuses.add(status);
    }

    @Override
    public void refused(Refused refused) {
        refusals.add(refused);
    }

    @Override
    public void fault(Exception fault) {
        faults.add(fault);
    }
}
