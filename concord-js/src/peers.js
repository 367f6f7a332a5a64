// The luminance on which black and white are equally easy to read.
const EVEN_LUMINANCE = 0.179;

/**
 * Where somebody's caret and the other end of their selection stand in this client's text, as `{caret, anchor}`; null when they have
 * put the caret nowhere yet.
 */
export function placeOf(session, peer) {
  if (peer.caret === undefined && !(peer.cursor > 0)) {
    return null;
  }
  const caret = offsetOf(session, peer.caret, peer.cursor);
  return { caret, anchor: offsetOf(session, peer.anchor, caret) };
}

/** What tells whether somebody has moved their caret: it stays the same while only the text around it changes. */
export function anchorageOf(peer) {
  return JSON.stringify(peer.caret ?? peer.cursor);
}

/** Black or white, whichever can be read on a colour `#rgb` or `#rrggbb`. */
export function inkOn(color) {
  const digits = color.slice(1);
  const wide = digits.length < 6 ? Array.from(digits, (digit) => digit + digit).join('') : digits;
  const [red, green, blue] = [0, 2, 4].map((at) => linear(Number.parseInt(wide.slice(at, at + 2), 16) / 255));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > EVEN_LUMINANCE ? '#000' : '#fff';
}

function offsetOf(session, caret, fallback) {
  const offset = caret === undefined ? null : session.document.offsetOfCaret(caret);
  const flat = Number.isInteger(fallback) ? fallback : 0;
  return Math.max(0, Math.min(session.document.length, offset ?? flat));
}

function linear(channel) {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
