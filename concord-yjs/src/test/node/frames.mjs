// node frames.mjs COUNT SEED: what y-protocols, y-websocket and the provider of Hocuspocus send, one JSON line for each frame: the bytes, and what they
// say in the words of FramesTest.
import * as Y from 'yjs'
import * as encoding from 'lib0/encoding'
import * as sync from 'y-protocols/sync'
import * as auth from 'y-protocols/auth'
import { Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness'
import { WebsocketProvider } from 'y-websocket'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { writeAuthenticated, writePermissionDenied, writeTokenSyncRequest } from '@hocuspocus/common'
import { generator } from './random.mjs'
import { socketClass } from './socket.mjs'

const [count, firstSeed] = [Number(process.argv[2] ?? 1), Number(process.argv[3] ?? 1)]
const base64 = bytes => Buffer.from(bytes).toString('base64')
const words = ['', 'Ann', 'Zoë 漢字', '👩‍👩‍👧 \u202e', 'a"b\\c\n\u0001', '#ff0044', '{"not": "an object"}', 'x'.repeat(300), '\ud800']
const names = ['d1', 'room/with:parts and spaces', 'Ω/漢字', 'a'.repeat(130)]

function value (r, depth) {
  switch (r(depth > 3 ? 6 : 8)) {
    case 0: return null
    case 1: return r(2) === 0
    case 2: return r(2 ** 31) - 2 ** 30
    case 3: return r(1000) / 7 * 10 ** (r(40) - 20)
    case 4: case 5: return words[r(words.length)]
    case 6: return Array.from({ length: r(4) }, () => value(r, depth + 1))
    default: return object(r, depth + 1)
  }
}
const object = (r, depth = 0) => Object.fromEntries(Array.from({ length: r(4) }, () => [words[r(words.length)], value(r, depth)]))

function edited (r, doc, edits) {
  const text = doc.getText('body')
  for (let i = 0; i < edits; i++) {
    if (text.length > 4 && r(4) === 0) text.delete(r(text.length - 2), 1 + r(2))
    else text.insert(r(text.length + 1), 'word '.slice(r(4)))
  }
  return doc
}

function document (r, edits) {
  const doc = new Y.Doc()
  doc.clientID = 1 + r(2 ** 31)
  return edited(r, doc, edits)
}

const frame = write => { const encoder = encoding.createEncoder(); write(encoder); return encoding.toUint8Array(encoder) }
const print = (protocol, bytes, message, address) => console.log(JSON.stringify({ protocol, frame: base64(bytes), message, address }))
const said = (awareness, clients) => ({ kind: 'awareness', entries: clients.map(client => ({ client, clock: awareness.meta.get(client).clock, state: JSON.stringify(awareness.states.get(client) ?? null) })) })

/** A frame of each kind that there is, written by the functions of the libraries. */
function written (r) {
  const doc = document(r, r(20))
  const other = document(r, r(5))
  const awareness = new Awareness(doc)
  awareness.setLocalState(r(5) === 0 ? null : object(r))
  for (let i = r(4); i > 0; i--) {
    const client = r(2 ** 31)
    awareness.meta.set(client, { clock: r(2) === 0 ? r(200) : 2 ** 53 - 1 - r(9), lastUpdated: 0 })
    if (r(4) > 0) awareness.states.set(client, object(r))
  }
  const clients = [...awareness.meta.keys()]
  const vector = Y.encodeStateVector(other)
  const update = Y.encodeStateAsUpdate(doc)
  const word = words[r(words.length - 1)]
  const shared = [
    [e => { encoding.writeVarUint(e, 0); sync.writeSyncStep1(e, doc) }, { kind: 'sync', step: 0, content: base64(Y.encodeStateVector(doc)) }],
    [e => { encoding.writeVarUint(e, 0); sync.writeSyncStep2(e, doc, vector) }, { kind: 'sync', step: 1, content: base64(Y.encodeStateAsUpdate(doc, vector)) }],
    [e => { encoding.writeVarUint(e, 0); sync.writeUpdate(e, update) }, { kind: 'sync', step: 2, content: base64(update) }],
    [e => { encoding.writeVarUint(e, 1); encoding.writeVarUint8Array(e, encodeAwarenessUpdate(awareness, clients)) }, said(awareness, clients)],
    [e => encoding.writeVarUint(e, 3), { kind: 'query' }]
  ]
  for (const [write, message] of shared) print('y-websocket', frame(write), message)
  print('y-websocket', frame(e => { encoding.writeVarUint(e, 2); auth.writePermissionDenied(e, word) }), { kind: 'denied', reason: word })
  const name = names[r(names.length)]
  const address = r(2) === 0 ? { document: name, session: r(2 ** 30).toString(36) } : { document: name }
  const key = address.session === undefined ? name : name + '\0' + address.session
  const one = (message, ...parts) => print('hocuspocus', frame(e => { encoding.writeVarString(e, key); parts.forEach(part => part(e)) }), message, address)
  const number = n => e => encoding.writeVarUint(e, n)
  const string = text => e => encoding.writeVarString(e, text)
  for (const [write, message] of shared) one(message, write)
  one({ kind: 'reply', step: 0, content: base64(Y.encodeStateVector(doc)) }, number(4), e => sync.writeSyncStep1(e, doc))
  one({ kind: 'denied', reason: word }, number(2), e => writePermissionDenied(e, word))
  one({ kind: 'authenticated', mayWrite: true }, number(2), e => writeAuthenticated(e, 'read-write'))
  one({ kind: 'authenticated', mayWrite: false }, number(2), e => writeAuthenticated(e, 'readonly'))
  one({ kind: 'tokenRequest' }, number(2), e => writeTokenSyncRequest(e))
  one({ kind: 'stateless', payload: word }, number(5), string(word))
  one({ kind: 'broadcast', payload: word }, number(6), string(word))
  one({ kind: 'close', reason: word }, number(7), string(word))
  one({ kind: 'status', saved: true }, number(8), number(1))
  one({ kind: 'status', saved: false }, number(8), number(0))
  awareness.destroy()
}

/** What a client of y-websocket sends by itself: at its start, for an edit, for a state, and as answers to a vector and a query. */
async function yWebsocket (r) {
  const doc = document(r, r(5))
  const sent = []
  let socket
  const provider = new WebsocketProvider('ws://nowhere', 'room', doc, {
    disableBc: true, WebSocketPolyfill: socketClass(opened => { socket = opened }, (_, bytes) => sent.push(bytes), () => {})
  })
  const takes = message => print('y-websocket', sent.shift(), message)
  await new Promise(resolve => provider.on('status', ({ status }) => status === 'connected' && resolve()))
  await new Promise(resolve => setImmediate(resolve))
  takes({ kind: 'sync', step: 0, content: base64(Y.encodeStateVector(doc)) })
  takes(said(provider.awareness, [doc.clientID]))
  let update
  doc.on('update', bytes => { update = bytes })
  edited(r, doc, 1)
  takes({ kind: 'sync', step: 2, content: base64(update) })
  provider.awareness.setLocalState(object(r))
  takes(said(provider.awareness, [doc.clientID]))
  const vector = Y.encodeStateVector(document(r, 2))
  socket.receive(frame(e => { encoding.writeVarUint(e, 0); encoding.writeVarUint(e, 0); encoding.writeVarUint8Array(e, vector) }))
  takes({ kind: 'sync', step: 1, content: base64(Y.encodeStateAsUpdate(doc, vector)) })
  socket.receive([3])
  takes(said(provider.awareness, [doc.clientID]))
  provider.awareness.setLocalState(null)
  takes(said(provider.awareness, [doc.clientID]))
  provider.destroy()
}

/** What a provider of Hocuspocus sends by itself. */
async function hocuspocus (r) {
  const doc = document(r, r(5))
  const sent = []
  const socket = new HocuspocusProviderWebsocket({ url: 'ws://nowhere', WebSocketPolyfill: socketClass(() => {}, (_, bytes) => sent.push(bytes), () => {}) })
  const token = words[r(words.length - 1)]
  const name = names[r(names.length)]
  const provider = new HocuspocusProvider({ name, document: doc, token, websocketProvider: socket, sessionAwareness: r(2) === 0 })
  provider.sessionId = r(2 ** 30).toString(36)
  const address = { document: name, session: provider.configuration.sessionAwareness ? provider.sessionId : undefined }
  const takes = message => print('hocuspocus', sent.shift(), message, address)
  provider.attach()
  while (sent.length < 3) await new Promise(resolve => setImmediate(resolve))
  takes({ kind: 'token', token, version: '4.8.0' })
  takes({ kind: 'sync', step: 0, content: base64(Y.encodeStateVector(doc)) })
  takes(said(provider.awareness, [doc.clientID]))
  let update
  doc.on('update', bytes => { update = bytes })
  edited(r, doc, 1)
  takes({ kind: 'sync', step: 2, content: base64(update) })
  provider.sendStateless(token)
  takes({ kind: 'stateless', payload: token })
  provider.awareness.setLocalState(object(r))
  takes(said(provider.awareness, [doc.clientID]))
  socket.webSocket.receive([9])
  print('hocuspocus', sent.shift(), { kind: 'pong' })
  const clock = provider.awareness.meta.get(doc.clientID).clock + 1
  provider.destroy()
  takes({ kind: 'awareness', entries: [{ client: doc.clientID, clock, state: 'null' }] })
  takes({ kind: 'close', reason: '' })
  socket.destroy()
}

for (let seed = firstSeed; seed < firstSeed + count; seed++) {
  const r = generator(seed)
  written(r)
  await yWebsocket(r)
  await hocuspocus(r)
}
// The clients have timers that would keep this process; what was printed has to be read first.
process.stdout.write('', () => process.exit(0))
