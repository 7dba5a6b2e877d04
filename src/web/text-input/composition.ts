// Distinguishes keys of an input method, which composes a word, from keys for the page.

/** The key code of every key that an input method handles. */
const inputMethodKeyCode = 229

/**
 * Whether this key belongs to a composition. Safari ends the composition before it reports the key
 * that ended it: then `isComposing` is false, and only the key code is right.
 */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === inputMethodKeyCode
}
