/** Names and colours that are made up for those who have chosen none. The colours are dark enough for white text on them. */
export const NAMES = ['Ada', 'Bela', 'Chidi', 'Dalia', 'Emre', 'Farah', 'Goran', 'Hana', 'Ines', 'Jonas', 'Kerim', 'Lea'];
export const COLORS = ['#0f766e', '#c2410c', '#6d28d9', '#be185d', '#1d4ed8', '#4d7c0f', '#a16207', '#0e7490'];

export const COLOR_NAMES = ['Teal', 'Rust', 'Violet', 'Pink', 'Blue', 'Olive', 'Ochre', 'Cyan'];

export const LONGEST_NAME = 32;

/** What this browser has kept under a key, if it passes; null otherwise, also where nothing may be kept. */
export function recall(key, isSound) {
  try {
    const kept = JSON.parse(localStorage.getItem(key));
    return isSound(kept) ? kept : null;
  } catch {
    return null;
  }
}

/** Keeps a value; a page that may not store anything goes on without. */
export function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // See above.
  }
}

export function isPerson(person) {
  return typeof person?.user === 'string' && person.user !== '' && COLORS.includes(person.color);
}

/** Somebody with a name and a colour that differ from those of `index` plus or minus one. */
export function makePerson(start, index = 0) {
  return { user: NAMES[(start + index * 5) % NAMES.length], color: COLORS[(start + index) % COLORS.length] };
}

/** The initials of a name, two at most; whole characters, whatever they are made of. */
export function initialsOf(user) {
  const words = user.trim().split(/\s+/u).filter((word) => word !== '');
  const first = words.slice(0, 2).map((word) => firstCharacter(word));
  return first.join('').toLocaleUpperCase() || '?';
}

function firstCharacter(word) {
  if (Intl.Segmenter === undefined) {
    return Array.from(word)[0];
  }
  const [{ segment }] = new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(word);
  return segment;
}
