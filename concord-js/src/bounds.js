/** The bounds of docs/FORMAT.md, one place for each. The Java engine has the same, held by a fixture that both read. */

/** 2^53-1, what a double still tells from its neighbours. */
export const MAX_COUNTER = Number.MAX_SAFE_INTEGER;

/**
 * 2^30: the elements of an operation, of a state, of a document with what waits, and those whose delete waits. A run of tombstones costs
 * two bytes whatever its length; this bounds what a hostile one can make others count.
 */
export const MAX_ELEMENTS = 2 ** 30;

export const MAX_SITE_LENGTH = 64;

/** Characters of six random bits each. */
export const RANDOM_SITE_LENGTH = 12;
