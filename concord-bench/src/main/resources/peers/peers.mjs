// One measurement of one peer in a process of its own:
//   node --expose-gc peers.mjs PEER WORK TRACE.json.gz WARM_UP_MS MEASURING_MS
// Prints one JSON object, { "value": number }: CPU milliseconds (median), bytes an edit or kilobytes. CPU time is that of the whole
// process, so the collector's and compiler's threads count too. Every run checks the text that it ends with.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { deflateRawSync, gunzipSync } from 'node:zlib';

const require = createRequire(import.meta.url);
const ROOT = 't';
// Runs of a peer that takes seconds for each are few: enough for a median, not for an afternoon.
const FEWEST_RUNS = 3;

/** What a peer must offer: a replica with a text, updates of one edit each, and a whole state. Loaded when asked for, and only then. */
const peers = {
  yjs() {
    const Y = require('yjs');
    return {
      // Yjs joins an edit's update only for those who listen to it.
      create: (client, onUpdate) => {
        const doc = new Y.Doc();
        doc.clientID = client;
        if (onUpdate) doc.on('update', onUpdate);
        const text = doc.getText(ROOT);
        return {
          insert: (at, value) => text.insert(at, value),
          delete: (at, length) => text.delete(at, length),
          transact: edit => doc.transact(edit),
          flush: () => {},
          apply: update => Y.applyUpdate(doc, update),
          text: () => text.toString(),
          state: () => Y.encodeStateAsUpdateV2(doc),
        };
      },
      load: state => {
        const doc = new Y.Doc();
        Y.applyUpdateV2(doc, state);
        return { text: () => doc.getText(ROOT).toString(), doc };
      },
    };
  },

  'json-joy'() {
    const { Model } = require('json-joy/lib/json-crdt');
    const { Patch } = require('json-joy/lib/json-crdt-patch');
    // The string node is an object of the document: one replica makes it, all others start from that.
    const first = Model.create(undefined, 1_000_000);
    first.api.root('');
    first.api.flush();
    const empty = first.toBinary();
    return {
      create: (client, onUpdate) => {
        const model = Model.load(empty, 1_000_000 + client);
        const text = model.api.str([]);
        return {
          insert: (at, value) => text.ins(at, value),
          delete: (at, length) => text.del(at, length),
          transact: edit => edit(),
          // Left to grow, its unfinished patch would cost more than finishing one for every edit.
          flush: () => {
            const patch = model.api.flush();
            if (onUpdate) onUpdate(patch.toBinary());
          },
          apply: update => model.applyPatch(Patch.fromBinary(update)),
          text: () => text.view(),
          state: () => model.toBinary(),
        };
      },
      load: state => {
        const model = Model.load(state, 2_000_000);
        return { text: () => model.view(), model };
      },
    };
  },
};

function read(file) {
  const json = JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  if (json.kind === 'concurrent') return json;
  const patches = json.txns.flatMap(txn => txn.patches);
  return { patches, end: json.endContent };
}

function check(expected, actual) {
  if (expected !== actual) throw new Error('does not end with the recorded text');
}

function replay(trace, replica) {
  for (const [at, deleted, inserted] of trace.patches) {
    if (deleted > 0) replica.delete(at, deleted);
    if (inserted) replica.insert(at, inserted);
    replica.flush();
  }
  check(trace.end, replica.text());
  return replica;
}

/** One update for every patch: what is sent when each keystroke travels as it comes. */
function replayInUpdates(trace, peer) {
  const updates = [];
  const replica = peer.create(1, update => updates.push(update));
  for (const [at, deleted, inserted] of trace.patches) {
    replica.transact(() => {
      if (deleted > 0) replica.delete(at, deleted);
      if (inserted) replica.insert(at, inserted);
    });
    replica.flush();
  }
  check(trace.end, replica.text());
  return updates;
}

