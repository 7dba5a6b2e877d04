// Compares what replies show with the messages that they reply to. Each comparison gives one sentence for
// each difference.

import type { Message, Referenced } from './protocol.ts'

const excerptMax = 140

export const excerptOf = (content: string): string => [...content].slice(0, excerptMax).join('')

/**
 * A reply shows the message that it replies to as that is, or not at all.
 * @param history all messages that are not deleted
 */
export function compareReferenced(
  name: string,
  shown: readonly Message[],
  history: readonly Message[],
): string[] {
  const messages = new Map(history.map((message) => [message.id, message]))
  return shown.flatMap(({ id, reply_to, referenced }) => {
    if (!referenced) return []
    if (referenced.id !== reply_to)
      return [`${name}: ${id} replies to ${reply_to} and shows ${referenced.id}`]
    const difference = differenceTo(referenced, messages.get(referenced.id))
    return difference === null ? [] : [`${name}: ${id} shows ${referenced.id} ${difference}`]
  })
}

function differenceTo({ excerpt, is_deleted, user_id }: Referenced, target?: Message) {
  const expected = target === undefined ? '' : excerptOf(target.content)
  if (is_deleted !== (target === undefined)) return is_deleted ? 'as deleted' : 'which was deleted'
  if (excerpt !== expected) return `as ${excerpt}, and it is ${expected}`
  return target && target.user_id !== user_id ? `as of ${user_id}` : null
}
