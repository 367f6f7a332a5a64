// node undo.mjs COUNT SEED: random sessions of a client with an undo manager and of another one, one JSON line each. The engine has to do the same with
// the same bytes: see UndoJudgeTest.
import * as Y from 'yjs'
import { generator } from './random.mjs'

const [count, firstSeed] = [Number(process.argv[2] ?? 10), Number(process.argv[3] ?? 1)]
const base64 = bytes => Buffer.from(bytes).toString('base64')

function choose (doc, r, formats) {
  const text = doc.getText('text')
  const array = doc.getArray('array')
  const xml = doc.getXmlFragment('xml')
  const range = length => { const from = r(length); return [from, Math.min(length - from, 1 + r(4))] }
  switch (r(16)) {
    case 0: case 1: case 2: return ['insert', r(text.length + 1), ['a', 'bc', 'long'][r(3)]]
    case 3: case 4: return text.length ? ['delete', ...range(text.length)] : null
    case 5: return text.length && formats ? ['format', ...range(text.length), [{ bold: true }, { bold: null }, { em: true }][r(3)]] : null
    case 6: return ['embed', r(text.length + 1), { image: 'u' + r(9) }]
    case 7: case 8: return ['set', 'k' + r(3), r(100)]
    case 9: return ['setMap', 'k' + r(3), 'inner' + r(2), r(100)]
    case 10: return ['remove', 'k' + r(3)]
    case 11: return ['add', r(array.length + 1), Array.from({ length: 1 + r(3) }, () => r(100))]
    case 12: return array.length ? ['cut', ...range(array.length)] : null
    case 13: return ['element', r(xml.length + 1), 'p', 't' + r(9)]
    case 14: { const at = r(Math.max(1, xml.length)); return xml.get(at) ? (r(2) ? ['type', at, 0, 'z'] : ['attribute', at, 'a' + r(2), 'v' + r(3)]) : null }
    default: return xml.length ? ['drop', r(xml.length)] : null
  }
}

function edit (doc, [what, a, b, c]) {
  const text = doc.getText('text')
  const map = doc.getMap('map')
  const array = doc.getArray('array')
  const xml = doc.getXmlFragment('xml')
  switch (what) {
    case 'insert': return text.insert(a, b, {})
    case 'delete': return text.delete(a, b)
    case 'format': return text.format(a, b, structuredClone(c))
    case 'embed': return text.insertEmbed(a, structuredClone(b), {})
    case 'set': return map.set(a, b)
    case 'setMap': { const inner = new Y.Map(); map.set(a, inner); return inner.set(b, c) }
    case 'remove': return map.delete(a)
    case 'add': return array.insert(a, b)
    case 'cut': return array.delete(a, b)
    case 'element': { const e = new Y.XmlElement(b); xml.insert(a, [e]); const t = new Y.XmlText(); e.insert(0, [t]); return t.insert(0, c) }
    case 'type': { const t = xml.get(a).get(0); return t ? t.insert(b, c) : undefined }
    case 'attribute': return xml.get(a).setAttribute(b, c)
    case 'drop': return xml.delete(a, 1)
  }
}

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const r = generator(seed)
  const ids = [1 + r(100), 1000 + r(2 ** 30)].sort(() => r(2) - 0.5)
  const [own, other] = ids.map(id => { const doc = new Y.Doc(); doc.clientID = id; doc.getText('text'); doc.getMap('map'); doc.getArray('array'); doc.getXmlFragment('xml'); return doc })
  const scope = r(4) === 0 ? ['text'] : ['text', 'map', 'array', 'xml']
  const undo = new Y.UndoManager(scope.map(name => own.share.get(name)), { trackedOrigins: new Set(['own']), captureTimeout: 1e9 })
  let last = []
  own.on('update', update => last.push(update))
  const steps = []
  for (let i = 0; i < 60; i++) {
    last = []
    switch (r(12)) {
      case 0: case 1: case 2: undo.undo(); steps.push({ do: 'undo' }); break
      case 3: undo.redo(); steps.push({ do: 'redo' }); break
      case 4: undo.stopCapturing(); steps.push({ do: 'end' }); break
      case 5: {
        const op = choose(other, r, false)
        if (!op) continue
        other.transact(() => edit(other, op))
        steps.push({ do: 'theirs', op })
        break
      }
      case 6: {
        const update = Y.encodeStateAsUpdate(other, Y.encodeStateVector(own))
        Y.applyUpdate(own, update)
        steps.push({ do: 'take', update: base64(update) })
        last = []
        break
      }
      case 7: { const update = Y.encodeStateAsUpdate(own, Y.encodeStateVector(other)); Y.applyUpdate(other, update); steps.push({ do: 'give', state: base64(Y.encodeStateAsUpdate(other)) }); break }
      default: {
        const op = choose(own, r, true)
        if (!op) continue
        const tracked = r(8) > 0
        if (r(2)) { undo.stopCapturing(); steps.push({ do: 'end' }) }
        own.transact(() => edit(own, op), tracked ? 'own' : 'program')
        steps.push({ do: 'edit', op, tracked })
      }
    }
    const step = steps[steps.length - 1]
    step.update = step.update ?? base64(last.length ? last[0] : [])
    step.undo = undo.undoStack.length
    step.redo = undo.redoStack.length
    step.text = own.getText('text').toString()
    step.own = base64(Y.encodeStateAsUpdate(own))
  }
  console.log(JSON.stringify({ seed, ids, scope, steps }))
}
