import { MalformedStateError } from './errors.js';

/** The longest frame in bytes of UTF-8, when the server does not ask for shorter ones: a quarter of what one takes by default. */
export const MAX_FRAME_BYTES = 256 * 1024;
// Id, anchor, seq and punctuation of one operation, with the longest sites there are.
const OPERATION_OVERHEAD = 400;
/** A server takes no longer delete of elements that it does not know. */
const LONGEST_DELETE = 100_000;

/** The messages of a frame, which is one message or an array of them. */
export function readFrame(text) {
  const frame = JSON.parse(text);
  const messages = Array.isArray(frame) ? frame : [frame];
  return messages.filter((message) => message !== null && typeof message === 'object');
}

/** Packs messages into as few frames of at most so many bytes as it can; a message that is longer by itself is a frame of its own. */
export function writeFrames(messages, maxBytes = MAX_FRAME_BYTES) {
  const frames = [];
  let batch = [];
  let size = 0;
  const close = () => {
    if (batch.length > 0) {
      frames.push(batch.length === 1 ? batch[0] : `[${batch.join(',')}]`);
    }
    batch = [];
    size = 0;
  };
  for (const message of messages) {
    const text = JSON.stringify(message);
    const bytes = utf8Length(text);
    // Beside the brackets, a comma for each message.
    if (size + bytes + 2 > maxBytes) {
      close();
    }
    batch.push(text);
    size += bytes + 1;
  }
  close();
  return frames;
}

/** The operation in parts that each fit into a frame of so many bytes; the parts mean the same as the whole. */
export function splitOperation(operation, maxBytes = MAX_FRAME_BYTES) {
  if (operation.kind === 'delete') {
    return splitDelete(operation);
  }
  const room = maxBytes - OPERATION_OVERHEAD;
  // No UTF-16 unit takes more than six bytes, as an escape.
  if (operation.value.length * 6 <= room || utf8Length(JSON.stringify(operation.value)) <= room) {
    return [operation];
  }
  const parts = [];
  let { id, value: rest, ...anchor } = operation;
  while (rest !== '') {
    let value = '';
    let elements = 0;
    let bytes = 2;
    for (const character of rest) {
      bytes += utf8Length(JSON.stringify(character)) - 2;
      if (bytes > room && elements > 0) {
        break;
      }
      value += character;
      elements++;
    }
    parts.push({ ...anchor, id, value });
    rest = rest.slice(value.length);
    const last = { site: id.site, counter: id.counter + elements - 1 };
    anchor = { kind: 'insert', after: last };
    id = { site: id.site, counter: id.counter + elements };
  }
  return parts;
}

function splitDelete(operation) {
  const { id, length = 1 } = operation;
  if (length <= LONGEST_DELETE) {
    return [operation];
  }
  const parts = [];
  for (let from = 0; from < length; from += LONGEST_DELETE) {
    parts.push({ kind: 'delete', id: { site: id.site, counter: id.counter + from }, length: Math.min(LONGEST_DELETE, length - from) });
  }
  return parts;
}

/** The bytes of a well-formed text in UTF-8. */
function utf8Length(text) {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    // Each half of a pair counts for two of its four bytes.
    bytes += unit < 0x80 ? 0 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 1 : 2;
  }
  return bytes;
}

export function opMessage(seq, operation) {
  return { t: 'op', seq, data: operation };
}

export function readBase64(text) {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    throw new MalformedStateError('the base64 is broken');
  }
}

/** Base64 in the alphabet for addresses, without padding. */
export function writeBase64Url(bytes) {
  let binary = '';
  for (const byte of bytes) {
    binary += String.fromCharCode(byte);
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Unicode's category Cc without tab and line feed. */
const CONTROLS = /(?![\t\n])\p{Cc}/gu;

/**
 * Makes a text one that a room may hold: line ends become LF, half of a surrogate pair becomes the replacement character, other control
 * characters and a byte order mark at the start are left out. The same rule as `RoomText` in Java.
 */
export function cleanText(text) {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/\p{Surrogate}/gu, '\ufffd')
    .replace(CONTROLS, '')
    .replace(/^\ufeff+/, '');
}
