import { Notice } from '../src/notices.js';
import { Rescue } from '../src/rescue.js';
import { assertEquals } from './assert.js';
import { Clock } from './fake-server.js';

const QUIET_MS = 1_000;

/** A page with a text of 1,000 characters, of which all pieces are here. */
async function fixture() {
  const listeners = { change: new Set(), status: new Set() };
  const log = [];
  const session = {
    document: { length: 1_000, offsetOf: () => 0, isDeleted: () => session.isHere },
    isHere: true,
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
    adopt: async () => log.push('adopt'),
    undo: () => log.push('undo'),
  };
  const api = {
    list: [],
    versions: async () => ({ versions: [...api.list] }),
    changesSince: async () => ({ added: [], removed: [{ id: { site: 'a', counter: 1 }, length: 900, text: 'x'.repeat(900), author: 'a' }] }),
    keep: (id, label = 'Before a large deletion') => api.list.unshift({ id, label, author: 'Ann' }),
  };
  const notice = new Notice(document.createElement('div'));
  let actions = [];
  const { show } = notice;
  notice.show = (kind, text, buttons) => {
    actions = buttons;
    show.call(notice, kind, text, buttons);
  };
  const shown = [];
  const rescue = new Rescue({ session, api, notice, show: ({ id }) => shown.push(id), isReadOnly: () => false });
  const change = (removed, inserted = '', site = 'a') =>
    listeners.change.forEach((listener) => listener({ changes: [{ offset: 0, removed, inserted }], source: 'remote', site }));
  const press = (label) => actions.find((action) => action.label === label).run();
  listeners.status.forEach((listener) => listener({ connection: 'live' }));
  await turns();
  return { session, api, notice, rescue, change, press, shown, log };
}

async function turns() {
  for (let i = 0; i < 50; i++) {
    await Promise.resolve();
  }
}

/** Runs a test with a clock in the place of the page's. */
async function timed(test) {
  const clock = new Clock();
  const real = [globalThis.setTimeout, globalThis.clearTimeout];
  [globalThis.setTimeout, globalThis.clearTimeout] = [clock.environment.setTimeout, clock.environment.clearTimeout];
  try {
    await test(async (ms) => {
      for (let passed = 0; passed < ms; passed += QUIET_MS) {
        clock.advance(QUIET_MS);
        await turns();
      }
    });
  } finally {
    [globalThis.setTimeout, globalThis.clearTimeout] = real;
  }
}

export const tests = {
  async 'a large deletion by somebody else is offered to be undone'() {
    await timed(async (pass) => {
      const { api, notice, change, press, shown, log } = await fixture();
      api.keep(1);
      change(900);
      await pass(QUIET_MS);
      assertEquals(true, notice.shows('rescue'), 'a notice');
      press('Show what went');
      assertEquals('1', shown.join(), 'the version');
      press('Undo for everybody');
      await turns();
      assertEquals('adopt,undo', log.join(), 'what was done');
    });
  },

  async 'a version that was kept for an action of this page is not offered later'() {
    await timed(async (pass) => {
      const { api, notice, rescue, change, press, shown } = await fixture();
      await rescue.own(async () => {
        api.keep(1, '/ai: shorten');
        change(900);
      });
      await pass(5 * QUIET_MS);
      assertEquals(false, notice.shows('rescue'), 'a notice of what this page did');
      change(900);
      await pass(QUIET_MS);
      assertEquals(false, notice.shows('rescue'), 'a notice before the version is there');
      api.keep(2);
      await pass(QUIET_MS);
      press('Show what went');
      assertEquals('2', shown.join(), 'the version');
    });
  },

  async 'a version is offered once'() {
    await timed(async (pass) => {
      const { api, notice, change } = await fixture();
      api.keep(1);
      change(900);
      await pass(QUIET_MS);
      notice.hide('rescue');
      change(900);
      await pass(15 * QUIET_MS);
      assertEquals(false, notice.shows('rescue'), 'a notice');
    });
  },

  async 'a deletion of which no version was kept does not take that of a plan'() {
    await timed(async (pass) => {
      const { session, api, notice, change, press } = await fixture();
      const adopted = [];
      session.adopt = async (step) => adopted.push(...step.inserted);
      api.changesSince = async () => ({ added: [{ id: { site: 'ai-1', counter: 1 }, length: 7, text: 'Greek: ', author: 'ai-1' }], removed: [] });
      change(900);
      await pass(2 * QUIET_MS);
      api.keep(1, '/ai: title');
      await pass(QUIET_MS);
      assertEquals(false, notice.shows('rescue'), 'a notice of the deletion');
      change(0, 'Greek: ', 'ai-1');
      await pass(QUIET_MS);
      press('Undo for everybody');
      await turns();
      assertEquals('Greek: ', adopted.map(({ text }) => text).join(), 'what is taken back');
    });
  },

  async 'a plan does not take the version of a deletion'() {
    await timed(async (pass) => {
      const { api, change, press, shown } = await fixture();
      api.keep(1, '/ai: title');
      api.keep(2);
      change(0, 'Greek: ', 'ai-1');
      await pass(QUIET_MS);
      press('Show what went');
      assertEquals('1', shown.join(), 'the version');
    });
  },

  async 'what somebody else has brought back meanwhile is not brought back again'() {
    await timed(async (pass) => {
      const { session, api, change, press, log } = await fixture();
      api.keep(1);
      change(900);
      await pass(QUIET_MS);
      session.isHere = false;
      press('Undo for everybody');
      await turns();
      session.isHere = true;
      // Both arrive in one frame.
      change(1);
      change(0, 'x'.repeat(900));
      await turns();
      assertEquals('', log.join(), 'what was done');
    });
  },

  'the display of notices is notified when one is hidden'() {
    const bar = document.createElement('div');
    let replaced = true;
    const notice = new Notice(bar, () => replaced && notice.show('replaced', 'under it', [{ label: 'Download', run: () => false }]));
    notice.show('fault', 'over it', [{ label: 'Dismiss', run: () => {} }]);
    bar.querySelector('button').click();
    assertEquals('under it', bar.querySelector('p').textContent, 'text');
    bar.querySelector('button').click();
    assertEquals(false, bar.hidden, 'hidden by what does not close it');
    replaced = false;
    notice.hide('replaced');
    assertEquals(true, bar.hidden, 'hidden');
  },
};
