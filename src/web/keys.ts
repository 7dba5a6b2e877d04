// Keys that a person presses, as opposed to keys that an input method uses to build a word.

/** The key code of every key that an input method takes for itself. */
const takenByInputMethod = 229

/**
 * Whether this key belongs to a composition. Safari ends the composition before it tells of the key
 * that ended it: `isComposing` is false by then, and only the key code is right.
 */
export function isComposing({ isComposing, keyCode }: KeyboardEvent): boolean {
  return isComposing || keyCode === takenByInputMethod
}
