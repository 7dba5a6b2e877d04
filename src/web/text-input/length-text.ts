// The texts about the length of a text.

import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'

/** The hint is shown when at most so many code points are left. */
const shownBelow = 200

export function lengthHint(length: number, max: number): string | null {
  if (length > max) return fill(strings.valueTooMany, { value: (length - max).toLocaleString() })
  return max - length <= shownBelow ? `${max - length} left` : null
}

/** @param characters that the field would have with the inserted text */
export function insertionRefusal(characters: number, max: number): string {
  const [all, most] = [characters.toLocaleString(), max.toLocaleString()]
  return fill(strings.notInsertedTheTextWouldHaveAll, { all, most })
}
