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
  /** A run: its code points get the ids from `id` on. */
  value: string;
}

export interface DeleteOperation {
  kind: 'delete';
  id: ElementId;
  /** How many counters from `id` on; 1 when absent. */
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

/** A place in the text that survives all edits. Where its element is deleted, it stands where that stood. */
export interface Caret {
  element: ElementId;
  bias: Bias;
}

export function applyChange(text: string, change: TextChange): string;

/** Where an offset stands after a change; at the very place of an insert in front of it, unless it sticks to the right. */
export function mapOffset(offset: number, change: TextChange, sticksRight?: boolean): number;

/** A fresh name for an editing session, 96 random bits. */
export function randomSite(): string;

export class ConcordError extends Error {
  readonly code: 'invalid_op' | 'conflict' | 'malformed' | 'storage';
}

export class InvalidOperationError extends ConcordError {
  /** The path of the field that is wrong. */
  readonly field: string;
}

export class ConflictError extends ConcordError {
  readonly id: ElementId;
}

export class MalformedStateError extends ConcordError {}

/** The browser keeps nothing: what is unsent is lost with the page. */
export class StorageError extends ConcordError {}

/** The text CRDT by itself, without any network. Offsets inside of a surrogate pair throw a RangeError. */
export class ConcordDocument {
  /** The site must be new for every editing session; a random one by default. */
  constructor(site?: string);
  readonly site: string;
  readonly text: string;
  readonly length: number;
  /** How many more characters may be typed under this site. */
  readonly countersLeft: number;
  /** How many pieces of operations wait for something that has not arrived. */
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
  /** As `merge`, for a body that was taken out of its envelope. */
  mergeBody(body: Uint8Array): TextChange[];
  encode(): Promise<Uint8Array>;
  /** The canonical bytes: equal for all who have seen the same operations. */
  encodeBody(): Uint8Array;
  /** SHA-256 of the canonical bytes in hexadecimal; only on secure pages. */
  digest(): Promise<string>;
  version(): Uint8Array;
  difference(version: Uint8Array): Promise<Uint8Array>;
  /** To be sent in their order. */
  missingFrom(version: Uint8Array): Operation[];
  elementAt(offset: number): ElementId;
  /** Where an element stands, or would stand if it were not deleted; null when it is unknown. */
  offsetOf(id: ElementId): number | null;
  isDeleted(id: ElementId): boolean;
  contiguousRanges(id: ElementId, length: number): { from: number; to: number }[];
  /** Whether an offset is in the text and not inside of a surrogate pair. */
  isBoundary(offset: number): boolean;
  /** `left` by default. At the edges of the text its element is the head, `{site: '', counter: 0}`. */
  caretAt(offset: number, bias?: Bias): Caret;
  /** Where a caret stands now; null when its element is not known. */
  offsetOfCaret(caret: Caret): number | null;
}

/** Undo and redo of the edits made through it, among the edits of others. */
export class UndoHistory {
  /** Edits at one place with pauses shorter than `pause` milliseconds, 1000 by default, are one step. */
  constructor(document: ConcordDocument, options?: { pause?: number });
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /**
   * A list is done one after the other and is one step; one edit alone goes on with the last step where it can. Throws a RangeError
   * when one of them is not possible, and has then changed nothing.
   */
  edit(edit: Edit | Edit[], now: number): Operation[];
  /** Takes up as one step what somebody else did for this user and what has arrived here. */
  adopt(step: { inserted: Piece[]; deleted: Piece[] }): void;
  /** Begins a step that all edits join until `endGroup`, `undo` or `redo`. */
  beginGroup(): void;
  /** What is edited next is a step of its own. */
  endGroup(): void;
  undo(): { operations: Operation[]; changes: TextChange[] } | null;
  redo(): { operations: Operation[]; changes: TextChange[] } | null;
}

/** Elements of one site with consecutive counters, and what they show or showed. */
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

export interface SessionStatus {
  connection: 'connecting' | 'live' | 'offline' | 'reconnecting' | 'stopped';
  /** Why it stopped, or what is known after many attempts, as a sentence; empty otherwise. */
  reason: string;
  /** Characters inserted or deleted that the server has not acknowledged. */
  unsent: number;
  /** Those among them that an input method is composing: they are on the screen only. */
  composing: number;
  /** Operations that the server has refused for good. */
  refused: number;
  /** Operations of another history of the room that are kept and not sent. */
  orphaned: number;
  /** The room has another history than this text, which may be nowhere else: it has stopped, and `putBack` makes it the room's again. */
  replaced: boolean;
  /** Everything is acknowledged, which means that it is durable. */
  saved: boolean;
}

export interface Peer {
  client: string;
  user: string;
  color: string;
  /** A flat offset, for clients that know no positions. */
  cursor: number;
  caret?: Caret;
  /** The other end of the selection. */
  anchor?: Caret;
  /** Nothing was received for half a minute, as of a page in the background: still here, and perhaps not looking. */
  away: boolean;
}

export interface SessionEvents {
  /** `source` is what was given to `edit`, `undo` or `redo`, and `'remote'` for what came from elsewhere. */
  change: { changes: TextChange[]; source: unknown; /** Whose insert came from elsewhere, where that is known. */ site?: string };
  /** What this client has just made, by typing, undo or redo. */
  edit: Operation[];
  status: SessionStatus;
  presence: Peer[];
  refused: { code: string; message: string; operation: Operation | null };
  fault: Error;
}

/** What keeps the unsent operations through a reload. */
export interface OutboxStore {
  /** What sessions that have gone have left; each row is given to one session only. */
  load(): Promise<{ key: unknown; operation: Operation; epoch: string | null }[]>;
  put(number: number, row: { operation: Operation; epoch: string | null }): void;
  remove(number: number): void;
  removeKey(key: unknown): void;
  /** Gives back what the store holds, once all that was put is kept. */
  close?(): void | Promise<void>;
}

export interface SessionOptions {
  /** 1 to 128 characters of A-Z, a-z, 0-9, `.`, `_`, `~` and `-`, but not `.` and `..`. */
  room: string;
  /** Names this client in the browser's store: what it could not send is found again under that name. */
  client?: string;
  /** The address of the server; that of the page by default, and needed where there is no page. */
  base?: string;
  /** Replaces WebSocket, the clock and chance, for tests. */
  environment?: {
    WebSocket?: unknown;
    setTimeout?(action: () => void, delay: number): unknown;
    clearTimeout?(timer: unknown): void;
    now?(): number;
    random?(): number;
    /** Is given what a listener has thrown. */
    reportError?(error: unknown): void;
  };
  /** Keeps what is unsent; IndexedDB by default where there is one. With null nothing is kept. */
  store?: OutboxStore | null;
}

/** One client in one room. It connects at once and comes back by itself. */
export class ConcordSession {
  /** Throws a TypeError that begins with the name of the option that is wrong. */
  constructor(options: SessionOptions);
  /** Another one after the server has said that somebody else uses its site, too: what was not acknowledged is in it under a new site. */
  readonly document: ConcordDocument;
  readonly text: string;
  readonly peers: Peer[];
  /** The same object until something in it changes. */
  readonly status: Readonly<SessionStatus>;
  /** Operations that are nowhere but here: of another history of the room, or refused. */
  readonly unsaved: Operation[];
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Returns a function that ends the subscription. */
  on<Name extends keyof SessionEvents>(name: Name, listener: (event: SessionEvents[Name]) => void): () => void;
  /** A list is done one after the other and is one step of undo; one edit alone goes on with the step before where it can. */
  edit(edit: Edit | Edit[], source?: unknown): void;
  undo(source?: unknown): TextChange[];
  redo(source?: unknown): TextChange[];
  /** Makes what the server did for this user one step of undo, as soon as all of it is here. */
  adopt(step: { inserted: Piece[]; deleted: Piece[] }): Promise<void>;
  /** Begins a step of undo that all edits join until `endGroup`. */
  beginGroup(): void;
  /** What is edited next begins a new step of undo. */
  endGroup(): void;
  /** Disconnects and stays so until `goOnline`. Editing goes on. */
  goOffline(): void;
  /** Connects after `goOffline`, or once more after the server has said that it is no use. */
  goOnline(): Promise<void>;
  /** Does not wait for the end of a pause between two attempts. */
  reconnectNow(): void;
  /**
   * After the room was replaced by a new one (`status.replaced`): makes this text the room's again, merged by element with what the new
   * room has by now. Several may do this: the text is there once. Rejects when the room was not replaced.
   */
  putBack(): Promise<void>;
  /** Ends the session for good; editing it throws from then on. */
  close(): void;
  /** Lets nothing remote change the text until the returned function is called. */
  hold(): Hold;
  /** Who this is, for the others. */
  setUser(person: { user?: string; color?: string }): void;
  /** Where the caret is, and the other end of the selection; outside of the text, the nearest place in it. */
  select(caret: number, anchor?: number): void;
  /** Forgets the operations of another history of the room. */
  discardOrphaned(): void;
}

/** Ends a hold when it is called. */
export interface Hold {
  (): void;
  /** Says how many characters are on the screen and not in the session; they count as unsent. */
  composing(characters: number): void;
}

/**
 * Keeps a textarea and a session's text equal; returns a function that lets go of both. What is being composed goes into the session when
 * the page may go, and after `commitAfter` milliseconds without a key, 3000 by default.
 */
export function bindTextarea(session: ConcordSession, textarea: HTMLTextAreaElement, options?: { commitAfter?: number }): () => void;

/** Shows the carets and selections of the others in an element that lies over the textarea; returns a function that stops it. */
export function showCarets(session: ConcordSession, textarea: HTMLTextAreaElement, overlay: HTMLElement): () => void;

/** Where somebody's caret and the other end of their selection stand; null when they have put it nowhere yet. */
export function placeOf(session: ConcordSession, peer: Peer): { caret: number; anchor: number } | null;

/** Stays the same until somebody moves their caret themselves. */
export function anchorageOf(peer: Peer): string;

/** Whichever of the two can be read on a colour `#rgb` or `#rrggbb`. */
export function inkOn(color: string): '#000' | '#fff';

/** The character, as a reader sees it, around an offset: an emoji family, a flag, a letter with its accents. */
export function graphemeAround(text: string, offset: number): { start: number; end: number };

/** The offset itself, or the end of the character that it stands in. */
export function outsideOfGrapheme(text: string, offset: number): number;
