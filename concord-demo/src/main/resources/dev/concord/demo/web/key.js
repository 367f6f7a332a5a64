/** The key of the link that opened this page, from the fragment of its address, which browsers do not send; null for none. */
const key = new URLSearchParams((globalThis.location?.hash ?? '').slice(1)).get('k');

/** What a session presents, or null when there is no key. */
export const token = key === null ? null : () => key;

/** What a request presents. */
export const credentials = key === null ? {} : { authorization: `Bearer ${key}` };

/** The fragment for links to other pages of this server, so that they open with the same key. */
export const fragment = key === null ? '' : `#${new URLSearchParams({ k: key })}`;
