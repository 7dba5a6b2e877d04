// What messages of the campaign refer to: which messages they reply to, and whom they mention.

import type { Random } from '../../harness/random.ts'
import type { ClientView } from '../../kit/client-view.ts'
import type { Member, Message } from '../../kit/protocol.ts'

export type References = Pick<Message, 'reply_to' | 'mentions'>

const repliesShare = 0.35
const mentionsShare = 0.2
const mentionsMax = 3
const recent = 40

/** Replies are to recent messages, of which some are deleted or purged by now, and to any other. */
export function newReferences(
  view: ClientView,
  { people, random }: { people: readonly Member[]; random: Random },
): References {
  const shown = view.shown()
  const target = random.pick(random.chance(0.8) ? shown.slice(-recent) : shown)
  const mentioned = random.some(people, random.between(1, mentionsMax))
  return {
    ...(target && random.chance(repliesShare) && { reply_to: target.id }),
    ...(random.chance(mentionsShare) && { mentions: mentioned.map(({ id }) => id) }),
  }
}

/** Whether two messages refer to the same. The order of the mentions does not count. */
export function areSame(one: References, other: References): boolean {
  return keyOf(one) === keyOf(other)
}

const keyOf = ({ reply_to, mentions = [] }: References): string =>
  [reply_to, ...[...new Set(mentions)].sort()].join(' ')
