/** What stands for text that is known as deleted only. */
const PLACEHOLDER = /^\uFFFD+$/;

/** Whether an operation may stand for text that is known here only as deleted. */
export function isPlaceholder({ kind, value }) {
  return kind === 'insert' && PLACEHOLDER.test(value);
}

/**
 * An order in which to apply operations to a document that may have the text itself: while that is visible, a placeholder contradicts it, so what
 * deletes it goes first. `operationOf` gives an item's operation.
 */
export function placeholdersLast(items, operationOf = (operation) => operation) {
  const isLast = (item) => isPlaceholder(operationOf(item));
  return [...items.filter((item) => !isLast(item)), ...items.filter(isLast)];
}
