/** One class per cause; `code` is the word that the wire uses for it. */
export class ConcordError extends Error {
  constructor(code, message) {
    super(message);
    this.name = new.target.name;
    this.code = code;
  }
}

/** An operation that no replica may send. `field` is the path of the part that is wrong. */
export class InvalidOperationError extends ConcordError {
  constructor(field, reason) {
    super('invalid_op', `${field}: ${reason}`);
    this.field = field;
  }
}

/** An id that is known already came again with another anchor or another value. */
export class ConflictError extends ConcordError {
  constructor(site, counter, reason) {
    super('conflict', `element ${site}:${counter} ${reason}`);
    this.id = { site, counter };
  }
}

/** Bytes that are not a state or a version. */
export class MalformedStateError extends ConcordError {
  constructor(reason) {
    super('malformed', reason);
  }
}

/** The bytes are of a format that came after this program. */
export class UnknownFormatError extends MalformedStateError {}

/** The server lets this client read the room, and not change it. Nothing was changed. */
export class ReadOnlyError extends ConcordError {
  constructor() {
    super('forbidden', 'This document may be read here, and not changed.');
  }
}

/** No token could be got. The `cause` says why; the session tries again. */
export class CredentialError extends ConcordError {
  constructor(cause) {
    super('credentials', 'No token could be got for the server.');
    this.cause = cause;
  }
}

/** The browser keeps nothing. The `cause` is what it says itself. */
export class StorageError extends ConcordError {
  constructor(cause) {
    super('storage', 'This browser stores nothing here: keep this tab open while you are offline.');
    this.cause = cause;
  }
}
