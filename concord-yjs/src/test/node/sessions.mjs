// node sessions.mjs COUNT SEED: random sessions of three Yjs clients with every shared type, one JSON line each. The engine has to make the same
// edits with the same bytes, and what a fourth document has at the end after all updates in a disturbed order: see SessionsTest.
import * as Y from 'yjs'
import { createHash } from 'node:crypto'
import { generator } from './random.mjs'

const [count, firstSeed] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1)]
const base64 = bytes => Buffer.from(bytes).toString('base64')
const hash = bytes => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

/** The visible units of a text, embedded values as U+0000: no place may cut a pair, for Yjs does not converge then. */
const units = text => text.toDelta().map(op => typeof op.insert === 'string' ? op.insert : '\u0000').join('')
const isLow = (s, i) => i < s.length && s.charCodeAt(i) >= 0xDC00 && s.charCodeAt(i) <= 0xDFFF
const whole = (s, i) => isLow(s, i) ? i + 1 : i

const WORDS = ['a', 'bc', 'dé', '😀', 'x😀y', '\n', '汉字', 'long text that goes on']
const VALUES = [1, -7, 0, -0, 2 ** 31, 2 ** 40, 1.5, 0.1, -1e21, 1e-7, 'v', '', null, true, false, [], [1, [2]], {}, { b: 1, a: { c: [null] } }, { 2: 'x', 1: 'y' }]
const FORMATS = [{ bold: true }, { bold: null }, { em: true, link: { href: 'u' } }, { em: null }, { link: null, size: 12.5 }]

/** Chooses an edit for the document as it is now; null when the choice does not fit. */
function choose (doc, r) {
  const text = doc.getText('text')
  const xmlText = () => {
    const at = r(Math.max(1, doc.getXmlFragment('xml').length))
    const element = doc.getXmlFragment('xml').get(at)
    return element instanceof Y.XmlElement && element.length > 0 && element.get(0) instanceof Y.XmlText ? at : -1
  }
  switch (r(22)) {
    // Typing goes on where it ended, most often.
    case 0: case 1: return ['insert', whole(units(text), Math.min(text.length, doc.caret ?? 0)), WORDS[r(3)], null]
    case 2: case 3: return ['insert', whole(units(text), r(text.length + 1)), WORDS[r(WORDS.length)], r(4) ? null : FORMATS[r(FORMATS.length)]]
    case 4: case 5: {
      const s = units(text)
      const from = whole(s, r(s.length + 1))
      const to = whole(s, Math.min(s.length, from + r(5)))
      return to > from ? ['delete', from, to - from] : null
    }
    case 6: case 7: {
      const s = units(text)
      const from = whole(s, r(s.length + 1))
      const to = whole(s, Math.min(s.length, from + r(6)))
      return to > from ? ['format', from, to - from, FORMATS[r(FORMATS.length)]] : null
    }
    case 8: return ['embed', whole(units(text), r(text.length + 1)), { image: 'u' + r(9) }, r(2) ? {} : { em: true }]
    case 9: case 10: return ['set', 'k' + r(4), VALUES[r(VALUES.length)]]
    case 11: return ['setBytes', 'k' + r(4), [r(256), r(256)]]
    case 12: return ['remove', 'k' + r(5)]
    case 13: return ['setMap', 'k' + r(4), 'inner' + r(3), r(100)]
    case 14: return ['add', r(doc.getArray('array').length + 1), Array.from({ length: 1 + r(3) }, () => VALUES[r(VALUES.length)])]
    case 15: return ['addArray', r(doc.getArray('array').length + 1), [r(9), 'n']]
    case 16: return doc.getArray('array').length ? ['cut', r(doc.getArray('array').length), 1] : null
    case 17: return ['element', r(doc.getXmlFragment('xml').length + 1), ['p', 'H1'][r(2)], 't' + r(9)]
    case 18: {
      const at = xmlText()
      if (at < 0) return null
      const inner = doc.getXmlFragment('xml').get(at).get(0)
      return r(3) ? ['type', at, r(inner.length + 1), 'z'] : inner.length ? ['style', at, r(inner.length), 1, { bold: r(2) ? {} : null }] : null
    }
    case 19: {
      const at = r(Math.max(1, doc.getXmlFragment('xml').length))
      return doc.getXmlFragment('xml').get(at) instanceof Y.XmlElement ? ['attribute', at, 'a' + r(2), 'v' + r(3)] : null
    }
    case 20: return doc.getXmlFragment('xml').length ? ['drop', r(doc.getXmlFragment('xml').length)] : null
    default: return r(4) ? null : ['subdocument', 'k' + r(4), 'guid' + r(3)]
  }
}

// Copies, because Yjs asks of objects whether they are the same one.
function edit (doc, [what, a, b, c, d]) {
  const text = doc.getText('text')
  const map = doc.getMap('map')
  const array = doc.getArray('array')
  const xml = doc.getXmlFragment('xml')
  switch (what) {
    case 'insert':
      doc.caret = a + b.length
      return c === null ? text.insert(a, b) : text.insert(a, b, structuredClone(c))
    case 'delete': return text.delete(a, b)
    case 'format': return text.format(a, b, structuredClone(c))
    case 'embed': return text.insertEmbed(a, structuredClone(b), structuredClone(c))
    case 'set': return map.set(a, b)
    case 'setBytes': return map.set(a, Uint8Array.from(b))
    case 'remove': return map.delete(a)
    case 'setMap': { const inner = new Y.Map(); map.set(a, inner); return inner.set(b, c) }
    case 'add': return array.insert(a, b)
    case 'addArray': { const inner = new Y.Array(); array.insert(a, [inner]); return inner.insert(0, b) }
    case 'cut': return array.delete(a, b)
    case 'element': { const e = new Y.XmlElement(b); xml.insert(a, [e]); const t = new Y.XmlText(); e.insert(0, [t]); return t.insert(0, c) }
    case 'type': return xml.get(a).get(0).insert(b, c)
    case 'style': return xml.get(a).get(0).format(b, c, structuredClone(d))
    case 'attribute': return xml.get(a).setAttribute(b, c)
    case 'drop': return xml.delete(a, 1)
    case 'subdocument': return map.set(a, new Y.Doc({ guid: b }))
  }
}

