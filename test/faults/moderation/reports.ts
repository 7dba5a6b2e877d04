// Members report messages, and moderators close the reports and open them again.

import { callUntilAnswered, unlessGone } from '../call-until-answered.ts'
import { mayBeGone } from '../own-message.ts'
import { type Acting, set } from './team.ts'

/** Of one person, in an hour. */
const reportsMax = 5
const statuses = ['resolved', 'dismissed', 'open'] as const

/** Reports a message in the name of an author. */
export async function reportSomething({ random, team }: Acting): Promise<void> {
  const { record, metrics, authors } = team
  const [reporter, author] = random.some(authors, 2)
  if (!reporter || !author) return
  const { parts } = reporter.client
  const { id: reporterId } = parts.account
  const own = record.filed.filter((report) => report.reporterId === reporterId)
  const messages = [...author.accepted.values()].filter((one) => !mayBeGone(parts, one))
  const message = random.pick(messages.slice(-5))
  if (!message || own.length >= reportsMax || own.some((one) => one.messageId === message.id))
    return
  const { id: messageId } = message
  const report = { messageId, reporterId, reason: record.nextReason('report') }
  record.filed.push(report)
  const { refusal } = await callUntilAnswered(parts, {
    method: 'POST',
    path: `/messages/${messageId}/report`,
    body: { reason: report.reason },
    allows: unlessGone(() => mayBeGone(parts, message)),
  })
  if (refusal === null) metrics.count('reports')
  else record.filed.splice(record.filed.indexOf(report), 1)
}

/** Each moderator has reports of some ids. */
export async function closeReport(acting: Acting, isOwn: (id: string) => boolean): Promise<void> {
  const { parts, random, team } = acting
  const { record, metrics } = team
  const { body } = await callUntilAnswered(parts, { method: 'GET', path: '/reports?status=open' })
  const { reports } = body as { reports: { id: string }[] }
  const known = [...record.statuses.keys()]
  const id = random.pick([...reports.map((report) => report.id), ...known].filter(isOwn))
  if (id === undefined) return
  const status = random.pick(statuses)
  const answer = await set(acting, {
    ...{ thing: `report ${id}`, method: 'PATCH', path: `/reports/${id}`, body: { status } },
  })
  if (answer?.refusal !== null) return
  record.statuses.set(id, status)
  metrics.count(`reports set to ${status}`)
}
