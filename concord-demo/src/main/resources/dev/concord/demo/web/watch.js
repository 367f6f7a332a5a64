import { makePerson } from './identity.js';
import { carryKey, fragment } from './key.js';
import { Ledger } from './ledger.js';
import { Pane } from './pane.js';
import { Robot, isWrittenBy } from './robot.js';
import { roomOfItsOwn } from './room.js';
import { Verdict } from './verdict.js';
import { Weather } from './weather.js';

const SIDES = ['First', 'Second', 'Third', 'Fourth'];
const COUNT_MS = 200;

const $ = (id) => document.getElementById(id);
const room = roomOfItsOwn('watch');
const count = new URLSearchParams(location.search).get('panes') === '4' ? 4 : 2;
const start = Math.floor(Math.random() * 1_000);
const panes = [];
const weathers = [];
const joined = new Set();
const verdict = new Verdict($('verdict'), panes);

for (let i = 0; i < count; i++) {
  addPane(i);
}
const ledger = new Ledger(
  panes.map(({ session }) => session),
  { isQuiet: () => weathers.every(({ underway }) => underway === 0) },
);
const robots = panes.map(({ session }) => new Robot(session));
const sites = sitesOfThisTab();

$('room').textContent = room;
$('one-pane').href = `/editor/${encodeURIComponent(room)}`;
carryKey();
$('panes').dataset.count = String(count);
$('panes').append(...panes.map((pane) => pane.element));
for (const choice of document.querySelectorAll('[name=panes]')) {
  choice.checked = choice.value === String(count);
  choice.addEventListener('change', () => location.assign(`/watch?room=${encodeURIComponent(room)}&panes=${choice.value}${fragment}`));
}
for (const dial of [$('latency'), $('loss')]) {
  dial.addEventListener('input', setWeather);
}
$('robots').addEventListener('click', () => letType(!robots[0].isOn && mayType()));
setWeather();
showCounters();
verdict.schedule();

function addPane(i) {
  const wire = () => panes[i]?.element.querySelector('.wire');
  const weather = new Weather({ onChange: () => wire() && (wire().textContent = wordsOf(weather)) });
  weathers.push(weather);
  const pane = new Pane({
    template: $('pane'),
    side: SIDES[i],
    room,
    client: `watch-${i + 1}`,
    person: makePerson(start, i),
    environment: { WebSocket: weather.WebSocket },
    onChange: () => {
      verdict.schedule();
      if (panes[i]?.session.status.connection === 'live') {
        joined.add(i);
      }
    },
    onRename: () => verdict.schedule(),
  });
  panes.push(pane);
  pane.element.querySelector('.cut').addEventListener('click', () => weather.cut());
  wire().textContent = wordsOf(weather);
}

function letType(on) {
  robots.forEach((robot) => (on ? robot.start() : robot.stop()));
  $('robots').textContent = on ? 'Stop typing' : 'Let them type';
  $('robots').setAttribute('aria-pressed', String(on));
}

/** Robots type only where nobody else has written anything; what is in the room is known when a pane has been live. */
function mayType() {
  const known = joined.size === panes.length;
  const theirs = panes.every(({ session }) => isWrittenBy(sites, session.document));
  const writable = panes.every(({ session }) => !session.status.readOnly);
  $('refusal').hidden = known && theirs && writable;
  $('refusal-text').textContent = !writable
    ? 'This room may be read, but not changed, so nothing types here.'
    : theirs
      ? 'What is in this room is not known yet. Wait until every pane is live.'
      : 'Somebody has written in this room, so nothing types here by itself.';
  return known && theirs && writable;
}

/** The sites of this tab's sessions in this room, those before a reload among them. */
function sitesOfThisTab() {
  const key = `concord.watch.${room}`;
  const own = panes.map(({ session }) => session.document.site);
  let earlier = [];
  try {
    earlier = JSON.parse(sessionStorage.getItem(key)) ?? [];
    sessionStorage.setItem(key, JSON.stringify([...earlier, ...own]));
  } catch {
    // Without the browser's memory a reload makes the text somebody else's, and the robots rest.
  }
  return new Set([...earlier, ...own]);
}

function wordsOf({ underway, lost, breaks }) {
  const parts = [];
  if (underway > 0) {
    parts.push(`${underway} under way`);
  }
  if (lost > 0) {
    parts.push(`${lost.toLocaleString('en')} sent again`);
  }
  if (breaks > 0) {
    parts.push(`broken ${breaks}×`);
  }
  return parts.join(' · ');
}

function setWeather() {
  const latency = $('latency').valueAsNumber;
  const loss = $('loss').valueAsNumber;
  weathers.forEach((weather) => Object.assign(weather, { latency, loss: loss / 100 }));
  $('latency-shown').textContent = latency === 0 ? 'none' : `${latency.toLocaleString('en')} ms`;
  $('loss-shown').textContent = loss === 0 ? 'none' : `${loss} %`;
}

function showCounters() {
  if (robots[0].isOn && !mayType()) {
    letType(false);
  }
  for (const [id, value] of Object.entries(ledger.count())) {
    const text = value.toLocaleString('en');
    if ($(id).textContent !== text) {
      $(id).textContent = text;
    }
    if (id === 'lost') {
      $(id).parentElement.dataset.lost = String(value);
    }
  }
  setTimeout(showCounters, COUNT_MS);
}
