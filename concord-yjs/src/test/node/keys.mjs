// node keys.mjs COUNT SEED: histories of one map whose few keys some forty clients have set, each loading what an earlier one had, one JSON line each. What is
// merged of all their states has to be read as Yjs reads it: see KeysTest.
import * as Y from 'yjs'
import { generator } from './random.mjs'

const [count, firstSeed] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1)]
const base64 = bytes => Buffer.from(bytes).toString('base64')

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const r = generator(seed)
  const open = []
  const states = []
  const clients = new Set()
  while (clients.size < 42) clients.add(r(4) ? 2 ** 44 + r(2 ** 30) * 2 ** 20 + r(2 ** 20) : r(2 ** 30))
  for (const client of clients) {
    const doc = new Y.Doc()
    doc.clientID = client
    if (open.length) Y.applyUpdate(doc, Y.encodeStateAsUpdate(open[r(open.length)]))
    const map = doc.getMap('state')
    for (let n = 1 + r(4); n > 0; n--) {
      const key = ['path', 'dirty', 'hash'][r(3)]
      switch (r(6)) {
        case 0: map.delete(key); break
        case 1: { const inner = new Y.Map(); map.set(key, inner); inner.set('in', client); break }
        default: map.set(key, ['untitled.txt', true, false, 'x'.repeat(r(9))][r(4)])
      }
    }
    // Others go on from what they had, and hear of this one later or never.
    if (r(3) === 0 && open.length) Y.applyUpdate(open[r(open.length)], Y.encodeStateAsUpdate(doc))
    open.push(doc)
    if (open.length > 4) states.push(Y.encodeStateAsUpdate(open.splice(r(open.length), 1)[0]))
  }
  open.forEach(doc => states.push(Y.encodeStateAsUpdate(doc)))
  for (let i = states.length - 1; i > 0; i--) { const j = r(i + 1); [states[i], states[j]] = [states[j], states[i]] }
  const merged = Y.mergeUpdates(states)
  const doc = new Y.Doc()
  Y.applyUpdate(doc, merged)
  console.log(JSON.stringify({ seed, states: states.map(base64), merged: base64(merged), vector: base64(Y.encodeStateVector(doc)), state: base64(Y.encodeStateAsUpdate(doc)), map: doc.getMap('state').toJSON() }))
}
