// A program of somebody who uses the package, checked by `npm run types` and never run: every declaration as strictly as it can be used.
import {
  type Caret,
  ConcordDocument,
  ConcordError,
  ConcordSession,
  CredentialError,
  type Edit,
  type OutboxStore,
  type Peer,
  type SessionStatus,
  StorageError,
  UndoHistory,
  applyChange,
  bindTextarea,
  placeOf,
  smallestEdit,
} from '@concord-dev/client';
import { bindCodeMirror, scrollToPeer } from '@concord-dev/client/codemirror';
import { bindMonaco } from '@concord-dev/client/monaco';
import { useConcord, usePeers, useSession, useStatus, useText } from '@concord-dev/client/react';
import { EditorView } from '@codemirror/view';
import * as monaco from 'monaco-editor';

class Kept implements OutboxStore {
  readonly rows = new Map<unknown, Parameters<OutboxStore['put']>[1]>();

  async load() {
    return [];
  }

  put(number: number, row: Parameters<OutboxStore['put']>[1]): void {
    this.rows.set(number, row);
  }

  remove(number: number): void {
    this.rows.delete(number);
  }

  removeKey(key: unknown): void {
    this.rows.delete(key);
  }
}

export async function use(textarea: HTMLTextAreaElement): Promise<string> {
  const session = new ConcordSession({ room: 'notes', client: 'page', base: 'https://concord.example', store: new Kept() });
  const unkept = new ConcordSession({ room: 'notes', store: null, environment: { reportError: (error: unknown) => console.error(error) } });
  unkept.close();
  const signedIn = new ConcordSession({
    room: 'notes',
    token: async ({ renew }) => (await fetch('/token', { cache: renew ? 'reload' : 'default' })).text(),
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  });
  signedIn.on('fault', (error) => console.log(error instanceof CredentialError && error.cause));
  signedIn.close();
  new ConcordSession({ room: 'notes', token: () => null, headers: { 'x-tenant': 'a' } }).close();
  let shown = '';
  const off = session.on('change', ({ changes, source }) => {
    shown = source === 'remote' ? changes.reduce(applyChange, shown) : session.text;
  });
  session.on('status', (status: SessionStatus) => console.log(status.saved, status.composing, status.orphaned, status.reason, status.right === 'read', status.readOnly));
  session.on('presence', (peers: Peer[]) => console.log(peers.filter(({ away }) => !away).map(({ user }) => user)));
  session.on('fault', (error: Error) => console.log(error instanceof StorageError, error instanceof ConcordError ? error.code : ''));
  const typed = smallestEdit(shown, textarea.value, textarea.selectionEnd);
  if (typed !== null) {
    session.edit(typed, 'me');
  }
  session.setUser({ user: 'Ada', color: '#0f766e' });
  const edits: Edit[] = [{ offset: 0, inserted: 'x' }, { offset: 1, removed: 0 }];
  session.edit(edits, 'me');
  session.beginGroup();
  session.edit({ offset: 0, removed: 1 });
  session.endGroup();
  const release = bindTextarea(session, textarea, { commitAfter: 1_000 });
  const view = new EditorView();
  const unbind = bindCodeMirror(session, view, { carets: false, commitAfter: 1_000 });
  const [peer] = session.peers;
  if (peer !== undefined) {
    console.log(placeOf(session, peer)?.caret, scrollToPeer(session, view, peer.client));
  }
  const hold = session.hold();
  hold.composing(3);
  hold();
  const document = new ConcordDocument();
  const history = new UndoHistory(document, { pause: 500 });
  history.edit({ offset: 0, inserted: 'a' }, 0);
  const caret: Caret = document.caretAt(1, 'right');
  console.log(document.offsetOfCaret(caret), document.isBoundary(1), history.undo()?.operations.length);
  await session.goOnline();
  session.reconnectNow();
  session.discardOrphaned();
  // @ts-expect-error a bias is left or right
  document.caretAt(0, 'after');
  // @ts-expect-error there is no such event
  session.on('chnage', () => {});
  // @ts-expect-error a token is a text
  new ConcordSession({ room: 'notes', token: () => 42 });
  // @ts-expect-error a session is in a room
  new ConcordSession({});
  [off, release, unbind].forEach((end) => end());
  session.close();
  return shown;
}

export function useMonaco(session: ConcordSession, element: HTMLElement): () => void {
  const editor = monaco.editor.create(element, { readOnly: false });
  // @ts-expect-error there is no such option
  bindMonaco(session, editor, monaco, { caret: false });
  return bindMonaco(session, editor, monaco, { carets: false, commitAfter: 1_000 });
}

export function useNotes(): string {
  const session = useSession({ room: 'notes', client: 'page' });
  const { text, status, peers } = useConcord(session);
  // @ts-expect-error a session is in a room
  useSession({});
  return `${text}${useText(session)}${status.saved}${useStatus(session).connection}${peers.length}${usePeers(null).length}`;
}
