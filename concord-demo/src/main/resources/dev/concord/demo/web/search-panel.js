import { ask, make } from './ask.js';
import { fragment } from './key.js';

/** Other texts by meaning: those about a question, and those about the same as this one. */
export function searchPanel({ room, announce }) {
  const input = make('input', { type: 'text', id: 'search-question', maxLength: 4000, autocomplete: 'off' });
  const found = make('ul', { className: 'hits', id: 'search-hits' });
  const related = make('ul', { className: 'hits', id: 'backlinks' });
  const status = make('p', { className: 'assist-status', role: 'status' });
  const form = make('form', {}, make('label', { className: 'field' }, 'Find texts about', input), make('button', { type: 'submit', className: 'plain', textContent: 'Search', id: 'search-go' }));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (input.value.trim() !== '' && (await fill(found, `search?k=10&q=${encodeURIComponent(input.value)}`, 'Nothing found.'))) {
      announce(`${found.querySelectorAll('a').length} texts found`);
    }
  });
  return {
    id: 'search',
    label: 'Related',
    element: make('div', {}, form, found, make('h2', {}, 'About the same as this text'), related, status),
    shown: () => fill(related, 'backlinks?k=5', 'None yet.'),
  };

  async function fill(list, path, none) {
    try {
      const hits = await ask(room, path);
      list.replaceChildren(...(hits.length === 0 ? [make('li', { className: 'quiet' }, none)] : hits.map(hit)));
      status.textContent = '';
      return true;
    } catch (error) {
      status.textContent = error.message;
      return false;
    }
  }

  function hit({ room_id: id, similarity }) {
    const near = `${Math.round(Math.max(0, similarity) * 100)} %`;
    return make('li', {}, make('a', { href: `/editor/${encodeURIComponent(id)}${fragment}`, textContent: id }), make('span', { className: 'quiet', title: 'How near in meaning' }, near));
  }
}
