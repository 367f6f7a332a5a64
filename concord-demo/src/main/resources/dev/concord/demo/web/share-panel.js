import { ask, make } from './ask.js';

const RIGHTS = { read: 'read', write: 'read and write', admin: 'administer' };
const TIMES = { '8h': 'eight hours', '7d': 'a week', '30d': 'thirty days', '366d': 'a year' };

/** Links to the room and the rights of people, for whoever administers it. */
export function sharePanel({ room, announce }) {
  const status = make('p', { className: 'assist-status', role: 'status' });
  const made = make('div', { className: 'shared-link', hidden: true });
  const links = make('ul', { className: 'hits', id: 'share-links' });
  const people = make('ul', { className: 'hits', id: 'share-people' });
  const right = choice('share-right', { read: RIGHTS.read, write: RIGHTS.write, admin: RIGHTS.admin });
  const expires = choice('share-expires', TIMES, '7d');
  const linkForm = make(
    'form',
    { id: 'share-form' },
    make('label', { className: 'field' }, 'Whoever has the link may', right),
    make('label', { className: 'field' }, 'for', expires),
    make('button', { type: 'submit', className: 'primary', textContent: 'Make a link', id: 'share-make' }),
  );
  const user = make('input', { type: 'text', id: 'share-user', maxLength: 256, autocomplete: 'off', spellcheck: false, required: true });
  const userRight = choice('share-user-right', { ...RIGHTS, none: 'do nothing' });
  const userForm = make(
    'form',
    {},
    make('label', { className: 'field' }, 'User, as the sign-in names them', user),
    make('label', { className: 'field' }, 'may', userRight),
    make('button', { type: 'submit', className: 'plain', textContent: 'Set', id: 'share-set' }),
  );
  linkForm.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      const link = await ask(room, 'links', { method: 'POST', body: { right: right.value, expires: expires.value } });
      show(new URL(link.link, location.href).href);
      await refresh();
    });
  });
  userForm.addEventListener('submit', (event) => {
    event.preventDefault();
    attempt(async () => {
      const name = user.value.trim();
      await ask(room, `access/${encodeURIComponent(name)}`, { method: 'PUT', body: { right: userRight.value } });
      user.value = '';
      announce(`${name} may ${userRight.selectedOptions[0].textContent}`);
      await refresh();
    });
  });
  return {
    id: 'share',
    label: 'Share',
    element: make('div', {}, linkForm, made, make('h2', {}, 'Links'), links, make('h2', {}, 'People'), people, userForm, status),
    shown: () => attempt(refresh),
  };

  /** A key is shown once: the server keeps its id only. */
  function show(link) {
    const field = make('input', { type: 'text', id: 'share-link', readOnly: true, value: link });
    field.addEventListener('focus', () => field.select());
    const copy = make('button', { type: 'button', className: 'plain', textContent: 'Copy', id: 'share-copy' });
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(link);
        announce('Link copied');
        copy.textContent = 'Copied';
      } catch {
        field.focus();
      }
    });
    made.replaceChildren(make('label', { className: 'field' }, 'The new link. It is shown only now.', field), copy);
    made.hidden = false;
    field.focus();
  }

  async function refresh() {
    const [allLinks, access] = await Promise.all([ask(room, 'links'), ask(room, 'access')]);
    fill(links, allLinks, 'No links.', (link) =>
      row(`May ${RIGHTS[link.right] ?? link.right}, until ${dateOf(link.expires)}`, 'End', `links/${encodeURIComponent(link.id)}`, 'Link ended'),
    );
    fill(people, access, 'Nobody has a right of their own here.', (one) =>
      row(`${one.user} may ${RIGHTS[one.right] ?? 'do nothing'}`, 'Take back', `access/${encodeURIComponent(one.user)}`, 'Taken back'),
    );
  }

  function row(words, action, path, done) {
    const button = make('button', { type: 'button', className: 'plain', textContent: action });
    button.addEventListener('click', () =>
      attempt(async () => {
        await ask(room, path, { method: 'DELETE' });
        announce(done);
        await refresh();
      }),
    );
    return make('li', {}, make('span', {}, words), button);
  }

  async function attempt(action) {
    status.textContent = '';
    try {
      await action();
    } catch (error) {
      status.textContent = error.message;
    }
  }
}

function fill(list, items, none, draw) {
  list.replaceChildren(...(items.length === 0 ? [make('li', { className: 'quiet' }, none)] : items.map(draw)));
}

function choice(id, words, chosen = Object.keys(words)[0]) {
  const options = Object.entries(words).map(([value, text]) => make('option', { value, textContent: text, selected: value === chosen }));
  return make('select', { id }, ...options);
}

function dateOf(seconds) {
  return new Date(seconds * 1_000).toLocaleString();
}
