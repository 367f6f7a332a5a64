import { MalformedStateError } from './errors.js';

// A quarter of what a server takes by default, 1 MiB of UTF-8: a UTF-16 unit is at most three bytes of it.
const FRAME_CHARACTERS = 80_000;

/** The messages of a frame, which is one message or an array of them. */
export function readFrame(text) {
  const frame = JSON.parse(text);
  const messages = Array.isArray(frame) ? frame : [frame];
  return messages.filter((message) => message !== null && typeof message === 'object');
}

/** Packs messages into as few frames as the limit allows. */
export function writeFrames(messages) {
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
    if (size + text.length > FRAME_CHARACTERS) {
      close();
    }
    batch.push(text);
    size += text.length + 1;
  }
  close();
  return frames;
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

/** Line ends become LF, and half of a surrogate pair, which no operation may carry, the replacement character. */
export function cleanText(text) {
  return text.replace(/\r\n?/g, '\n').replace(/\p{Surrogate}/gu, '\ufffd');
}
