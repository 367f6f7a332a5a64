import { credentials } from './key.js';

/** Asks this server about a room. What it refuses is thrown as an error whose message is for people and whose `code` is for programs. */
export async function ask(room, path, { method = 'GET', body, signal } = {}) {
  let response;
  try {
    response = await fetch(`/rooms/${encodeURIComponent(room)}/${path}`, {
      method,
      signal,
      headers: body === undefined ? credentials : { ...credentials, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    throw signal?.aborted ? error : Object.assign(new Error('The server cannot be reached at the moment.'), { code: 'unreachable' });
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) {
    throw Object.assign(new Error(sentence(answer.detail ?? response.statusText)), { code: answer.code ?? 'unknown' });
  }
  return answer;
}

function sentence(text) {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** An element with properties and children; strings become text, never markup. */
export function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}
