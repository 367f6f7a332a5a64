const CONNECTIONS = {
  connecting: 'Connecting…',
  live: 'Live',
  offline: 'Offline',
  reconnecting: 'Reconnecting…',
  stopped: 'Stopped',
};

/**
 * The three things that are to be known of a text, each as `{state, text}`: whether there is a connection, how much is not acknowledged, and
 * whether all is saved, which is said only when the server has acknowledged everything.
 */
export function statesOf(status) {
  const { connection, unsent } = status;
  return {
    connection: { state: connection, text: CONNECTIONS[connection] },
    unsent: { state: unsent > 0 ? 'some' : 'none', text: `${unsent.toLocaleString('en')} unsent` },
    saved: savedOf(status),
  };
}

function savedOf({ connection, unsent, refused, orphaned, replaced, readOnly, saved }) {
  if (saved) {
    return { state: 'saved', text: 'Saved' };
  }
  if (refused > 0) {
    return { state: 'refused', text: `${refused.toLocaleString('en')} refused` };
  }
  if (unsent > 0) {
    return connection === 'live' && !readOnly ? { state: 'saving', text: 'Saving…' } : { state: 'kept', text: 'Not saved' };
  }
  if (orphaned > 0 || replaced) {
    return { state: 'kept', text: 'Not saved' };
  }
  // Nothing of one's own is missing, but whether the text here is that of the server is not known.
  return { state: 'unknown', text: connection === 'connecting' ? '…' : 'Nothing unsaved' };
}

/** The three in one sentence, for a screen reader. */
export function sentenceOf(status) {
  const { connection, unsent, saved } = statesOf(status);
  return `${connection.text} ${status.unsent > 0 ? `${unsent.text}. ` : ''}${saved.text}`;
}
