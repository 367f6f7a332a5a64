// In an address, . and .. are resolved as directories.
const ROOM = /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/;

/** The room that the address asks for. An address without one gets a new room, which nobody else is in, and keeps it: a demonstration has made-up people. */
export function roomOfItsOwn(kind) {
  const asked = askedIn(location.search);
  if (asked !== null) {
    return asked;
  }
  const address = new URL(location.href);
  const room = `${kind}-${crypto.getRandomValues(new Uint32Array(2)).reduce((name, number) => name + number.toString(36), '')}`;
  address.searchParams.set('room', room);
  history.replaceState(null, '', address);
  return room;
}

function askedIn(search) {
  const asked = new URLSearchParams(search).get('room');
  return asked !== null && ROOM.test(asked) ? asked : null;
}
