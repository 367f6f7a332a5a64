import { CredentialError } from './errors.js';
import { check } from './options.js';

const TOKEN = /^[\x21-\x7e]+$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;
const HEADER_VALUE = /^[\x20-\x7e]*$/;

/** Who this client is, for the server: a token, which is asked for when it is needed and kept nowhere, and headers. */
export class Credentials {
  #token;
  #headers;

  /** `token({renew})` gives a text or null, perhaps later; `headers` is an object, or a function that makes one for a token. */
  constructor({ token = null, headers = null } = {}) {
    this.#token = token;
    this.#headers = typeof headers === 'function' ? headers : headers === null ? null : checkedHeaders(headers);
  }

  /** Whether there is somebody to ask for a token. */
  get hasToken() {
    return this.#token !== null;
  }

  /** Asks for a token; with `renew`, for another one than before. */
  async ask(renew) {
    try {
      const token = await this.#token({ renew });
      // The message is shown and logged, so the token is not in it.
      check(token === null || (typeof token === 'string' && TOKEN.test(token)), 'token', 'must give visible ASCII characters, or null for none');
      return token;
    } catch (error) {
      throw new CredentialError(error);
    }
  }

  /** Makes a WebSocket. Those of browsers take no headers and ignore the third argument. */
  connect(WebSocket, address, token) {
    if (this.#headers === null) {
      return new WebSocket(address);
    }
    const headers = typeof this.#headers === 'function' ? checkedHeaders(this.#headers(token)) : this.#headers;
    return new WebSocket(address, [], { headers: { ...headers } });
  }
}

/** A copy of the headers. Throws a TypeError that shows no value. */
export function checkedHeaders(headers) {
  check(headers !== null && typeof headers === 'object', 'headers', 'must be an object');
  for (const [name, value] of Object.entries(headers)) {
    check(HEADER_NAME.test(name), 'headers', `${JSON.stringify(name)} is not the name of a header`);
    check(typeof value === 'string' && HEADER_VALUE.test(value), 'headers', `${name} must have a value of ASCII characters without line ends`);
  }
  return { ...headers };
}