/** A live replica for each writer, as in Concord's session: a transaction travels encoded to those who build on it. */
function session(history, peer) {
  const known = Array.from({ length: history.numAgents }, () => new Uint8Array(history.txns.length));
  const needs = history.txns.map((txn, i) => {
    const own = known[txn.agent];
    const open = [...txn.parents];
    const missing = [];
    while (open.length > 0) {
      const next = open.pop();
      if (!own[next]) {
        own[next] = 1;
        missing.push(next);
        open.push(...history.txns[next].parents);
      }
    }
    own[i] = 1;
    return missing.sort((a, b) => a - b);
  });
  return () => {
    let sent = [];
    // Only what a replica edits itself is sent; Yjs reports what it is given as well.
    let local = false;
    const replicas = Array.from({ length: history.numAgents }, (_, agent) =>
      peer.create(agent + 1, update => local && sent.push(update)));
    const updates = [];
    const has = replicas.map(() => new Uint8Array(history.txns.length));
    history.txns.forEach((txn, i) => {
      const replica = replicas[txn.agent];
      local = false;
      for (const need of needs[i]) {
        updates[need].forEach(replica.apply);
        has[txn.agent][need] = 1;
      }
      local = true;
      sent = [];
      replica.transact(() => {
        for (const [at, deleted, inserted] of txn.patches) {
          if (deleted > 0) replica.delete(at, deleted);
          if (inserted) replica.insert(at, inserted);
        }
      });
      replica.flush();
      updates.push(sent);
      has[txn.agent][i] = 1;
    });
    local = false;
    replicas.forEach((replica, agent) => {
      updates.forEach((update, i) => has[agent][i] || update.forEach(replica.apply));
      check(history.endContent, replica.text());
    });
  };
}

function timed(work, warmUpMillis, measuringMillis) {
  spend(work, warmUpMillis, 1);
  const spent = spend(work, measuringMillis, FEWEST_RUNS).sort((a, b) => a - b);
  return spent[Math.floor(spent.length / 2)];
}

function spend(work, millis, fewest) {
  const spent = [];
  let total = 0;
  while (spent.length < fewest || total < millis) {
    const start = process.cpuUsage();
    work();
    const used = process.cpuUsage(start);
    spent.push((used.user + used.system) / 1000);
    total += spent[spent.length - 1];
  }
  return spent;
}

function used() {
  global.gc();
  global.gc();
  const memory = process.memoryUsage();
  return memory.heapUsed + memory.external;
}

const [name, work, file, warmUp, measuring] = process.argv.slice(2);
const peer = peers[name]();
const trace = read(file);
const time = run => timed(run, Number(warmUp), Number(measuring));

const works = {
  LOCAL: () => time(() => replay(trace, peer.create(1))),
  ENCODED: () => time(() => replayInUpdates(trace, peer)),
  MERGE: () => {
    const updates = replayInUpdates(trace, peer);
    return time(() => {
      const replica = peer.create(2);
      updates.forEach(replica.apply);
      check(trace.end, replica.text());
    });
  },
  LOAD: () => {
    const state = replay(trace, peer.create(1)).state();
    return time(() => check(trace.end, peer.load(state).text()));
  },
  OPS_SIZE: () =>
    replayInUpdates(trace, peer).reduce((sum, update) => sum + update.length, 0) / trace.patches.length,
  STATE_SIZE: () => replay(trace, peer.create(1)).state().length / 1000,
  STATE_DEFLATED: () => deflateRawSync(replay(trace, peer.create(1)).state(), { level: 9 }).length / 1000,
  HEAP: () => {
    const state = replay(trace, peer.create(1)).state();
    const kept = [];
    // The first load pays for what is shared.
    check(trace.end, peer.load(state).text());
    const before = used();
    for (let i = 0; i < 5; i++) kept.push(peer.load(state));
    const each = (used() - before) / 1000 / kept.length;
    kept.forEach(loaded => check(trace.end, loaded.text()));
    return each;
  },
  SESSION: () => time(session(trace, peer)),
};

console.log(JSON.stringify({ value: works[work]() }));
