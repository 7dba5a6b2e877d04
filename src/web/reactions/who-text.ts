// Says who reacted with an emoji, in one sentence.

import type { PersonReactions } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill, plural } from '../strings/fill.ts'
import type { Chip } from './chips-of.ts'

/** More people are only counted. */
const namedMax = 8

const lists = new Intl.ListFormat(strings.dateLanguage, { type: 'conjunction' })
/** A name has a text direction of its own. */
const isolated = (name: string) => `\u2068${name}\u2069`

/** @param people others and perhaps the user, who is named first */
export function whoText(
  { emoji, count, isOwn }: Chip,
  people: readonly Pick<PersonReactions, 'user_id' | 'username'>[],
  userId: string,
): string {
  const others = people.filter(({ user_id }) => user_id !== userId)
  const names = [
    ...(isOwn ? [strings.you] : []),
    ...others.map(({ username }) => isolated(username)),
  ].slice(0, namedMax)
  const more = count - names.length
  const all = more > 0 ? [...names, plural(strings.countMore, more)] : names
  return fill(strings.peopleReactedWithEmoji, { people: lists.format(all), emoji })
}
