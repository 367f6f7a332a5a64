/** Offsets and lengths are UTF-16 units everywhere, as in JavaScript strings. */

export interface ElementId {
  site: string;
  counter: number;
}

export interface InsertOperation {
  kind: 'insert';
  id: ElementId;
  /** Exactly one of `after` and `before`; the head is `{site: '', counter: 0}` and only ever `after`. */
  after?: ElementId;
  before?: ElementId;
  /** A run: its code points get consecutive ids, `id` first. */
  value: string;
}

export interface DeleteOperation {
  kind: 'delete';
  id: ElementId;
  /** How many consecutive counters, `id` first; 1 when absent. */
  length?: number;
}

export type Operation = InsertOperation | DeleteOperation;

/** What happened to the text; a list of changes is applied one after the other. */
export interface TextChange {
  offset: number;
  removed: number;
  inserted: string;
}

/**
 * Which of its two neighbours a caret belongs to. `left`: it stays directly after the element on its left, and what is typed at the
 * caret comes after it. `right`: it stays directly before the element on its right, and moves on after what is typed at it.
 */
export type Bias = 'left' | 'right';

/** A position in the text that survives all edits. When its element is deleted, the position is where the element was. */
export interface Caret {
  element: ElementId;
  bias: Bias;
}

export function applyChange(text: string, change: TextChange): string;

/** Where an offset is after a change. At the position of an insert it stays before the inserted text, unless `sticksRight`. */
export function mapOffset(offset: number, change: TextChange, sticksRight?: boolean): number;

/**
 * The smallest replacement that turns one text into another, null when they are equal. Where it could stand at several places, as with a
 * letter typed beside a like one, it ends at the caret. It never cuts a surrogate pair.
 */
export function smallestEdit(before: string, after: string, caret: number): TextChange | null;

/** A new name for an editing session, 72 random bits. */
export function randomSite(): string;

export class ConcordError extends Error {
  readonly code: 'invalid_op' | 'conflict' | 'malformed' | 'storage' | 'credentials';
}

export class InvalidOperationError extends ConcordError {
  /** The path of the field that is wrong. */
  readonly field: string;
}

export class ConflictError extends ConcordError {
  readonly id: ElementId;
}

export class MalformedStateError extends ConcordError {}

/** The server lets this client read the room, and not change it. Nothing was changed. */
export class ReadOnlyError extends ConcordError {
  constructor();
}

/** The browser stores nothing: unsent edits are lost with the page. */
export class StorageError extends ConcordError {}

/** The session's `token` function has failed, or given something else than a token; `cause` says which. The session tries again. */
export class CredentialError extends ConcordError {}

/** The text CRDT alone, without a network. Offsets inside a surrogate pair throw a RangeError. */
export class ConcordDocument {
  /** The site must be new for every editing session; a random one by default. */
  constructor(site?: string);
  readonly site: string;
  readonly text: string;
  readonly length: number;
  /** How many more elements this site can insert. */
  readonly countersLeft: number;
  /** How many runs and ranges are pending: they refer to something that has not arrived. */
  readonly pendingCount: number;
  slice(start: number, end?: number): string;
  insert(offset: number, text: string): Operation[];
  delete(offset: number, length: number): Operation[];
  insertAfter(id: ElementId, text: string): { operations: Operation[]; changes: TextChange[] };
  deleteElements(
    id: ElementId,
    length: number,
  ): {
    operations: Operation[];
    changes: TextChange[];
    removed: { site: string; counter: number; length: number; text: string }[];
  };
  /** In any order, any number of times. Throws InvalidOperationError or ConflictError and has then changed nothing. */
  apply(operation: Operation): TextChange[];
  /** Whether all of an insert is here already. Throws ConflictError when some of it is here otherwise. */
  knows(insert: Operation): boolean;
  merge(state: Uint8Array): Promise<TextChange[]>;
  /** Like `merge`, for the uncompressed body of a state. */
  mergeBody(body: Uint8Array): TextChange[];
  encode(): Promise<Uint8Array>;
  /** The canonical bytes: equal for all replicas that have seen the same operations. */
  encodeBody(): Uint8Array;
  /** SHA-256 of the canonical bytes in hexadecimal; only in secure contexts. */
  digest(): Promise<string>;
  version(): Uint8Array;
  difference(version: Uint8Array): Promise<Uint8Array>;
  /** What a replica with that version is missing, to be sent in this order. */
  missingFrom(version: Uint8Array): Operation[];
  /**
   * An element and what it depends on, to be sent in this order: the nearest, within the limits, up to the first element of this document's own
   * site.
   */
  ancestryOf(id: ElementId, limits: { elements: number; inserts: number }): Operation[];
  elementAt(offset: number): ElementId;
  /** The offset of an element, or where it would be if it were not deleted; null when it is unknown. */
  offsetOf(id: ElementId): number | null;
  isDeleted(id: ElementId): boolean;
  contiguousRanges(id: ElementId, length: number): { from: number; to: number }[];
  /** Whether an offset is in the text and not inside a surrogate pair. */
  isBoundary(offset: number): boolean;
  /** `left` by default. At the edges of the text its element is the head, `{site: '', counter: 0}`. */
  caretAt(offset: number, bias?: Bias): Caret;
  /** The offset of a caret now; null when its element is unknown. */
  offsetOfCaret(caret: Caret): number | null;
}

