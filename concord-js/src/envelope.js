import { ByteReader, ByteWriter } from './bytes.js';
import { MalformedStateError, UnknownFormatError } from './errors.js';

const VERSION = 1;
// DEFLATE cannot expand further than this.
const MAX_EXPANSION = 1032;
const EXPANSION_SLACK = 64;
const WORTH_COMPRESSING = 128;

/** Puts a body into its envelope, compressed where that pays. */
export async function packState(body) {
  const envelope = new ByteWriter();
  envelope.ascii('CD');
  envelope.byte(VERSION);
  const compressed = body.length < WORTH_COMPRESSING ? body : await deflate(body);
  if (compressed.length < body.length) {
    envelope.byte(1);
    envelope.varint(body.length);
    envelope.bytes(compressed);
  } else {
    envelope.byte(0);
    envelope.bytes(body);
  }
  return envelope.toBytes();
}

/** Takes a body out of its envelope. */
export async function unpackState(bytes) {
  const reader = new ByteReader(bytes);
  if (reader.byte() !== 0x43 || reader.byte() !== 0x44) {
    throw new MalformedStateError('the bytes are not a state');
  }
  const version = reader.byte();
  if (version !== VERSION) {
    throw new UnknownFormatError(`the state has version ${version}; this program reads version ${VERSION}`);
  }
  const compression = reader.byte();
  if (compression === 0) {
    return reader.bytes(reader.left);
  }
  if (compression !== 1) {
    throw new MalformedStateError(`compression ${compression} is not known`);
  }
  const length = reader.varint();
  if (length > reader.left * MAX_EXPANSION + EXPANSION_SLACK) {
    throw new MalformedStateError(`${reader.left} bytes cannot inflate to ${length}`);
  }
  return inflate(reader.bytes(reader.left), length);
}

export async function sha256(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

async function deflate(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Reads piece by piece, so that no more than the declared length is ever held. */
async function inflate(bytes, length) {
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const inflated = new ByteWriter();
  for (;;) {
    const { done, value } = await nextPiece(reader);
    if (done) {
      break;
    }
    if (inflated.length + value.length > length) {
      await reader.cancel();
      throw new MalformedStateError(`the body is longer than the ${length} bytes that are announced`);
    }
    inflated.bytes(value);
  }
  if (inflated.length < length) {
    throw new MalformedStateError(`the body has ${inflated.length} bytes instead of ${length}`);
  }
  return inflated.toBytes();
}

async function nextPiece(reader) {
  try {
    return await reader.read();
  } catch {
    throw new MalformedStateError('the body cannot be inflated');
  }
}
