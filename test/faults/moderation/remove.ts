// Deletes messages of other people: one of them, or all of the last seconds.

import { firstIdAt } from '../../kit/ids.ts'
import { callUntilAnswered } from '../call-until-answered.ts'
import { deleteMessage, mayBeGone } from '../own-message.ts'
import { type Acting, authorsOf } from './team.ts'

const clockSlackMs = 1_000

/** Each try that arrives is a purge of its own, and covers what was sent until then. */
export async function purgeSomebody({ parts, random, team }: Acting): Promise<void> {
  const { record, checker, metrics, members } = team
  const target = random.pick(members)
  if (!target) return
  const since = Date.now() - random.between(1_000, 10_000)
  const from_id = firstIdAt(since)
  const end = checker.purges.ask({ user_id: target.id, from_id })
  const reason = record.nextReason('purge')
  metrics.count('calls of moderators')
  const { body, refusal, isUncertain } = await callUntilAnswered(parts, {
    method: 'POST',
    path: `/users/${target.id}/purge`,
    body: { since: new Date(since).toISOString(), reason },
  })
  const endNow = () => end(firstIdAt(Date.now() + clockSlackMs))
  if (isUncertain) record.whenSettled(endNow)
  else endNow()
  if (refusal !== null) return
  metrics.count('purges')
  const { messages } = body as { messages: number }
  metrics.count('messages purged', messages)
  // Without a message since then, there is nothing to purge.
  if (messages === 0) return
  const by = parts.account.id
  record.answered.push({ action: 'purge', by, target: target.id, reason, messageId: null })
}

export async function deleteSomething({ parts, random, team }: Acting): Promise<void> {
  const { record, metrics, members } = team
  const target = random.pick(members)
  if (!target) return
  const own = authorsOf(team, target).flatMap(({ accepted }) => [...accepted.values()])
  const message = random.pick(own.filter((one) => !mayBeGone(parts, one)).slice(-10))
  if (!message) return
  metrics.count('calls of moderators')
  if (!(await deleteMessage(parts, message))) return
  metrics.count('deletions by moderators')
  const by = parts.account.id
  const call = { action: 'delete_message', by, target: target.id, messageId: message.id }
  record.answered.push({ ...call, reason: null })
}
