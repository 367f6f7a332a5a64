import { inkOn } from './concord.js';
import { initialsOf } from './identity.js';

// More than this would push the tools out of the line.
const MAX_SHOWN = 5;
// Those who are here when the page comes are announced together.
const ARRIVAL_MS = 700;

/** A round mark with somebody's initials in their colour. */
export function avatarOf({ user, color }) {
  const mark = document.createElement('span');
  mark.className = 'avatar';
  mark.setAttribute('aria-hidden', 'true');
  mark.style.setProperty('--who', color);
  mark.style.setProperty('--who-ink', inkOn(color));
  mark.textContent = initialsOf(user);
  return mark;
}

/**
 * Who is here as a row of marks: oneself, which opens the panel, then the others, each of which leads to where they are. Tells of those
 * who come and go.
 */
export function showPeople(list, { session, me, announce, onMe, onPeer }) {
  const others = new Map();
  let arriving = null;
  const draw = () => {
    const { peers } = session;
    const shown = peers.slice(0, peers.length > MAX_SHOWN ? MAX_SHOWN - 1 : MAX_SHOWN);
    const key = JSON.stringify([me.user, me.color, peers.length, shown.map(({ client, user, color }) => [client, user, color])]);
    if (list.dataset.shown === key) {
      return;
    }
    list.dataset.shown = key;
    const focused = list.contains(document.activeElement) ? document.activeElement.dataset.client : null;
    const marks = [
      mark(me, `You, ${me.user}${me.hasKnownName ? '' : ': change name and colour'}`, 'me', onMe),
      ...shown.map((peer) => mark(peer, `${peer.user}: go there`, peer.client, () => onPeer(peer))),
    ];
    if (shown.length < peers.length) {
      const rest = peers.slice(shown.length).map(({ user }) => user);
      marks.push(mark({ user: `+ ${rest.length}`, color: '#475569' }, `${rest.length} more: ${rest.join(', ')}`, 'more', onMe, `+${rest.length}`));
    }
    list.replaceChildren(...marks);
    if (focused !== null) {
      list.querySelector(`[data-client="${CSS.escape(focused)}"]`)?.focus();
    }
  };
  const tell = () => {
    arriving = null;
    const now = new Map(session.peers.map(({ client, user }) => [client, user]));
    const come = [...now].filter(([client]) => !others.has(client)).map(([, user]) => user);
    const gone = [...others].filter(([client]) => !now.has(client)).map(([, user]) => user);
    others.clear();
    now.forEach((user, client) => others.set(client, user));
    if (session.status.connection !== 'live') {
      // One's own going says nothing of the others.
      others.clear();
      return;
    }
    const parts = [come.length > 0 ? `${together(come)} joined` : '', gone.length > 0 ? `${together(gone)} left` : ''];
    const text = parts.filter((part) => part !== '').join(', ');
    if (text !== '') {
      announce(text);
    }
  };
  session.on('presence', () => {
    draw();
    arriving ??= setTimeout(tell, ARRIVAL_MS);
  });
  me.onChange(draw);
}

function mark(person, label, client, action, text) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'who';
  button.dataset.client = client;
  button.setAttribute('aria-label', label);
  button.title = label;
  const avatar = avatarOf(person);
  if (text !== undefined) {
    avatar.textContent = text;
  }
  button.append(avatar);
  button.addEventListener('click', action);
  const item = document.createElement('li');
  item.append(button);
  return item;
}

function together(names) {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
