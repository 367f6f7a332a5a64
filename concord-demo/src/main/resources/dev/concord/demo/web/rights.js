import { holder, token } from './key.js';

const READING = 'You may read this text, but not change it.';
const RIGHTS = {
  read: READING,
  write: 'You may read and change this text.',
  admin: 'You may change this text, and decide who else may.',
};

/** What somebody who came with a key may do with a text, as a sentence; empty for all others, and while it is not known. */
export function rightOf({ right }) {
  return token === null ? '' : (RIGHTS[right] ?? '');
}

/** Who this is for the server, as a sentence; empty where it knows nobody. */
export function whoIsHere() {
  const known = holder();
  if (known === null) {
    return '';
  }
  return known.isLink ? 'You are here by a link, so you choose the name that others see.' : `Signed in as ${known.name ?? known.user ?? 'somebody'}.`;
}

/** Why this page changes nothing, and what to do about it; empty when it may. `isWish` says that it was opened to be read only. */
export function readingReason({ readOnly, unsent, refused, replaced }, isWish) {
  if (readOnly && !replaced) {
    const kept = unsent + refused > 0 ? ' What you typed before is not sent: it is kept in this browser, and sent when you may change the text.' : '';
    const ask = holder()?.isLink ? 'Whoever gave you the link can give you one to write.' : 'Whoever looks after it can let you write.';
    return `${READING} ${ask}${kept}`;
  }
  return isWish ? 'This page was opened to read only. It changes nothing.' : '';
}

/** What to do after the server has closed for good with a code. */
export function adviceOf(code) {
  switch (code) {
    case 4401:
      return token === null
        ? 'Ask whoever runs this server, or has sent you here, for a link.'
        : 'Ask for a new link, or sign in again, and open it in this tab: the text stays.';
    case 4403:
      return holder()?.isLink
        ? 'Ask whoever gave you the link for another one, and open it in this tab: the text stays.'
        : 'Ask whoever looks after it to let you in, and try again.';
    case 4404:
      return 'Look whether the address is the right one. To create a document you need the right to write it.';
    default:
      return '';
  }
}

/** Whether a link to a room may be handed on with the key of this page: it is a link's, and of this room alone. */
export function isHandedOn(room) {
  const known = holder();
  return known !== null && known.isLink && known.rooms.length === 1 && known.rooms[0] === room;
}

/** Connects again with the key that is there now; what is unsent stays. */
export function reconnect(session) {
  session.goOffline();
  session.goOnline();
}