/** Undo and redo of the edits made through it, among the edits of others. */
export class UndoHistory {
  /** Adjacent edits with pauses shorter than `pause` milliseconds, 1000 by default, are one step. */
  constructor(document: ConcordDocument, options?: { pause?: number });
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /**
   * A list of edits is made in order and is one step; a single edit joins the last step where it can. Throws a RangeError when one
   * of the edits is not possible, and has then changed nothing.
   */
  edit(edit: Edit | Edit[], now: number): Operation[];
  /** Makes one step of what somebody else did for this user and what has arrived here. */
  adopt(step: { inserted: Piece[]; deleted: Piece[] }): void;
  /** Begins a step that all edits join until `endGroup`, `undo` or `redo`. */
  beginGroup(): void;
  /** The next edit begins a new step. */
  endGroup(): void;
  undo(): { operations: Operation[]; changes: TextChange[] } | null;
  redo(): { operations: Operation[]; changes: TextChange[] } | null;
}

/** Elements of one site with consecutive counters, and their text, deleted or not. */
export interface Piece {
  site: string;
  counter: number;
  length: number;
  text: string;
}

export interface Edit {
  offset: number;
  removed?: number;
  inserted?: string;
}

/** What somebody may do in a room; each right includes those before it. A later server may know others. */
export type Right = 'read' | 'write' | 'admin' | (string & {});

export interface SessionStatus {
  connection: 'connecting' | 'live' | 'offline' | 'reconnecting' | 'stopped';
  /** Why it stopped, or why attempts keep failing, as a sentence; empty otherwise. */
  reason: string;
  /** Characters inserted or deleted that the server has not acknowledged. */
  unsent: number;
  /** How many of them an input method is composing: they are only on the screen. */
  composing: number;
  /** Operations that the server has refused for good. */
  refused: number;
  /** Operations of another history of the room that are kept and not sent. */
  orphaned: number;
  /** The room has another history than this text, which may be nowhere else: it has stopped, and `putBack` makes it the room's again. */
  replaced: boolean;
  /** What the server lets this client do. Null until it has said so, and with servers that let everybody write. */
  right: Right | null;
  /** The right is not to write: `edit`, `undo`, `redo` and `putBack` throw a ReadOnlyError. What is unsent waits until the client may write again. */
  readOnly: boolean;
  /** Everything is acknowledged, which means that it is durable. */
  saved: boolean;
}

export interface Peer {
  client: string;
  user: string;
  color: string;
  /** An offset, for clients without `caret`. */
  cursor: number;
  caret?: Caret;
  /** The other end of the selection. */
  anchor?: Caret;
  /** Nothing was received for 35 seconds, as from a page in the background: still connected, but perhaps not looking. */
  away: boolean;
}

export interface SessionEvents {
  /** `source` is what was passed to `edit`, `undo` or `redo`, or `'remote'` for what came from elsewhere. */
  change: { changes: TextChange[]; source: unknown; /** Whose insert came from elsewhere, where that is known. */ site?: string };
  /** The operations that this client has just made, by typing, undo or redo. */
  edit: Operation[];
  status: SessionStatus;
  presence: Peer[];
  refused: { code: string; message: string; operation: Operation | null };
  fault: Error;
}

/** An unsent operation, as it is stored. */
export interface StoredEdit {
  operation: Operation;
  /** The history of the room; null while it is not known. */
  epoch: string | null;
  /** What the operation depends on and others have made. The server may lose that, too, before it is durable. */
  dependencies?: Operation[];
}

/** Stores unsent operations, so that they survive a reload. */
export interface OutboxStore {
  /** What ended sessions have left, whole and in its order; each row is given to one session only. */
  load(): Promise<(StoredEdit & { key: unknown })[]>;
  put(number: number, row: StoredEdit): void;
  remove(number: number): void;
  removeKey(key: unknown): void;
  /** Releases the resources of the store, once everything that was put is stored. */
  close?(): void | Promise<void>;
}

