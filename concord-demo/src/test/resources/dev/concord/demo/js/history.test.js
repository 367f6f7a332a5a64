import { restoreParts, textAfter } from '../web/history-api.js';
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
};
