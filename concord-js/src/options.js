const ROOM = /^[A-Za-z0-9._~-]{1,128}$/;
const PROTOCOLS = ['http:', 'https:', 'ws:', 'wss:'];

const BROWSER = {
  setTimeout: (action, delay) => setTimeout(action, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  // Does not go back when somebody sets the clock.
  now: () => performance.now(),
  random: () => Math.random(),
  reportError: (error) => (globalThis.reportError ?? console.error)(error),
};

/** Throws a TypeError that begins with the name of what is wrong. */
export function check(holds, name, reason) {
  if (!holds) {
    throw new TypeError(`${name}: ${reason}`);
  }
}

/** A session's options, checked and complete; `store` stays undefined where the browser's own is to be used. */
export function readOptions({ room, client = 'default', base = globalThis.location?.href, environment = {}, store, token = null, headers = null } = {}) {
  check(typeof room === 'string' && ROOM.test(room), 'room', 'must be 1 to 128 characters of A-Z, a-z, 0-9, ., _, ~ and -');
  // Whoever resolves an address takes these two for folders.
  check(room !== '.' && room !== '..', 'room', `must not be ${room}`);
  check(typeof client === 'string' && client !== '', 'client', 'must be a name');
  check(PROTOCOLS.includes(protocolOf(base)), 'base', 'must be the address of the server, like https://concord.example');
  const isStore = ['load', 'put', 'remove', 'removeKey'].every((name) => typeof store?.[name] === 'function');
  check(store === undefined || store === null || isStore, 'store', 'must have load, put, remove and removeKey');
  check(token === null || typeof token === 'function', 'token', 'must be a function that gives a token');
  check(headers === null || ['object', 'function'].includes(typeof headers), 'headers', 'must be an object, or a function that gives one');
  const complete = { ...BROWSER, WebSocket: globalThis.WebSocket, ...environment };
  check(typeof complete.WebSocket === 'function', 'environment.WebSocket', 'must be given where there is none');
  return { room, client, base, environment: complete, store, token, headers };
}

function protocolOf(address) {
  try {
    return new URL(address).protocol;
  } catch {
    return '';
  }
}