export interface SessionOptions {
  /** 1 to 128 characters of A-Z, a-z, 0-9, `.`, `_`, `~` and `-`, but not `.` and `..`. */
  room: string;
  /** Names this client in the browser's store: its unsent edits are found again under that name. */
  client?: string;
  /** The address of the server; by default that of the page. Required where there is no page. */
  base?: string;
  /** Replaces WebSocket, the clock and the random source, for tests and outside browsers. */
  environment?: {
    WebSocket?: unknown;
    setTimeout?(action: () => void, delay: number): unknown;
    clearTimeout?(timer: unknown): void;
    now?(): number;
    random?(): number;
    /** Receives what a listener has thrown. */
    reportError?(error: unknown): void;
  };
  /** Stores unsent operations; IndexedDB by default, where it exists. With null, nothing is stored. */
  store?: OutboxStore | null;
  /**
   * Gives a token for the server: visible ASCII characters, or null to connect without one. It is asked before every attempt to
   * connect, and when the server says that the token ends. `renew` is true when the last token was refused or ends soon, so one that is
   * kept somewhere must be got again. The session keeps it nowhere and sends it in the first frame, never in the address. Where the function
   * throws, rejects, or gives none for 30 s, the attempt has failed: `status.reason` says so, `fault` has a CredentialError, and the session
   * tries again with the usual pauses. Do not wait for a person in it: reject, and call `reconnectNow` when they have signed in.
   */
  token?: ((request: { renew: boolean }) => string | null | PromiseLike<string | null>) | null;
  /**
   * Further headers for the request that opens the WebSocket, or a function that makes them for every attempt. They are passed as
   * `new WebSocket(address, [], { headers })`, which the `ws` package takes. The WebSocket of a browser, and those of Node and Deno,
   * which take other arguments, ignore them: scripts cannot set headers there.
   */
  headers?: Readonly<Record<string, string>> | ((token: string | null) => Readonly<Record<string, string>>) | null;
}

/** One client in one room. It connects at once and reconnects by itself. */
export class ConcordSession {
  /** Throws a TypeError that begins with the name of the invalid option. */
  constructor(options: SessionOptions);
  /** Another one after the server has said that somebody else uses its site, too: what was not acknowledged is in it under a new site. */
  readonly document: ConcordDocument;
  readonly text: string;
  readonly peers: Peer[];
  /** The same object until something in it changes. */
  readonly status: Readonly<SessionStatus>;
  /** Operations that exist only here: refused ones, and those of another history of the room. */
  readonly unsaved: Operation[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Returns a function that ends the subscription. */
  on<Name extends keyof SessionEvents>(name: Name, listener: (event: SessionEvents[Name]) => void): () => void;
  /**
   * A list of edits is made in order and is one undo step; a single edit joins the step before it where it can. Throws a ReadOnlyError
   * while `status.readOnly`, and has then changed nothing, as have `undo` and `redo`.
   */
  edit(edit: Edit | Edit[], source?: unknown): void;
  undo(source?: unknown): TextChange[];
  redo(source?: unknown): TextChange[];
  /** Makes one undo step of what the server did for this user, as soon as all of it has arrived. Rejects when the session is closed or the room replaced before. */
  adopt(step: { inserted: Piece[]; deleted: Piece[] }): Promise<void>;
  /** Begins an undo step that all edits join until `endGroup`. */
  beginGroup(): void;
  /** The next edit begins a new undo step. */
  endGroup(): void;
  /** Disconnects until `goOnline`. Editing goes on. */
  goOffline(): void;
  /** Connects after `goOffline`, or once more after a final close code. */
  goOnline(): Promise<void>;
  /** Ends the pause between two attempts at once. */
  reconnectNow(): void;
  /**
   * After the room was deleted, or replaced by a new one (`status.replaced`): makes this text the room's again, merged by element with what the new
   * room has by now. Several may do this: the text is there once. Rejects when the room was not replaced.
   */
  putBack(): Promise<void>;
  /** Ends the session for good; afterwards, edits throw. */
  close(): void;
  readonly isClosed: boolean;
  /** Keeps remote changes out of the text until the returned function is called. */
  hold(): Hold;
  /** Who this is, for the others. */
  setUser(person: { user?: string; color?: string }): void;
  /** Sets the caret and the other end of the selection. Offsets outside the text are moved to its nearest end. */
  select(caret: number, anchor?: number): void;
  /** Discards the operations of another history of the room. */
  discardOrphaned(): void;
}

/** Ends a hold when it is called. */
export interface Hold {
  (): void;
  /** Reports how many characters are on the screen but not in the session; they count as unsent. */
  composing(characters: number): void;
}

/**
 * Keeps a textarea and the text of a session equal; returns a function that ends the binding. Text that is being composed is
 * committed to the session when the page may go away, and after `commitAfter` milliseconds without a key, 3000 by default.
 */
export function bindTextarea(session: ConcordSession, textarea: HTMLTextAreaElement, options?: { commitAfter?: number }): () => void;

/** Shows the carets and selections of the others in an element that lies over the textarea; returns a function that stops it. */
export function showCarets(session: ConcordSession, textarea: HTMLTextAreaElement, overlay: HTMLElement): () => void;

/** The offsets of a peer's caret and of the other end of their selection; null when they have set none yet. */
export function placeOf(session: ConcordSession, peer: Peer): { caret: number; anchor: number } | null;

/** A key that stays the same until the peer moves the caret. */
export function anchorageOf(peer: Peer): string;

/** Black or white, whichever can be read on a colour `#rgb` or `#rrggbb`. */
export function inkOn(color: string): '#000' | '#fff';

/** The grapheme cluster around an offset: an emoji family, a flag, a letter with its accents. */
export function graphemeAround(text: string, offset: number): { start: number; end: number };

/** The offset itself, or the end of the grapheme cluster that it is inside of. */
export function outsideOfGrapheme(text: string, offset: number): number;
