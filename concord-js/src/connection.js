const FIRST_DELAY_MS = 300;
const LONGEST_DELAY_MS = 15_000;
const OVERLOADED_DELAY_MS = 3_000;
const SILENCE_MS = 30_000;
// A server that pulses does so after 20 s without another frame.
const PULSE_LATE_MS = 25_000;
const PULSE_LOST_MS = 45_000;
const BROKEN = 1006;
const TRY_AGAIN_LATER = 1013;

/**
 * One WebSocket at a time, opened again with growing, jittered pauses until it is stopped. Close codes 4400 to 4499 are
 * final. A connection that owes an answer, be it the first frame, and says nothing for 30 s is given up.
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

  /** `address()` is asked again for every attempt; `handlers` are `onText`, `onDown({permanent, code, reason, failures})`, `onDial`, `onFault`. */
  constructor(address, environment, handlers) {
    this.#address = address;
    this.#environment = environment;
    this.#handlers = handlers;
  }

  open() {
    if (this.#socket !== null) {
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
    let socket;
    try {
      socket = new this.#environment.WebSocket(this.#address());
    } catch (error) {
      this.#handlers.onFault(error);
      if (dial === this.#dials) {
        this.#lost(BROKEN, 'the connection cannot be made');
      }
      return;
    }
    this.#socket = socket;
    this.expectAnswer();
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
    }
  }

  /** Does not wait for the end of the pause. */
  reconnectNow() {
    if (this.#retry !== null) {
      this.open();
    }
  }

  #lost(code, reason) {
    this.#clearTimers();
    this.#socket = null;
    const permanent = code >= 4400 && code <= 4499;
    if (!permanent) {
      this.#retry = this.#environment.setTimeout(() => this.open(), this.#pause(code));
    }
    this.#handlers.onDown({ permanent, code, reason, failures: this.#attempts });
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
    this.#retry = null;
    this.#watchdog = null;
  }
}
