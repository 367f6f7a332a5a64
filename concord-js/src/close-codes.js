export const UNAUTHENTICATED = 4401;
export const DELETED = 4404;
export const REPLACED = 4409;
export const TOO_LARGE = 4413;

const REASONS = {
  4400: 'The server could not read what this page sent.',
  [UNAUTHENTICATED]: 'You have to sign in.',
  4403: 'You may not open this document.',
  [DELETED]: 'Somebody has deleted this document: the server does not have it any more.',
  [REPLACED]: 'The server has another text under this name now: it has lost its data, or somebody has deleted this text or restored an older copy of it.',
  [TOO_LARGE]: 'Something was too large for the server.',
};

/** What is shown to people when connections fail; why one could not be made is what browsers tell no script. */
export const UNREACHABLE =
  'The server cannot be reached, or does not let this page in. What you type is kept and sent when it answers; if this lasts, ask who runs it.';

/** What the server sends has a format that this program does not know, and trying again changes nothing. */
export const TOO_OLD = 'This page cannot read what the server sends: it is probably older than the server. Reload it.';

/** The application has no token to give at the moment. */
export const CANNOT_SIGN_IN = 'Signing in does not work at the moment. What you type is kept, and sent as soon as it works again.';

/** What a final close code means, as a sentence for people. */
export function reasonOf(code) {
  return REASONS[code] ?? `The server closed the connection for good (${code}).`;
}
