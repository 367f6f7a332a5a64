// As TCP does: what is lost is sent again after a pause that doubles, and what comes later waits after it.
const RESEND_MS = 200;
const LONGEST_RESEND_MS = 3_000;
const MAX_RESENDS = 8;

const BROWSER = {
  WebSocket: globalThis.WebSocket,
  setTimeout: (action, delay) => setTimeout(action, delay),
  clearTimeout: (timer) => clearTimeout(timer),
  now: () => performance.now(),
  random: () => Math.random(),
};

/**
 * The network between one client and the server, to be made bad by hand: `latency` is the milliseconds that a message takes in each
 * direction, `loss` the share of packets, 0 to 1, that do not arrive and have to be sent again. A message that is lost eight
 * times takes the connection with it.
 */
export class Weather {
  latency = 0;
  loss = 0;
  /** How many messages are under way, how many packets were lost so far, and how often a connection broke. */
  underway = 0;
  lost = 0;
  breaks = 0;
  #environment;
  #onChange;
  #sockets = new Set();

  constructor({ onChange = () => {}, environment = {} } = {}) {
    this.#onChange = onChange;
    this.#environment = { ...BROWSER, ...environment };
  }

  /** The WebSocket class for a session in this weather. */
  get WebSocket() {
    const weather = this;
    return class extends WeatheredSocket {
      constructor(url) {
        super(weather, url);
      }
    };
  }

  /** Breaks the connection there and then: whatever is under way is gone. */
  cut() {
    this.#sockets.forEach((socket) => socket.break('cut'));
  }

  get environment() {
    return this.#environment;
  }

  joined(socket) {
    this.#sockets.add(socket);
  }

  gone(socket, broke) {
    if (this.#sockets.delete(socket)) {
      this.breaks += broke ? 1 : 0;
      this.#onChange();
    }
  }

  counted(underway, lost = 0) {
    this.underway += underway;
    this.lost += lost;
    this.#onChange();
  }

  /** How long the next message takes, and whether it arrives at all: `{delay, lost, arrives}`. */
  toss() {
    const { random } = this.#environment;
    let delay = this.latency * (0.75 + random() / 2);
    let lost = 0;
    let pause = RESEND_MS + 2 * this.latency;
    while (random() < this.loss) {
      lost++;
      if (lost === MAX_RESENDS) {
        return { delay, lost, arrives: false };
      }
      delay += pause;
      pause = Math.min(LONGEST_RESEND_MS, 2 * pause);
    }
    return { delay, lost, arrives: true };
  }
}

class WeatheredSocket {
  onopen = null;
  onmessage = null;
  onclose = null;
  #weather;
  #socket;
  #lanes;
  #closed = false;

  constructor(weather, url) {
    this.#weather = weather;
    this.#socket = new weather.environment.WebSocket(url);
    const broken = () => this.break('lost');
    this.#lanes = {
      up: new Lane(weather, (text) => this.#socket.send(text), broken),
      down: new Lane(weather, (data) => this.onmessage?.({ data }), broken),
    };
    weather.joined(this);
    // Not through the weather: what is sent then is.
    this.#socket.onopen = () => this.#closed || this.onopen?.();
    this.#socket.onmessage = ({ data }) => this.#lanes.down.carry(data);
    this.#socket.onclose = ({ code, reason }) => this.#end({ code, reason }, false);
  }

  send(text) {
    if (!this.#closed) {
      this.#lanes.up.carry(text);
    }
  }

  close(code) {
    this.#end({ code, reason: '' }, false);
  }

  break(reason) {
    this.#end({ code: 1006, reason }, true);
  }

  #end(event, broke) {
    if (this.#closed) {
      return;
    }
    this.#closed = true;
    Object.values(this.#lanes).forEach((lane) => lane.clear());
    this.#socket.close();
    this.#weather.gone(this, broke);
    this.onclose?.(event);
  }
}

/** One direction: messages arrive in the order in which they were sent. */
class Lane {
  #weather;
  #deliver;
  #onBroken;
  #queue = [];
  #timers = new Set();
  #free = 0;

  constructor(weather, deliver, onBroken) {
    this.#weather = weather;
    this.#deliver = deliver;
    this.#onBroken = onBroken;
  }

  carry(message) {
    const { environment } = this.#weather;
    const { delay, lost, arrives } = this.#weather.toss();
    const now = environment.now();
    this.#free = Math.max(this.#free, now + delay);
    this.#queue.push({ message, arrives });
    this.#weather.counted(1, lost);
    if (this.#queue.length === 1 && this.#free <= now) {
      this.#arrive();
      return;
    }
    const timer = environment.setTimeout(() => {
      this.#timers.delete(timer);
      // Timers of almost the same moment may change places; the messages must not.
      this.#arrive();
    }, this.#free - now);
    this.#timers.add(timer);
  }

  clear() {
    this.#timers.forEach((timer) => this.#weather.environment.clearTimeout(timer));
    this.#timers.clear();
    this.#weather.counted(-this.#queue.length);
    this.#queue = [];
  }

  #arrive() {
    const { message, arrives } = this.#queue.shift();
    this.#weather.counted(-1);
    if (arrives) {
      this.#deliver(message);
    } else {
      this.#onBroken();
    }
  }
}
