// node clients.mjs: clients of y-websocket and providers of Hocuspocus, whose sockets are lines of JSON on this process's input and output. Whoever started
// it is the server. What must hold is waited for here; the last line says what the documents are: see ClientsTest.
import * as Y from 'yjs'
import { createInterface } from 'node:readline'
import { WebsocketProvider } from 'y-websocket'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { socketClass } from './socket.mjs'

const base64 = bytes => Buffer.from(bytes).toString('base64')
const say = line => console.log(JSON.stringify(line))
const sockets = []
const Socket = socketClass(
  socket => say({ open: sockets.push(socket) - 1, url: socket.url }),
  (socket, bytes) => say({ socket: sockets.indexOf(socket), frame: base64(bytes) }),
  socket => say({ closed: sockets.indexOf(socket) })
)
createInterface({ input: process.stdin }).on('line', line => {
  const { socket, frame, code, reason } = JSON.parse(line)
  if (frame !== undefined) sockets[socket].receive(Buffer.from(frame, 'base64'))
  else sockets[socket].close(code, reason)
})

async function until (what, holds) {
  const end = Date.now() + 60_000
  while (!holds()) {
    if (Date.now() > end) throw new Error('does not come to pass: ' + what)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

async function yWebsocket () {
  const open = (room, params = {}) => {
    const doc = new Y.Doc()
    const provider = new WebsocketProvider('ws://server/yjs', room, doc, { params, disableBc: true, WebSocketPolyfill: Socket })
    return { doc, provider, text: doc.getText('body'), awareness: provider.awareness }
  }
  const [a, b] = [open('notes'), open('notes')]
  a.text.insert(0, 'written before there was a connection')
  await until('both are synchronised', () => a.provider.synced && b.provider.synced)
  await until('the text is there', () => b.text.length === 37)
  for (let i = 0; i < 20; i++) { a.text.insert(7, 'A'); b.text.insert(7, 'B') }
  await until('concurrent edits arrive', () => a.text.length === 77 && a.text.toString() === b.text.toString())
  b.awareness.setLocalStateField('user', { name: 'Zoë 漢字' })
  await until('a sees b', () => a.awareness.getStates().get(b.doc.clientID)?.user?.name === 'Zoë 漢字')
  const late = open('notes')
  await until('a newcomer sees b', () => late.awareness.getStates().has(b.doc.clientID))
  b.provider.shouldConnect = false
  b.provider.ws.close()
  await until('b is gone', () => !a.awareness.getStates().has(b.doc.clientID))
  a.text.insert(0, 'while b is away ')
  b.text.insert(b.text.length, ' and b was alone')
  b.provider.connect()
  await until('b is back', () => b.provider.synced && a.text.toString() === b.text.toString() && a.awareness.getStates().has(b.doc.clientID))
  const warned = []
  console.warn = text => warned.push(text)
  const refused = open('notes', { token: 'wrong' })
  let closed
  refused.provider.on('closed', event => { closed = event })
  await until('the client stops', () => closed?.code === 4403 && warned.some(text => text.includes('no such token')))
  const state = base64(Y.encodeStateAsUpdate(a.doc))
  for (const client of [a, b, late, refused]) client.provider.destroy()
  return { text: a.text.toString(), state }
}

async function hocuspocus () {
  const connect = () => new HocuspocusProviderWebsocket({ url: 'ws://server/hocuspocus', WebSocketPolyfill: Socket })
  const open = (socket, options = {}) => {
    const doc = new Y.Doc()
    const events = []
    const provider = new HocuspocusProvider({
      name: 'minutes/2026', document: doc, token: 'right', websocketProvider: socket,
      onStateless: ({ payload }) => events.push(payload),
      onClose: ({ event }) => events.push('closed: ' + event.reason),
      onAuthenticationFailed: ({ reason }) => events.push('refused: ' + reason),
      ...options
    })
    provider.attach()
    return { doc, provider, events, text: doc.getText('body'), awareness: provider.awareness }
  }
  const [first, second] = [connect(), connect()]
  const a = open(first, { sessionAwareness: true })
  const b = open(first, { sessionAwareness: true })
  const c = open(second)
  const other = open(second, { name: 'another' })
  const saved = client => client.provider.synced && client.provider.unsyncedChanges === 0
  await until('all are saved', () => [a, b, c, other].every(saved))
  if (a.provider.authorizedScope !== 'read-write') throw new Error('scope ' + a.provider.authorizedScope)
  for (let i = 0; i < 20; i++) { a.text.insert(0, 'A'); b.text.insert(0, 'B'); c.text.insert(0, 'C') }
  if (!a.provider.hasUnsyncedChanges) throw new Error('saved before it was sent')
  await until('all is saved', () => [a, b, c].every(client => saved(client) && client.text.length === 60 && client.text.toString() === a.text.toString()))
  a.provider.forceSync()
  await until('all is saved again', () => saved(a))
  b.provider.setAwarenessField('user', { name: 'Ann' })
  await until('b is seen', () => [a, c].every(client => client.awareness.getStates().get(b.doc.clientID)?.user?.name === 'Ann'))
  const reader = open(connect(), { token: 'read' })
  await until('the reader has the text', () => reader.text.length === 60 && saved(reader))
  if (reader.provider.authorizedScope !== 'readonly') throw new Error('scope ' + reader.provider.authorizedScope)
  reader.text.insert(0, 'not allowed')
  reader.provider.sendStateless('after the edit')
  await until('the server has answered', () => reader.events.includes('echo after the edit'))
  if (!reader.provider.hasUnsyncedChanges) throw new Error('a refused edit counts as saved')
  const stranger = open(connect(), { token: 'wrong' })
  await until('the stranger is refused', () => stranger.events.includes('refused: no such token'))
  c.provider.sendStateless('ask for the token')
  await until('the token was sent again', () => c.events.includes('got right'))
  b.provider.destroy()
  await until('b is gone', () => [a, c].every(client => !client.awareness.getStates().has(b.doc.clientID)))
  other.provider.sendStateless('close')
  await until('the document is closed', () => other.events.includes('closed: as you wish'))
  c.text.insert(0, 'the socket stays ')
  await until('the others go on', () => saved(c) && a.text.toString() === c.text.toString())
  return { text: a.text.toString(), state: base64(Y.encodeStateAsUpdate(a.doc)) }
}

try {
  say({ yWebsocket: await yWebsocket(), hocuspocus: await hocuspocus() })
} catch (error) {
  say({ failure: error.stack })
}
process.stdout.write('', () => process.exit(0))
