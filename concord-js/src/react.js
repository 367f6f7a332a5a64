import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { ConcordSession } from './session.js';

/** What is known before there is a session: on a server, in the first render, and while another room is being opened. */
const NOBODY = Object.freeze([]);
const CONNECTING = Object.freeze({
  connection: 'connecting',
  reason: '',
  unsent: 0,
  composing: 0,
  refused: 0,
  orphaned: 0,
  replaced: false,
  right: null,
  readOnly: false,
  saved: false,
});

/** The list of peers that was given out last for each session: a new one only when somebody in it is new or has changed. */
const lists = new WeakMap();

/**
 * Opens a session when the component is mounted, and closes it when it is unmounted. Returns null on a server, in the first render,
 * and until another session is open after `room`, `client` or `base` have changed. The other options are read when it opens.
 */
export function useSession(options) {
  const { room, client, base } = options;
  const key = JSON.stringify([room, client, String(base)]);
  const latest = useRef(options);
  const [open, setOpen] = useState(null);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const session = new ConcordSession(latest.current);
    setOpen({ key, session });
    return () => closeSoon(session);
  }, [key]);
  return open?.key === key ? open.session : null;
}

/** `{text, status, peers}` of a session; the same object until one of them changes. */
export function useConcord(session) {
  const text = useText(session);
  const status = useStatus(session);
  const peers = usePeers(session);
  return useMemo(() => ({ text, status, peers }), [text, status, peers]);
}

/** The text; the component renders again with each change of it. */
export function useText(session) {
  return useEvent(session, 'change', () => session?.text ?? '', '');
}

/** The status, whether or not the text changes. */
export function useStatus(session) {
  return useEvent(session, 'status', () => session?.status ?? CONNECTING, CONNECTING);
}

/** The others in the room. */
export function usePeers(session) {
  return useEvent(session, 'presence', () => (session === null ? NOBODY : peersOf(session)), NOBODY);
}

function useEvent(session, name, read, onServer) {
  const subscribe = useCallback((changed) => session?.on(name, changed) ?? (() => {}), [session, name]);
  return useSyncExternalStore(subscribe, read, () => onServer);
}

function peersOf(session) {
  const last = lists.get(session) ?? NOBODY;
  const { peers } = session;
  if (peers.length === last.length && peers.every((peer, i) => peer === last[i])) {
    return last;
  }
  lists.set(session, peers);
  return peers;
}

/**
 * React ends the effects of a parent before those of its children: a binding in a child may still have something to say. The second turn
 * lets the session send that.
 */
function closeSoon(session) {
  queueMicrotask(() => queueMicrotask(() => session.close()));
}
