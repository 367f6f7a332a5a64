import { isPerson, makePerson, recall, remember } from './identity.js';
import { carryKey } from './key.js';
import { Pane } from './pane.js';
import { roomOfItsOwn } from './room.js';
import { Verdict } from './verdict.js';

const PEOPLE = 'concord.people';

const room = roomOfItsOwn('demo');
const template = document.querySelector('#pane');

document.querySelector('#room').textContent = room;
document.title = `Concord · ${room}`;
document.querySelector('#one-pane').href = `/editor/${encodeURIComponent(room)}`;
carryKey();

const people = peopleOfThisBrowser();
const panes = [];
const verdict = new Verdict(document.querySelector('#verdict'), panes);
['Left', 'Right'].forEach((side, i) => {
  const onRename = (user) => {
    people[i].user = user;
    remember(PEOPLE, people);
    verdict.schedule();
  };
  const client = `demo-${side.toLowerCase()}`;
  panes.push(new Pane({ template, side, room, client, person: people[i], onChange: () => verdict.schedule(), onRename }));
});
document.querySelector('#panes').append(...panes.map((pane) => pane.element));
verdict.schedule();

/** Names and colours are made up once and kept. */
function peopleOfThisBrowser() {
  const kept = recall(PEOPLE, (people) => people?.length === 2 && people.every(isPerson));
  if (kept !== null) {
    return kept;
  }
  const start = Math.floor(Math.random() * 1_000);
  const made = [0, 1].map((i) => makePerson(start, i));
  remember(PEOPLE, made);
  return made;
}