const json = value => value instanceof Uint8Array ? { bytes: [...value] } : value instanceof Y.Doc ? { guid: value.guid } : value instanceof Y.AbstractType ? value.toJSON() : value
const bigJson = (key, value) => Object.is(value, -0) ? { zero: '-' } : value

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const r = generator(seed)
  const clients = [10 + r(100), 1000003 + r(2 ** 30), 2 ** 32 + r(2 ** 40)].sort(() => r(2) - 0.5)
  const docs = clients.map(client => { const doc = new Y.Doc(); doc.clientID = client; doc.getText('text'); doc.getMap('map'); doc.getArray('array'); doc.getXmlFragment('xml'); return doc })
  const steps = []
  const updates = []
  let last = []
  docs.forEach(doc => doc.on('update', (update, origin, of, transaction) => { if (transaction.local) last.push(update) }))
  const sync = (from, to) => {
    const update = Y.encodeStateAsUpdate(docs[from], Y.encodeStateVector(docs[to]))
    last = []
    Y.applyUpdate(docs[to], update)
    steps.push({ from, to, update: base64(update), cleaned: last.map(base64) })
    last.forEach(u => updates.push(u))
  }
  for (let i = 0; i < 90; i++) {
    const at = r(3)
    const op = choose(docs[at], r)
    if (op) {
      last = []
      docs[at].transact(() => edit(docs[at], op))
      steps.push({ at, op, update: last.length ? updates.length : -1 })
      last.forEach(u => updates.push(u))
    }
    if (r(12) === 0) { const to = r(3); sync((to + 1 + r(2)) % 3, to) }
  }
  for (let round = 0; round < 2; round++) for (let from = 0; from < 3; from++) for (let to = 0; to < 3; to++) if (from !== to) sync(from, to)
  // The judge takes all in an order with gaps and doubles.
  const order = updates.map((_, i) => i)
  for (let i = 0; i < order.length; i++) { const j = Math.min(order.length - 1, i + r(8)); [order[i], order[j]] = [order[j], order[i]] }
  for (let i = 0; i < 4; i++) order.splice(r(order.length), 0, r(updates.length))
  const judge = new Y.Doc()
  judge.clientID = 5
  const text = judge.getText('text')
  const [map, array, xml] = [judge.getMap('map'), judge.getArray('array'), judge.getXmlFragment('xml')]
  let half
  const each = []
  order.forEach((k, i) => {
    Y.applyUpdate(judge, updates[k])
    each.push([base64(Y.encodeStateVector(judge)), hash(Y.encodeStateAsUpdate(judge))])
    if (i === order.length >> 1) half = { stateVector: base64(Y.encodeStateVector(judge)), state: base64(Y.encodeStateAsUpdate(judge)), stateV2: base64(Y.encodeStateAsUpdateV2(judge)) }
  })
  const full = Y.encodeStateAsUpdate(docs[0])
  Y.applyUpdate(judge, full)
  const positions = [0, -1].map(assoc => { const at = r(text.length + 1); const p = Y.createRelativePositionFromTypeIndex(text, at, assoc); return { at, assoc, bytes: base64(Y.encodeRelativePosition(p)), index: Y.createAbsolutePositionFromRelativePosition(p, judge).index } })
  const [a, b] = [Y.encodeStateVector(judge), Buffer.from(half.stateVector, 'base64')]
  // A state may have garbage in two parts that becomes one when it is loaded.
  const loaded = new Y.Doc()
  loaded.clientID = 7
  loaded.getText('text')
  Y.applyUpdate(loaded, Y.encodeStateAsUpdate(judge))
  const merged = Y.mergeUpdates(order.map(k => updates[k]))
  console.log(JSON.stringify({
    seed,
    clients,
    steps,
    updates: updates.map(base64),
    order,
    each,
    half,
    full: base64(full),
    stateV1: base64(Y.encodeStateAsUpdate(judge)),
    stateV2: base64(Y.encodeStateAsUpdateV2(judge)),
    loaded: base64(Y.encodeStateAsUpdate(loaded)),
    stateVector: base64(a),
    diff: base64(Y.encodeStateAsUpdate(judge, b)),
    merged: base64(merged),
    mergedV2: base64(Y.mergeUpdatesV2(order.map(k => Y.convertUpdateFormatV1ToV2(updates[k])))),
    mergedVector: base64(Y.encodeStateVectorFromUpdate(merged)),
    mergedDiff: base64(Y.diffUpdate(merged, b)),
    converted: base64(Y.convertUpdateFormatV2ToV1(Y.encodeStateAsUpdateV2(judge))),
    snapshot: base64(Y.encodeSnapshot(Y.snapshot(judge))),
    positions,
    text: text.toString(),
    delta: text.toDelta(),
    map: Object.fromEntries([...map.keys()].map(k => [k, json(map.get(k))])),
    array: array.toArray().map(json),
    xml: xml.toString()
  }, bigJson))
}
