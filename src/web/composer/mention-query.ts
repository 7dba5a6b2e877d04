// What is being typed after an `@`, and the people whose names begin like it.

import type { Member } from '../../client/contract.ts'
import { startsMention } from '../text/mention-text.ts'
import type { Typed } from './typed.ts'

/** UTF-16 units. No username is longer. */
const queryMax = 100

/** @returns what is between the `@` and the caret; null: the caret is not in a mention */
export function mentionQuery(text: string, caret: number): Typed | null {
  const start = text.lastIndexOf('@', caret - 1)
  if (start < 0 || start >= caret || caret - start > queryMax || !startsMention(text, start))
    return null
  const query = text.slice(start + 1, caret)
  return /^\s|\n/.test(query) ? null : { start, query }
}

const folded = (text: string) => text.normalize('NFKC').toLowerCase()

/** Names that begin with the query come before those in which a later word begins with it. */
export function matchingPeople(
  query: string,
  people: readonly Member[],
  max: number,
): readonly Member[] {
  const wanted = folded(query)
  const rankOf = ({ username }: Member) => {
    const name = folded(username)
    if (name.startsWith(wanted)) return 0
    return name.split(/[\s_.-]+/u).some((word) => word.startsWith(wanted)) ? 1 : 2
  }
  const ranked = people.map((person) => ({ person, rank: rankOf(person) }))
  const matching = ranked.filter(({ rank }) => rank < 2).toSorted((a, b) => a.rank - b.rank)
  return matching.slice(0, max).map(({ person }) => person)
}
