// Reports: only moderators learn of them. With the account of the reporter go its name, the reason, its
// role, its restriction and its pins.

import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import { markers } from '../leak-detector.ts'
import { appoint } from '../moderation-cast.ts'
import { textOf } from './expect-session-ended.ts'
import { moderate, restrict } from './moderate.ts'
import { connect, expectThat, newText, type Scenario } from './scenario.ts'

type Report = {
  id: string
  message_id: string
  reporter: { id: string; username: string }
  reason: string | null
}

let made = 0

export const reports: Scenario = {
  name: 'reports',
  pauseMs: 300,
  async run(runner) {
    const { target, accounts, random } = runner.parts
    // The scenarios of the cast do not act on these two.
    const [moderator, watching] = [target.cast.moderators.at(-1), target.cast.victims.at(-1)]
    const messageId = random.pick(target.messageIds())
    if (!moderator || !watching || messageId === undefined) return
    const reporter = await accounts.open('hostile')
    const watcher = await connect(runner, watching)
    const reason = `${markers.report} ${++made}`
    // A repeated report is the same one, and its other reason is not taken.
    for (const given of [reason, `${reason} again`])
      await report(runner, reporter, messageId, given, [204, 404])
    await report(runner, reporter, crypto.randomUUID(), reason, [404])

    const found = await reportsOf(runner, reporter)
    // 404: the author has deleted the message meanwhile.
    expectThat(
      runner,
      'a report is lost, doubled or changed',
      found.length <= 1 && found.every((one) => one.reason === reason),
      found,
    )
    for (const { id } of found)
      for (const status of ['resolved', 'resolved', 'dismissed', 'open'])
        await moderate(runner, moderator, ['PATCH', `/reports/${id}`], {
          ...{ json: { status }, statuses: [200] },
        })
    if (watcher) runner.checkTexts(watcher.texts, true, 'a member who watches')
    watcher?.close()
    await giveTraces(runner, reporter)
    await eraseReporter(runner, reporter)
  },
}

function report(
  runner: AttackRunner,
  { token }: Account,
  messageId: string,
  reason: string,
  statuses: number[],
) {
  const asked = { token, json: { reason }, statuses }
  return runner.ask('report', 'POST', `/messages/${messageId}/report`, asked)
}

async function reportsOf(runner: AttackRunner, { id }: Account): Promise<Report[]> {
  const answer = await moderate(runner, 'operator', ['GET', '/reports'], { statuses: [200] })
  const all = (answer?.json?.reports ?? []) as Report[]
  return all.filter(({ reporter }) => reporter.id === id)
}

/** The account gets a place in each list of moderation. */
async function giveTraces(runner: AttackRunner, reporter: Account): Promise<void> {
  const { token } = reporter
  const sent = await runner.ask('report: a message', 'POST', '/messages', {
    ...{ token, json: { content: newText() }, statuses: [201] },
  })
  await appoint(runner, reporter, 'moderator')
  await restrict(runner, 'operator', ['mute', reporter])
  await moderate(runner, 'operator', ['PUT', `/room/pins/${textOf(sent, 'id')}`], {
    // 422: five others are pinned.
    statuses: [200, 422],
  })
}

async function eraseReporter(runner: AttackRunner, reporter: Account): Promise<void> {
  const { token, password, username, id } = reporter
  const json = { password, messages: 'keep' }
  await runner.ask('report: erasure', 'DELETE', '/auth/me', { token, json, statuses: [204] })
  runner.parts.target.erased.push(reporter)
  const left = await reportsOf(runner, reporter)
  expectThat(
    runner,
    'a report keeps the name or the reason of an erased account',
    left.every((one) => one.reason === null && one.reporter.username !== username),
    left,
  )
  for (const path of ['/room', '/admin/users/restricted', '/admin/audit']) {
    const answer = await runner.ask('report: after the erasure', 'GET', path, {
      ...{ token: runner.parts.target.adminToken, isStaff: true, statuses: [200] },
    })
    const text = answer?.body.toString() ?? ''
    // The audit log keeps the id, which leads to nobody any more.
    const isGone = !text.includes(username) && (path === '/admin/audit' || !text.includes(id))
    expectThat(runner, 'an erased account is left in a list of moderation', isGone, [path, text])
  }
}
