import { Pane } from './pane.js';

const ROOM = /^[A-Za-z0-9._~-]{1,128}$/;
const COMPARE_MS = 120;
const DIGEST_MS = 500;
const FINGERPRINT_LENGTH = 12;
const NAMES = ['Ada', 'Bela', 'Chidi', 'Dalia', 'Emre', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kerim', 'Lea'];
// Dark enough for white text, light enough for a dark sheet.
const COLORS = ['#0f766e', '#c2410c', '#6d28d9', '#be185d', '#1d4ed8', '#4d7c0f', '#a16207', '#0e7490'];

const room = roomOf(location);
const template = document.querySelector('#pane');
const verdict = document.querySelector('#verdict');
const verdictText = document.querySelector('#verdict-text');
const fingerprints = document.querySelector('#fingerprints');
let comparing = 0;
let digesting = 0;

document.querySelector('#room').textContent = room;
document.title = `Concord · ${room}`;

const people = peopleOfThisBrowser();
const panes = ['Left', 'Right'].map(
  (side, i) =>
    new Pane({
      template,
      side,
      room,
      person: people[i],
      onChange: scheduleComparison,
      onRename: (user) => {
        people[i].user = user;
        remember(people);
        scheduleComparison();
      },
    }),
);
document.querySelector('#panes').append(...panes.map((pane) => pane.element));
scheduleComparison();

function roomOf({ search }) {
  const asked = new URLSearchParams(search).get('room');
  return asked !== null && ROOM.test(asked) ? asked : 'demo';
}

/** Names and colours are made up once and kept. */
function peopleOfThisBrowser() {
  try {
    const kept = JSON.parse(localStorage.getItem('concord.people'));
    if (kept?.length === 2 && kept.every(({ user, color }) => typeof user === 'string' && COLORS.includes(color))) {
      return kept;
    }
  } catch {
    // A page that may not store anything makes up new ones each time.
  }
  const start = Math.floor(Math.random() * NAMES.length);
  const made = [0, 1].map((i) => ({
    user: NAMES[(start + i * 5) % NAMES.length],
    color: COLORS[(start + i) % COLORS.length],
  }));
  remember(made);
  return made;
}

function remember(made) {
  try {
    localStorage.setItem('concord.people', JSON.stringify(made));
  } catch {
    // As above.
  }
}

function scheduleComparison() {
  if (comparing === 0) {
    comparing = setTimeout(() => {
      comparing = 0;
      compare();
    }, COMPARE_MS);
  }
}

/** Says what is so at this moment. */
function compare() {
  const [left, right] = panes.map(({ session }) => session.text);
  const same = left === right;
  const started = panes.every(({ session }) => session.status.connection !== 'connecting');
  verdict.dataset.state = !started ? 'waiting' : same ? 'same' : 'differ';
  say(!started ? 'Waiting for both panes…' : same ? 'Both panes are identical right now.' : differenceOf(left, right));
  // Until they are computed anew, they are those of a moment ago.
  fingerprints.classList.add('stale');
  clearTimeout(digesting);
  digesting = setTimeout(showDigests, DIGEST_MS);
}

/** The digests of both states, once nobody has typed for a moment; browsers compute them for secure pages only. */
async function showDigests() {
  if (globalThis.crypto?.subtle !== undefined) {
    const digests = await Promise.all(panes.map(({ session }) => session.document.digest()));
    fingerprints.replaceChildren(...panes.map(({ user }, i) => fingerprint(user, digests[i])));
    fingerprints.classList.remove('stale');
  }
}

function say(text) {
  if (verdictText.textContent !== text) {
    verdictText.textContent = text;
  }
}

function differenceOf(left, right) {
  const away = panes.filter(({ session }) => session.status.connection !== 'live').map(({ user }) => user);
  const lengths = `${left.length.toLocaleString('en')} and ${right.length.toLocaleString('en')} characters`;
  if (away.length === 0) {
    return `The panes differ: ${lengths}. They are catching up.`;
  }
  return `The panes differ: ${lengths}. ${away.join(' and ')} ${away.length === 1 ? 'is' : 'are'} not connected.`;
}

function fingerprint(user, digest) {
  const pair = document.createElement('div');
  const term = document.createElement('dt');
  const value = document.createElement('dd');
  term.textContent = `${user}’s digest`;
  value.textContent = digest.slice(0, FINGERPRINT_LENGTH);
  value.title = digest;
  pair.append(term, value);
  return pair;
}
