// The texts about the length of a text.

/** The hint is shown when at most so many code points are left. */
const shownBelow = 200

export function lengthHint(length: number, max: number): string | null {
  if (length > max) return `${(length - max).toLocaleString()} too many`
  return max - length <= shownBelow ? `${max - length} left` : null
}

/** @param characters that the field would have with the inserted text */
export function insertionRefusal(characters: number, max: number): string {
  const [all, most] = [characters, max].map((number) => number.toLocaleString())
  return `Not inserted: the text would have ${all} characters. At most ${most} are allowed.`
}
