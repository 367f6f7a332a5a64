import { fragment } from './key.js';

const $ = (id) => document.getElementById(id);

$('open').addEventListener('submit', (event) => {
  event.preventDefault();
  const room = $('room').value.trim();
  if (room !== '') {
    location.href = `/editor/${encodeURIComponent(room)}${fragment}`;
  }
});
$('hint').textContent =
  fragment === ''
    ? 'This address has no key. Ask whoever runs this server for a link, unless it lets everybody in.'
    : 'Your link is your key: whoever has it may do what you may. Keep it, and make links of their own for others.';
