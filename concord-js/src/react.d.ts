import type { ConcordSession, Peer, SessionOptions, SessionStatus } from './concord.js';

/**
 * Opens a session when the component is mounted and closes it when it is unmounted. Null on a server, in the first render, and until
 * the next session is open after `room`, `client` or `base` have changed. The other options are read when a session opens.
 */
export function useSession(options: SessionOptions): ConcordSession | null;

/** The text, the status and the peers of a session; the same object until one of them changes. */
export function useConcord(session: ConcordSession | null): { text: string; status: Readonly<SessionStatus>; peers: readonly Peer[] };

/** The text of a session; empty without one. Renders again whenever the text changes. */
export function useText(session: ConcordSession | null): string;

/** The status of a session; `connecting` without one. */
export function useStatus(session: ConcordSession | null): Readonly<SessionStatus>;

/** The others in the room; the same array until one of them changes. */
export function usePeers(session: ConcordSession | null): readonly Peer[];
