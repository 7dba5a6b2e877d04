// Splits the excerpt of a search hit at what was found.

import type { Hit } from '../../client/contract.ts'

export type ExcerptPart = { readonly text: string; readonly isMatch: boolean }

/** The parts together are the whole excerpt. Its offsets count code points. */
export function excerptParts({
  excerpt,
  matches,
}: Pick<Hit, 'excerpt' | 'matches'>): ExcerptPart[] {
  const characters = [...excerpt]
  const textOf = (from: number, to: number) => characters.slice(from, to).join('')
  const parts: ExcerptPart[] = []
  let done = 0
  for (const { start, end } of matches) {
    parts.push({ text: textOf(done, start), isMatch: false })
    parts.push({ text: textOf(start, end), isMatch: true })
    done = end
  }
  parts.push({ text: textOf(done, characters.length), isMatch: false })
  return parts.filter(({ text }) => text !== '')
}
