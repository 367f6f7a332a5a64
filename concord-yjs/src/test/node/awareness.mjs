// node awareness.mjs COUNT SEED: sessions of the awareness of y-protocols, which takes updates of a few clients in disorder and with doubles, and loses
// clients whose connection ends. One JSON line for each session, with what it has after each step: see AwarenessTest.
import * as Y from 'yjs'
import * as encoding from 'lib0/encoding'
import { Awareness, applyAwarenessUpdate, encodeAwarenessUpdate, removeAwarenessStates } from 'y-protocols/awareness'
import { generator } from './random.mjs'

const [count, firstSeed] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1)]
const base64 = bytes => Buffer.from(bytes).toString('base64')

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const r = generator(seed)
  const awareness = new Awareness(new Y.Doc())
  awareness.setLocalState(null)
  awareness.meta.clear()
  const clients = Array.from({ length: 2 + r(5) }, () => r(2) === 0 ? r(200) : 2 ** 53 - 1 - r(2 ** 30))
  const clocks = clients.map(() => 0)
  const steps = []
  for (let i = 10 + r(30); i > 0; i--) {
    const step = {}
    const before = new Map(awareness.states)
    if (r(8) === 0) {
      step.leave = clients.filter(() => r(3) === 0)
      removeAwarenessStates(awareness, step.leave, null)
    } else {
      const entries = Array.from({ length: r(4) }, () => {
        const at = r(clients.length)
        const clock = r(3) === 0 ? Math.max(0, clocks[at] - r(3)) : clocks[at] += r(3)
        return [clients[at], clock, r(4) === 0 ? null : { n: r(5), name: 'Ann' }]
      })
      const encoder = encoding.createEncoder()
      encoding.writeVarUint(encoder, entries.length)
      for (const [client, clock, state] of entries) {
        encoding.writeVarUint(encoder, client)
        encoding.writeVarUint(encoder, clock)
        encoding.writeVarString(encoder, JSON.stringify(state))
      }
      step.update = base64(encoding.toUint8Array(encoder))
      applyAwarenessUpdate(awareness, encoding.toUint8Array(encoder), null)
    }
    const now = awareness.states
    step.states = Object.fromEntries([...now].map(([client, state]) => [client, JSON.stringify(state)]))
    step.added = [...now.keys()].filter(client => !before.has(client))
    step.removed = [...before.keys()].filter(client => !now.has(client))
    step.changed = [...now.keys()].filter(client => before.has(client) && JSON.stringify(before.get(client)) !== JSON.stringify(now.get(client)))
    const present = [...now.keys()].sort((a, b) => a - b)
    step.all = base64(encodeAwarenessUpdate(awareness, present))
    steps.push(step)
  }
  console.log(JSON.stringify({ seed, steps }))
  awareness.destroy()
}
