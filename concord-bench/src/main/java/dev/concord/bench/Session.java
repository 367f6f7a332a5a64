package dev.concord.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.concord.crdt.ChangeSink;
import dev.concord.crdt.Document;
import dev.concord.crdt.OperationReader;
import dev.concord.crdt.OperationWriter;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** A concurrent history: each writer has a live replica that takes, before each transaction, what its parents have. */
final class Session {
    private record Patch(int offset, int deleted, String inserted) {}

    private record Transaction(int agent, List<Patch> patches, List<Integer> needs) {}

    private final List<Transaction> transactions = new ArrayList<>();
    private final int agents;
    private final String end;

    private Session(int agents, String end) {
        this.agents = agents;
        this.end = end;
    }

    static Session read(InputStream gzipped) throws IOException {
        JsonNode json = new ObjectMapper().readTree(new GZIPInputStream(gzipped));
        Session session = new Session(
                json.get("numAgents").asInt(), json.get("endContent").asText());
        JsonNode all = json.get("txns");
        // Which transactions each writer's replica has when it makes each of its own: worked out once, not measured.
        List<boolean[]> has = new ArrayList<>();
        for (int agent = 0; agent < session.agents; agent++) {
            has.add(new boolean[all.size()]);
        }
        for (int i = 0; i < all.size(); i++) {
            JsonNode transaction = all.get(i);
            int agent = transaction.get("agent").asInt();
            boolean[] own = has.get(agent);
            List<Integer> needs = new ArrayList<>();
            List<Integer> open = new ArrayList<>();
            transaction.get("parents").forEach(parent -> open.add(parent.asInt()));
            while (!open.isEmpty()) {
                int next = open.remove(open.size() - 1);
                if (!own[next]) {
                    own[next] = true;
                    needs.add(next);
                    all.get(next).get("parents").forEach(parent -> open.add(parent.asInt()));
                }
            }
            needs.sort(null);
            own[i] = true;
            List<Patch> patches = new ArrayList<>();
            for (JsonNode patch : transaction.get("patches")) {
                patches.add(new Patch(
                        patch.get(0).asInt(), patch.get(1).asInt(), patch.get(2).asText()));
            }
            session.transactions.add(new Transaction(agent, patches, needs));
        }
        return session;
    }

    /** Plays the history with a replica for each writer; each transaction travels encoded. */
    void play() {
        Document[] replicas = new Document[agents];
        for (int agent = 0; agent < agents; agent++) {
            replicas[agent] = new Document("agent" + agent);
        }
        byte[][] sent = new byte[transactions.size()][];
        boolean[][] has = new boolean[agents][transactions.size()];
        for (int i = 0; i < transactions.size(); i++) {
            Transaction transaction = transactions.get(i);
            Document replica = replicas[transaction.agent()];
            for (int need : transaction.needs()) {
                apply(replica, sent[need]);
                has[transaction.agent()][need] = true;
            }
            OperationWriter ops = new OperationWriter();
            for (Patch patch : transaction.patches()) {
                replica.delete(patch.offset(), patch.deleted(), ops);
                if (!patch.inserted().isEmpty()) {
                    replica.insert(patch.offset(), patch.inserted(), ops);
                }
            }
            sent[i] = ops.toBytes();
            has[transaction.agent()][i] = true;
        }
        for (int agent = 0; agent < agents; agent++) {
            for (int i = 0; i < sent.length; i++) {
                if (!has[agent][i]) {
                    apply(replicas[agent], sent[i]);
                }
            }
            EngineWork.check("friendsforever", end, replicas[agent].text());
        }
    }

    private static void apply(Document replica, byte[] ops) {
        OperationReader reader = new OperationReader(ops);
        while (reader.hasNext()) {
            replica.apply(reader, ChangeSink.NONE);
        }
    }
}
