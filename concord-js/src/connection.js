import { UNAUTHENTICATED } from './close-codes.js';
import { CredentialError } from './errors.js';

const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 15_000;
const OVERLOADED_DELAY_MS = 3_000;
const SILENCE_MS = 30_000;
// A server that pulses does so after 20 s without another frame.
const PULSE_LATE_MS = 25_000;
const PULSE_LOST_MS = 45_000;
const RENEWAL_MS = 5_000;
const BROKEN = 1006;
const TRY_AGAIN_LATER = 1013;

/**
 * One WebSocket at a time, opened again with growing, jittered pauses until it is stopped. Close codes 4400 to 4499 are
 * final, except 4401 after a token: another one is asked for once. A connection that owes an answer, be it the first frame, and says
 * nothing for 30 s is given up, and so is an attempt that gets no token for as long.
 */
export class Connection {
  #address;
  #environment;
  #handlers;
  #socket = null;
  /** Changes with each attempt and each end. */
  #dials = 0;
  #attempts = 0;
  #retry = null;
  #watchdog = null;
  #pulse = null;
  #pulses = false;
  #receivedAt = 0;
  #credentials;
  /** A token is being got for this attempt. */
  #asking = false;
  /** The last token was refused. */
  #refused = false;
  #renewal = null;
  /** Only the last of several renewals counts: an older answer would put an older token in its place. */
  #renewals = 0;

  /**
   * `address()` and the token are asked for again for every attempt; `handlers` are `onText`, `onDial`, `onFault` and
   * `onDown({permanent, code, reason, failures, withoutToken})`.
   */
  constructor(address, environment, handlers, credentials) {
    this.#address = address;
    this.#environment = environment;
    this.#handlers = handlers;
    this.#credentials = credentials;
  }

