import { Replay, restoreParts, textAfter } from '../src/history-api.js';
import { assertEquals } from './assert.js';

const show = (parts) => parts.map(({ kind, text }) => `${kind}:${text}`).join('|');

export const tests = {
  'a preview shows what stays, what comes back and what goes'() {
    const changes = {
      added: [{ from: 3, text: 'new ', author: 'a' }, { from: 13, text: '!', author: 'b' }],
      removed: [{ from: 4, text: 'two ', author: 'c' }],
    };
    assertEquals('same:one|gone:new |same: |back:two |same:three|gone:!', show(restoreParts('one two three', changes)), 'parts');
  },

  'replaced text shows what goes before what comes back'() {
    const changes = { added: [{ from: 0, text: 'b', author: 'x' }], removed: [{ from: 0, text: 'a', author: 'x' }] };
    assertEquals('gone:b|back:a', show(restoreParts('a', changes)), 'parts');
    assertEquals('', show(restoreParts('', { added: [], removed: [] })), 'nothing');
    assertEquals('same:x', show(restoreParts('x', { added: [], removed: [] })), 'no change');
  },

  'a replay stands at any of its steps'() {
    const replay = {
      text: 'ab',
      steps: [
        { changes: [{ offset: 1, removed: 0, inserted: 'X' }] },
        { changes: [{ offset: 0, removed: 1, inserted: '' }, { offset: 2, removed: 0, inserted: '!' }] },
      ],
    };
    assertEquals('ab,aXb,Xb!', [0, 1, 2].map((count) => textAfter(replay, count)).join(), 'texts');
  },

  async 'a long replay comes in parts, each once, and a part that failed is asked for again'() {
    const steps = [...'abcdefg'].map((inserted, offset) => ({ site: `w${offset}`, changes: [{ offset, removed: 0, inserted }] }));
    const part = (from) => ({ from_seq: 10 + from, to_seq: 17, text: 'abcdefg'.slice(0, from), steps: steps.slice(from, from + 3) });
    const asked = [];
    let fails = true;
    const replay = new Replay(part(0), async (after) => {
      asked.push(after);
      if (fails) {
        fails = false;
        throw new Error('away');
      }
      return part(after - 10);
    });
    assertEquals(7, replay.length, 'steps');
    assertEquals('away', await replay.at(7).catch((error) => error.message), 'the first try');
    const seen = [];
    for (const count of [7, 6, 4, 3, 0, 5]) {
      const { text, site } = await replay.at(count);
      seen.push(`${text}:${site}`);
    }
    assertEquals('abcdefg:w6,abcdef:w5,abcd:w3,abc:w2,:null,abcde:w4', seen.join(), 'places');
    assertEquals('16,16,13', asked.join(), 'parts');
    const empty = new Replay({ from_seq: 4, to_seq: 4, text: 'x', steps: [] }, null);
    assertEquals('x', (await empty.at(0)).text, 'nothing happened');
  },
};
