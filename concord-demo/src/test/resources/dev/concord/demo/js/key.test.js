import { holderOf } from '../src/key.js';
import { Me } from '../src/me.js';
import { assert, assertEquals } from './assert.js';

function tokenOf(claims) {
  const part = (value) => {
    const bytes = new TextEncoder().encode(JSON.stringify(value));
    return btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  };
  return `${part({ alg: 'HS256' })}.${part(claims)}.c2ln`;
}

export const tests = {
  'a key says whose it is, or that it is a link'() {
    const ann = holderOf(tokenOf({ sub: 'ann', name: 'Änn ✍', color: '#0e7490', rooms: { notes: 'write', 'team-*': 'read' } }));
    assertEquals('ann Änn ✍ #0e7490 false notes,team-*', `${ann.user} ${ann.name} ${ann.color} ${ann.isLink} ${ann.rooms}`, 'a user');
    const link = holderOf(tokenOf({ sub: 'open-1', jti: 'open-1', rooms: { notes: 'read' } }));
    assertEquals('true notes null', `${link.isLink} ${link.rooms} ${link.name}`, 'a link');
  },

  'a key that cannot be read is nobody, whatever is in it'() {
    for (const token of ['', 'secret', 'a.b.c', '..', `x.${btoa('{')}.y`, `x.${btoa('null')}.y`]) {
      assertEquals(null, holderOf(token), JSON.stringify(token));
    }
    const odd = holderOf(tokenOf({ sub: 7, name: '', jti: 7, rooms: null }));
    assertEquals('null null false 0', `${odd.user} ${odd.name} ${odd.isLink} ${odd.rooms.length}`, 'odd claims');
  },

  'whoever has signed in has the name of the sign-in, and keeps the own one for other times'() {
    localStorage.removeItem('concord.me');
    const plain = new Me();
    plain.set({ user: 'Me' });
    const seen = [];
    const known = new Me({ name: 'Ann', color: null });
    known.onChange(({ user }) => seen.push(user));
    assert(known.hasKnownName && !known.hasKnownColor, 'what is known');
    known.set({ color: '#be185d' });
    assertEquals('Ann #be185d', `${known.user} ${known.color}`, 'shown');
    known.recognise(null);
    assertEquals('Ann,Ann,Me', seen.join(), 'what listeners were given');
    assertEquals('Me', new Me().user, 'kept');
  },
};
