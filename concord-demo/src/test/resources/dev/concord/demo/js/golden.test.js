import { readOperation } from '../web/operation.js';
import { unpackState } from '../web/envelope.js';
import { opMessage, readBase64, readFrame } from '../web/wire.js';
import { assert, assertEquals } from './assert.js';

/** The sample frames that the Java codec is held to; each file is one frame, byte for byte. */
async function goldenFrames() {
  const names = await (await fetch('/golden/')).json();
  return Promise.all(names.map(async (name) => ({ name, text: await (await fetch(`/golden/${name}`)).text() })));
}

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
