const ROOM = /^[A-Za-z0-9._~-]{1,128}$/;

/** The room that the address asks for, the common one by default. */
export function roomAsked(search = location.search) {
  const asked = new URLSearchParams(search).get('room');
  return asked !== null && ROOM.test(asked) ? asked : 'demo';
}