  open() {
    if (this.#socket !== null || this.#asking) {
      return;
    }
    this.#clearTimers();
    // The next server may be an older one.
    this.#pulses = false;
    const dial = ++this.#dials;
    this.#handlers.onDial();
    if (dial !== this.#dials) {
      // A listener wants no connection any more, or has made another one.
      return;
    }
    if (!this.#credentials.hasToken) {
      this.#connect(dial, null);
      return;
    }
    this.#asking = true;
    const late = new CredentialError(new Error(`the function has given none for ${SILENCE_MS} ms`));
    this.#watchdog = this.#environment.setTimeout(() => this.#lostToken(late), SILENCE_MS);
    this.#credentials.ask(this.#refused).then(
      (token) => {
        if (dial === this.#dials) {
          this.#clearTimers();
          this.#asking = false;
          this.#connect(dial, token);
        }
      },
      (error) => {
        if (dial === this.#dials) {
          this.#lostToken(error);
        }
      },
    );
  }

  #connect(dial, token) {
    let socket;
    try {
      socket = this.#credentials.connect(this.#environment.WebSocket, this.#address(), token);
    } catch (error) {
      this.#handlers.onFault(error);
      if (dial === this.#dials) {
        this.#lost(BROKEN, 'the connection cannot be made');
      }
      return;
    }
    this.#socket = socket;
    this.expectAnswer();
    socket.onopen = () => {
      if (socket === this.#socket) {
        this.#present(token);
      }
    };
    socket.onmessage = ({ data }) => {
      if (socket === this.#socket) {
        this.#environment.clearTimeout(this.#watchdog);
        this.#watchdog = null;
        this.#receivedAt = this.#environment.now();
        this.#awaitPulse();
        this.#handlers.onText(data, socket);
      }
    };
    // Closing follows. Some WebSockets outside of browsers end the process over an error that nobody listens to.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => {
      if (socket === this.#socket) {
        this.#lost(code, reason);
      }
    };
  }

  /** Closes without coming back. */
  close() {
    this.#dials++;
    this.#clearTimers();
    this.#asking = false;
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
  }

  /** Whether a socket is the one in use; what comes from an older one is void. */
  isCurrent(socket) {
    return socket === this.#socket;
  }

  send(text) {
    this.#socket?.send(text);
  }

  /** The connection has proved to work: the next failure starts with a short pause again. */
  settle() {
    this.#attempts = 0;
    this.#refused = false;
  }

  /** The server says that the token ends soon: it gets another one on the same connection. Should there be none, it closes with 4401. */
  renew() {
    const socket = this.#socket;
    if (socket === null || !this.#credentials.hasToken) {
      return;
    }
    this.#environment.clearTimeout(this.#renewal);
    this.#renewal = null;
    const question = ++this.#renewals;
    const isCurrent = () => socket === this.#socket && question === this.#renewals;
    this.#credentials.ask(true).then(
      (token) => {
        if (isCurrent()) {
          this.#present(token);
        }
      },
      (error) => {
        if (isCurrent()) {
          this.#renewal = this.#environment.setTimeout(() => this.renew(), RENEWAL_MS);
          this.#handlers.onFault(error);
        }
      },
    );
  }

  #present(token) {
    if (token !== null) {
      this.send(JSON.stringify({ t: 'auth', token }));
    }
  }

  /** Something was sent that has to be answered. */
  expectAnswer() {
    this.#watchdog ??= this.#environment.setTimeout(() => this.drop(), SILENCE_MS);
  }

  /** This server sends something every 20 s: where nothing comes for 45 s, the connection is dead, whatever the browser thinks. */
  expectPulse() {
    this.#pulses = true;
    this.#awaitPulse();
  }

  /** The page is in view again, or the network is back: neither a pause nor a connection that may be dead is waited for. */
  revive() {
    if (this.#socket !== null && this.#pulses && this.#environment.now() - this.#receivedAt > PULSE_LATE_MS) {
      this.drop();
    }
    this.reconnectNow();
  }

  /** Tries again after a close code that is final for others. */
  retry() {
    this.#retry ??= this.#environment.setTimeout(() => this.open(), this.#pause(BROKEN));
  }

  /** Gives up the socket and tries again. */
  drop() {
    const socket = this.#socket;
    if (socket !== null) {
      this.#lost(BROKEN, 'the server does not answer');
      socket.close(1000);
    } else if (this.#asking) {
      this.#lost(BROKEN, 'the network is gone');
    }
  }

  /** Does not wait for the end of the pause. */
  reconnectNow() {
    if (this.#retry !== null) {
      this.open();
    }
  }

  #lostToken(error) {
    const dial = this.#dials;
    this.#handlers.onFault(error);
    if (dial === this.#dials) {
      this.#lost(BROKEN, error.message, true);
    }
  }

  #lost(code, reason, withoutToken = false) {
    this.#dials++;
    this.#clearTimers();
    this.#asking = false;
    this.#socket = null;
    const ended = code === UNAUTHENTICATED && this.#credentials.hasToken;
    const permanent = code >= 4400 && code <= 4499 && !(ended && !this.#refused);
    this.#refused ||= ended;
    if (!permanent) {
      this.#retry = this.#environment.setTimeout(() => this.open(), this.#pause(code));
    }
    this.#handlers.onDown({ permanent, code, reason, failures: this.#attempts, withoutToken });
  }

  #pause(code) {
    const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** this.#attempts);
    this.#attempts++;
    const least = code === TRY_AGAIN_LATER ? OVERLOADED_DELAY_MS : 0;
    return least + delay * (0.5 + this.#environment.random() / 2);
  }

  #awaitPulse() {
    this.#environment.clearTimeout(this.#pulse);
    this.#pulse = this.#pulses && this.#socket !== null ? this.#environment.setTimeout(() => this.drop(), PULSE_LOST_MS) : null;
  }

  #clearTimers() {
    this.#environment.clearTimeout(this.#pulse);
    this.#pulse = null;
    this.#environment.clearTimeout(this.#retry);
    this.#environment.clearTimeout(this.#watchdog);
    this.#environment.clearTimeout(this.#renewal);
    this.#renewal = null;
    this.#retry = null;
    this.#watchdog = null;
  }
}
