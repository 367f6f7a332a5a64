/** The rights with which a text can only be read. A server that names none, or one that came after this program, decides with each edit. */
const READING = new Set(['none', 'read', 'comment']);

export function mayOnlyRead(right) {
  return READING.has(right);
}

/** Calls `lock(true)` as soon as a session may only read, and `lock(false)` when it may write again, until the returned function is called. */
export function followRight(session, lock) {
  let locked = false;
  const set = (readOnly) => {
    if (readOnly !== locked) {
      locked = readOnly;
      lock(readOnly);
    }
  };
  const off = session.on('status', ({ readOnly }) => set(readOnly));
  set(session.status.readOnly);
  return off;
}
