// The form of a text in which it is searched: without differences of case, of compatible characters and of
// how accents are composed. Postgres stores this form, because what it would make itself depends on the
// locale of a database.

/** A part of a text, in code points; `end` is the first one behind it. */
export type TextRange = { start: number; end: number }

const notAscii = /[^\0-\x7f]/

/**
 * Lower, upper and lower case again: a letter may have two small forms, as the Greek sigma has, or two
 * capital ones, as the German sharp s. Turkish has an i with a dot in both cases, and one without.
 */
export function folded(text: string): string {
  // Most texts need none of the normal forms, which take time.
  if (!notAscii.test(text)) return text.toLowerCase()
  return text
    .normalize('NFKD')
    .toLowerCase()
    .toUpperCase()
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll('ς', 'σ')
    .replaceAll('i\u0307', 'i')
}

/**
 * A character with the marks on it, whose order and composition may differ, is folded as one. Two marks of
 * half the width count as letters for Unicode.
 */
const character = /[^\p{M}\uff9e\uff9f][\p{M}\uff9e\uff9f]*|[\p{M}\uff9e\uff9f]+/gu

const codePoints = (text: string) => [...text].length

/**
 * Where a term is in a text, from the left and without overlaps. A character that is found in part, such as
 * a letter without its accent, counts as found.
 * @param term folded
 */
export function findTerm(text: string, term: string): TextRange[] {
  if (term === '' || !folded(text).includes(term)) return []
  const characters = text.match(character) ?? []
  const pieces = characters.map(folded)
  const whole = pieces.join('')
  const found: TextRange[] = []
  // Where the walk is: characters, code points of the text, and UTF-16 units of the folded text.
  let at = 0
  let start = 0
  let unit = 0
  const width = () => codePoints(characters[at] ?? '')
  const walkTo = (target: number) => {
    while (at < pieces.length && unit + (pieces[at] ?? '').length <= target) {
      start += width()
      unit += (pieces[at++] ?? '').length
    }
  }
  for (let hit = whole.indexOf(term); hit >= 0; hit = whole.indexOf(term, hit + term.length)) {
    walkTo(hit)
    const first = start
    walkTo(hit + term.length - 1)
    found.push({ start: first, end: start + width() })
  }
  return found
}
