// The part of a text that is shown with a hit of the search.

import { limits } from '../contract/values.ts'
import { findTerm, type TextRange } from './folded-text.ts'

/** Code points of the text before the first match, so that one can see what it is about. */
const leadMax = 60
/** How far a cut is moved, so that it does not go through a word; in code points. */
const moveMax = 20

export type Excerpt = { excerpt: string; matches: TextRange[] }

const isSpace = (character: string | undefined) => /^\s$/u.test(character ?? '')

/** The first of these places behind a space, as no word is cut there; else the first place. */
function startOfWord(characters: string[], from: number, to: number): number {
  for (let at = from; at <= to; at++) if (isSpace(characters[at - 1])) return at
  return from
}

/** The last of these places before a space; else the last place. */
function endOfWord(characters: string[], from: number, to: number): number {
  for (let at = to; at >= from; at--) if (isSpace(characters[at])) return at
  return to
}

/** @param term folded; without a match the excerpt is the beginning of the text */
export function excerptAround(text: string, term: string): Excerpt {
  const { excerptMax } = limits.search
  const characters = [...text]
  const matches = findTerm(text, term)
  const first = matches[0] ?? { start: 0, end: 0 }
  const wholeFrom = Math.max(0, characters.length - excerptMax)
  const lead = Math.max(0, Math.min(first.start - leadMax, wholeFrom))
  const start = lead && startOfWord(characters, lead, Math.min(lead + moveMax, first.start))
  const cut = start + excerptMax
  const end =
    cut >= characters.length
      ? characters.length
      : endOfWord(characters, Math.max(cut - moveMax, first.end), cut)
  return {
    excerpt: characters.slice(start, end).join(''),
    matches: matches
      .filter((match) => match.start < end)
      .map((match) => ({ start: match.start - start, end: Math.min(match.end, end) - start })),
  }
}
