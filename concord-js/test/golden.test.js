import { readOperation } from '../src/operation.js';
import { unpackState } from '../src/envelope.js';
import { opMessage, readBase64, readFrame } from '../src/wire.js';
import { assert, assertEquals } from './assert.js';
import { goldenFrames } from './files.js';

export const tests = {
  async 'every sample frame is read, and operations are written again byte for byte'() {
    const frames = await goldenFrames();
    for (const { name, text } of frames) {
      for (const message of readFrame(text)) {
        assertEquals('string', typeof message.t, `the type of message in ${name}`);
        if (message.t === 'op') {
          assert(readOperation(message.data).length > 0, `the operation in ${name}`);
          if (!text.trimStart().startsWith('[')) {
            assertEquals(text.trim(), JSON.stringify(opMessage(message.seq, message.data)), `what is written for ${name}`);
          }
        } else if (message.t === 'sync') {
          await unpackState(readBase64(message.state));
        }
      }
    }
    return `${frames.length} frames`;
  },
};
