/** The hooks on a server, where no effect runs and nobody is connected. Without React, as before `npm ci`, this is skipped. */
import assert from 'node:assert/strict';
import { test } from 'node:test';

const react = await import('react').catch(() => null);

test('a component renders on a server', { skip: react === null ? 'run npm ci first' : false }, async () => {
  const { renderToString } = await import('react-dom/server');
  const { useConcord, useSession } = await import('../../src/react.js');
  const Page = () => {
    const session = useSession({ room: 'notes', base: 'https://concord.example' });
    const { text, status, peers } = useConcord(session);
    return react.createElement('p', null, `${session}|${text}|${status.connection}|${peers.length}|${status.saved}`);
  };
  assert.equal(renderToString(react.createElement(Page)), '<p>null||connecting|0|false</p>');
});
