import { Pane } from '../src/pane.js';
import { assert, assertEquals, eventually } from './assert.js';
import { Clock, FakeServer } from './fake-server.js';

/** A pane as the page makes it, with a server of the test's own. */
async function fixture(room) {
  const server = new FakeServer();
  const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
  const pane = new Pane({
    template: page.getElementById('pane'),
    side: 'Left',
    room,
    client: 'left',
    person: { user: 'Ann', color: '#0e7490' },
    onChange: () => {},
    onRename: () => {},
    environment: { ...new Clock().environment, WebSocket: server.WebSocket },
  });
  document.body.replaceChildren(pane.element);
  await eventually(() => pane.session.status.connection === 'live', 'the session going live');
  return { server, pane, notice: pane.element.querySelector('.notice') };
}

export const tests = {
  async 'a text that cannot be put back is said not to be'() {
    const { server, pane, notice } = await fixture('pane-put-back');
    const unhandled = [];
    const listen = (event) => {
      event.preventDefault();
      unhandled.push(event.reason);
    };
    addEventListener('unhandledrejection', listen);
    server.member.end(4409);
    const button = notice.querySelector('button');
    assertEquals('Put the text back', button?.textContent, 'what is offered');
    pane.session.putBack = () => Promise.reject(new Error('the session is closed'));
    button.click();
    await new Promise((resolve) => setTimeout(resolve));
    removeEventListener('unhandledrejection', listen);
    assert(notice.textContent.includes('the session is closed'), notice.textContent);
    assertEquals(0, unhandled.length, 'rejections that nobody handles');
    pane.session.close();
  },

  async 'a pane whose session may only read says so, and can be typed in again when it may write'() {
    const { server, pane } = await fixture('pane-reading');
    const [text, words] = [pane.element.querySelector('.text'), pane.element.querySelector('.pill-text')];
    server.grant('read');
    await eventually(() => words.textContent === 'Live · read only', `the words: ${words.textContent}`);
    assert(text.readOnly, 'the textarea can be typed in');
    server.grant('write');
    await eventually(() => words.textContent === 'Live · saved', `the words: ${words.textContent}`);
    assert(!text.readOnly, 'the textarea cannot be typed in');
    pane.session.close();
  },
};
