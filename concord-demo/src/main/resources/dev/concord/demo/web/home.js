import { credentials, fragment, onOtherKey } from './key.js';

const $ = (id) => document.getElementById(id);

$('open').addEventListener('submit', (event) => {
  event.preventDefault();
  const room = $('room').value.trim();
  if (room !== '') {
    location.href = addressOf(room);
  }
});
onOtherKey(show);
show();

function show() {
  $('hint').textContent =
    fragment === ''
      ? 'This address has no key. Ask whoever runs this server for a link, unless it lets everybody in.'
      : 'Your link is your key: whoever has it may do what you may. Keep it, and make links of their own for others: open a room, and choose Share.';
  if (fragment !== '') {
    list();
  }
}

/** The rooms that this key may read, newest change first. Without them, the form is enough. */
async function list() {
  const rooms = await fetch('/rooms', { headers: credentials })
    .then((response) => (response.ok ? response.json() : []))
    .catch(() => []);
  $('rooms').replaceChildren(...rooms.map(({ room, title }) => itemOf(room, title)));
  $('known').hidden = rooms.length === 0;
}

function itemOf(room, title) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = addressOf(room);
  link.textContent = title || room;
  item.append(link);
  return item;
}

function addressOf(room) {
  return `/editor/${encodeURIComponent(room)}${fragment}`;
}
