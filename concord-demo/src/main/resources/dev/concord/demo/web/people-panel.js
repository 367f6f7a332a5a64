import { avatarOf } from './people.js';
import { COLORS, COLOR_NAMES, LONGEST_NAME } from './identity.js';
import { placeOf } from './concord.js';
import { rightOf, whoIsHere } from './rights.js';
import { scrollToPeer } from './codemirror.js';

/** Name and colour of one's own, and who else is here. */
export function peoplePanel({ session, view, me, announce }) {
  const element = document.createElement('div');
  const list = document.createElement('ul');
  list.className = 'roster';
  element.append(standing(session, me), nameField(me), colorField(me), heading('Also here'), list);
  session.on('presence', (peers) => fill(list, { peers, session, view, announce }));
  session.on('status', () => fill(list, { peers: session.peers, session, view, announce }));
  fill(list, { peers: session.peers, session, view, announce });
  return { id: 'people', label: 'People', element };
}

/** Moves the view to where somebody is, or says that they are nowhere yet. */
export function jumpTo({ session, view, announce }, peer) {
  if (scrollToPeer(session, view, peer.client)) {
    announce(`Showing where ${peer.user} is`);
  } else {
    announce(`${peer.user} has not put the caret anywhere yet`);
  }
}

/** Who this is for the server, and what they may do. */
function standing(session, me) {
  const words = document.createElement('p');
  words.id = 'standing';
  const show = () => {
    const text = [whoIsHere(), rightOf(session.status)].filter((sentence) => sentence !== '').join(' ');
    if (words.textContent !== text) {
      words.textContent = text;
    }
    words.hidden = text === '';
  };
  session.on('status', show);
  me.onChange(show);
  return words;
}

function nameField(me) {
  const label = document.createElement('label');
  label.className = 'field';
  const input = document.createElement('input');
  Object.assign(input, { id: 'my-name', type: 'text', maxLength: LONGEST_NAME, autocomplete: 'off', spellcheck: false });
  input.addEventListener('change', () => me.set({ user: input.value }));
  me.onChange(({ user }) => {
    input.value = user;
    label.hidden = me.hasKnownName;
  });
  label.append('Your name', input);
  return label;
}

function colorField(me) {
  const field = document.createElement('fieldset');
  field.className = 'field';
  const legend = document.createElement('legend');
  legend.textContent = 'Your colour';
  const swatches = document.createElement('div');
  swatches.className = 'swatches';
  COLORS.forEach((color, i) => {
    const input = document.createElement('input');
    Object.assign(input, { type: 'radio', name: 'my-color', value: color, className: 'swatch' });
    input.setAttribute('aria-label', COLOR_NAMES[i]);
    input.style.setProperty('--who', color);
    input.addEventListener('change', () => me.set({ color }));
    swatches.append(input);
  });
  me.onChange(({ color }) => {
    field.hidden = me.hasKnownColor;
    swatches.querySelectorAll('input').forEach((input) => {
      input.checked = input.value === color;
    });
  });
  field.append(legend, swatches);
  return field;
}

function heading(text) {
  const element = document.createElement('h2');
  element.textContent = text;
  return element;
}

function fill(list, { peers, session, view, announce }) {
  const shown = JSON.stringify([session.status.connection, peers.map(({ client, user, color, cursor, away }) => [client, user, color, cursor > 0, away])]);
  if (list.dataset.shown === shown) {
    return;
  }
  list.dataset.shown = shown;
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.client : null;
  list.replaceChildren(
    ...peers.map((peer) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = 'person';
      button.dataset.client = peer.client;
      const name = document.createElement('span');
      name.className = 'person-name';
      name.textContent = peer.user;
      const where = document.createElement('span');
      where.className = 'person-where';
      const place = placeOf(session, peer) === null ? 'reading' : 'go there';
      where.textContent = peer.away ? `away, ${place}` : place;
      button.append(avatarOf(peer), name, where);
      button.addEventListener('click', () => jumpTo({ session, view, announce }, peer));
      const item = document.createElement('li');
      item.append(button);
      return item;
    }),
  );
  if (peers.length === 0) {
    const nobody = document.createElement('li');
    nobody.className = 'nobody';
    nobody.textContent = session.status.connection === 'live' ? 'Nobody else yet. Copy the link and send it to somebody.' : 'Not known while away.';
    list.append(nobody);
  }
  if (focused !== null) {
    list.querySelector(`[data-client="${CSS.escape(focused)}"]`)?.focus();
  }
}
