// Brings spellings that look alike on the screen into one form. The form is only for comparison and
// must never be shown.

import { characterKinds, kindOf } from './character-kinds.ts'

/**
 * NFKC sorts the marks of a letter in time that is quadratic in their number. No language needs more
 * than 30 in a row (UAX #15, "Stream-Safe Text Format").
 */
const marksMax = 30

/** NFKC, without invisible characters and skin tones. */
export function withoutDisguise(text: string): string {
  let kept = ''
  let from = 0
  let marks = 0
  for (let at = 0; at < text.length; ) {
    const codePoint = text.codePointAt(at) as number
    const end = at + (codePoint > 0xffff ? 2 : 1)
    const kind = kindOf(codePoint)
    if (kind === characterKinds.mark) marks++
    else if (kind !== characterKinds.invisible) marks = 0
    if (kind === characterKinds.invisible || marks > marksMax) {
      kept += text.slice(from, at)
      from = end
    }
    at = end
  }
  return (kept + text.slice(from)).normalize('NFKC')
}

/** One form for all spellings that differ only in case, as well. */
export function comparable(text: string): string {
  // Some small letters differ only until they are capitals: ſ and s, ς and σ.
  const folded = withoutDisguise(text).toUpperCase().toLowerCase()
  // What is left is ẞ, the last letter of a Greek word, and İ as a letter with a dot upon a dot.
  const plain = folded.replaceAll('ß', 'ss').replaceAll('ς', 'σ').replaceAll('i\u0307', 'i')
  return plain.normalize('NFKC')
}
