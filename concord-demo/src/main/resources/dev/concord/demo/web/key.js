/**
 * The key that opened this page: a link's, or somebody's token. It stands in the fragment of the address, which browsers do not send. Whoever opens
 * another link in the same tab brings another key, and nothing of the page is lost over it.
 */
let key = keyIn(globalThis.location?.hash ?? '');
const listeners = new Set();

/** What a session presents, or null when the page was opened without a key. */
export const token = key === null ? null : () => key;

/** What a request presents. */
export let credentials = headersOf(key);

/** The fragment for links to other pages of this server, so that they open with the same key. */
export let fragment = fragmentOf(key);

globalThis.addEventListener?.('hashchange', () => {
  const next = keyIn(location.hash);
  if (next === null || next === key) {
    return;
  }
  if (key === null) {
    location.reload();
    return;
  }
  key = next;
  credentials = headersOf(key);
  fragment = fragmentOf(key);
  listeners.forEach((listener) => listener());
});

/** Calls back whenever another link was opened in this tab. */
export function onOtherKey(listener) {
  listeners.add(listener);
}

/** Links of this page to others of this server carry the key along. */
export function carryKey() {
  const carry = () => {
    for (const link of document.querySelectorAll('a[href^="/"]')) {
      link.setAttribute('href', link.getAttribute('href').replace(/#.*$/, '') + fragment);
    }
  };
  onOtherKey(carry);
  carry();
}

/** Who the key says this is, see `holderOf`; null without one. */
export function holder() {
  return key === null ? null : holderOf(key);
}

/**
 * What a key says of itself, only to be shown: whether it is right is the server's to know. `{user, name, color, isLink, rooms}`, where `rooms` are
 * patterns; a link is nobody's in particular. Null for what cannot be read.
 */
export function holderOf(token) {
  try {
    const claims = JSON.parse(new TextDecoder().decode(bytesOf(token.split('.')[1])));
    const text = (claim) => (typeof claim === 'string' && claim !== '' ? claim : null);
    const user = text(claims.sub);
    return { user, name: text(claims.name), color: text(claims.color), isLink: user !== null && user === claims.jti, rooms: Object.keys(claims.rooms ?? {}) };
  } catch {
    return null;
  }
}

function bytesOf(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
}

function keyIn(hash) {
  return new URLSearchParams(hash.slice(1)).get('k');
}

function headersOf(token) {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

function fragmentOf(token) {
  return token === null ? '' : `#${new URLSearchParams({ k: token })}`;
}
