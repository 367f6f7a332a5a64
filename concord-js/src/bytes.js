import { MAX_SITE_LENGTH } from './bounds.js';
import { MalformedStateError } from './errors.js';
import { isSite } from './operation.js';

/** Bytes that grow. The integers are described in docs/FORMAT.md. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  get length() {
    return this.#length;
  }

  byte(value) {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  varint(value) {
    let rest = value;
    while (rest > 127) {
      this.byte((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.byte(rest);
  }

  /** Twice the size of the number may be more than a double holds, so its lowest bit goes into the first byte by itself. */
  zigzag(value) {
    const size = value >= 0 ? value : -value - 1;
    const low = (size % 64) * 2 + (value < 0 ? 1 : 0);
    if (size < 64) {
      this.byte(low);
    } else {
      this.byte(low | 128);
      this.varint(Math.floor(size / 64));
    }
  }

  bytes(bytes) {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  ascii(text) {
    for (let i = 0; i < text.length; i++) {
      this.byte(text.charCodeAt(i));
    }
  }

  site(site) {
    this.byte(site.length);
    this.ascii(site);
  }

  /** Another writer's bytes after their number. */
  column(writer) {
    this.varint(writer.length);
    this.bytes(writer.toBytes());
  }

  toBytes() {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more) {
    if (this.#length + more > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
      grown.set(this.toBytes());
      this.#bytes = grown;
    }
  }
}

/** Reads what `ByteWriter` writes and throws MalformedStateError where the bytes cannot have come from one. */
export class ByteReader {
  #bytes;
  #at = 0;

  constructor(bytes) {
    this.#bytes = bytes;
  }

  get left() {
    return this.#bytes.length - this.#at;
  }

  byte() {
    if (this.left < 1) {
      throw new MalformedStateError('the bytes end too early');
    }
    return this.#bytes[this.#at++];
  }

  varint() {
    return this.#number(0, 1, 8);
  }

  /** A varint that counts things of at least one byte each, so that a lie is found before anything is allocated. */
  count() {
    const count = this.varint();
    if (count > this.left) {
      throw new MalformedStateError(`${count} entries are announced but only ${this.left} bytes are left`);
    }
    return count;
  }

  zigzag() {
    const low = this.byte();
    let size = (low & 127) >>> 1;
    if ((low & 128) !== 0) {
      size = this.#number(size, 64, 7);
    }
    return (low & 1) === 0 ? size : -size - 1;
  }

  bytes(length) {
    if (length > this.left) {
      throw new MalformedStateError(`${length} bytes are announced but only ${this.left} are left`);
    }
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  site() {
    const site = String.fromCharCode(...this.bytes(this.byte()));
    if (!isSite(site)) {
      throw new MalformedStateError(`a site must be 1 to ${MAX_SITE_LENGTH} characters of A-Z, a-z, 0-9, _ and -`);
    }
    return site;
  }

  /** Sites in ascending order. */
  sites() {
    const sites = [];
    for (let left = this.count(); left > 0; left--) {
      const site = this.site();
      checkAscending(sites[sites.length - 1] ?? '', site);
      sites.push(site);
    }
    return sites;
  }

  column() {
    return new ByteReader(this.bytes(this.varint()));
  }

  end() {
    if (this.left > 0) {
      throw new MalformedStateError(`${this.left} bytes are left over`);
    }
  }

  #number(start, scale, maxBytes) {
    let value = start;
    let factor = scale;
    for (let i = 0; i < maxBytes; i++) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (value > Number.MAX_SAFE_INTEGER) {
          break;
        }
        return value;
      }
      factor *= 128;
    }
    throw new MalformedStateError('a number is greater than 2^53-1');
  }
}

export function checkAscending(last, site) {
  if (last >= site) {
    throw new MalformedStateError('the sites are not in ascending order');
  }
}
