// node --expose-gc yjs.mjs FILE: measures Yjs on a file of updates (a count, then each with its length, big endian), and prints CPU milliseconds,
// and kilobytes of a loaded document, as JSON.
import * as Y from 'yjs'
import { readFileSync } from 'node:fs'

const bytes = readFileSync(process.argv[2])
let at = 0
const int = () => { at += 4; return bytes.readUInt32BE(at - 4) }
const updates = Array.from({ length: int() }, () => { const length = int(); at += length; return new Uint8Array(bytes.buffer, bytes.byteOffset + at - length, length) })

const median = values => values.sort((a, b) => a - b)[values.length >> 1]
const millis = work => { const start = process.cpuUsage(); work(); const spent = process.cpuUsage(start); return (spent.user + spent.system) / 1000 }
const create = () => { const doc = new Y.Doc(); doc.getText('text'); return doc }

let doc
const oneByOne = Array.from({ length: 3 }, () => millis(() => { doc = create(); for (const update of updates) Y.applyUpdate(doc, update) }))
const state = Y.encodeStateAsUpdate(doc)
const load = []
const encode = []
const text = []
for (let i = 0; i < 40; i++) {
  let loaded
  load.push(millis(() => { loaded = create(); Y.applyUpdate(loaded, state) }))
  encode.push(millis(() => Y.encodeStateAsUpdate(loaded)))
  text.push(millis(() => loaded.getText('text').toString()))
}
const kept = []
globalThis.gc()
const before = process.memoryUsage().heapUsed
for (let i = 0; i < 10; i++) { const loaded = create(); Y.applyUpdate(loaded, state); kept.push(loaded) }
globalThis.gc()
const heap = (process.memoryUsage().heapUsed - before) / 1000 / kept.length
console.log(JSON.stringify({ ONE_BY_ONE: median(oneByOne), LOAD: median(load), ENCODE: median(encode), TEXT: median(text), HEAP: heap }))
