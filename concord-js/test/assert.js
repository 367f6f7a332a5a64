function show(value) {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}

export function assert(condition, message) {
  if (!condition) {
    throw new Error(message);
  }
}

export function assertEquals(expected, actual, message) {
  if (expected !== actual) {
    throw new Error(`${message}: expected ${show(expected)}, but was ${show(actual)}`);
  }
}

export function assertBytes(expected, actual, message) {
  assertEquals(hex(expected), hex(actual), message);
}

/** Returns what was thrown, which must be of the type. */
export function assertThrows(type, action, message) {
  try {
    action();
  } catch (error) {
    assert(error instanceof type, `${message}: expected ${type.name}, but got ${error}`);
    return error;
  }
  throw new Error(`${message}: expected ${type.name}, but nothing was thrown`);
}

export function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Waits until the condition holds, at most a minute; there is no fixed pause in any test. */
export async function eventually(condition, message) {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) {
      throw new Error(`${message} did not happen`);
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
