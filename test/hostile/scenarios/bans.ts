// A banned person has the account and nothing of the room.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { textOf } from './expect-session-ended.ts'
import { moderate, release, restrict } from './moderate.ts'
import {
  bearer,
  connect,
  expectClosed,
  expectThat,
  newText,
  openSocket,
  type Scenario,
  withDeadline,
} from './scenario.ts'

export const bans: Scenario = {
  name: 'banned people',
  pauseMs: 6_000,
  async run(runner) {
    const { cast } = runner.parts.target
    const [moderator, victim] = [cast.moderators[0], cast.victims[1]]
    if (!moderator || !victim) return
    const said = await send(runner, victim, [201])
    const tabs = [await connect(runner, victim), await connect(runner, victim)]
    await restrict(runner, moderator, ['ban', victim])
    for (const tab of tabs) {
      await expectClosed(runner, tab, 'a ban', 4403)
      if (tab) expectTold(runner, tab, victim)
    }
    await expectBanned(runner, victim, textOf(said, 'id'))
    await release(runner, moderator, ['ban', victim])
    const back = await connect(runner, victim)
    back?.close()
    await send(runner, victim, [201])
    await banForAWhile(runner, moderator, victim)
    await banModerator(runner)
  },
}

const send = (runner: AttackRunner, { token }: Account, statuses: number[]) =>
  runner.ask('ban: a message', 'POST', '/messages', {
    token,
    json: { content: newText() },
    statuses,
  })

/** The connection learns of the ban, and of nothing that others may not know. */
function expectTold(runner: AttackRunner, socket: RawWebSocket, { id }: Account): void {
  expectThat(
    runner,
    'a banned person does not learn of the ban',
    socket.texts.some((text) => text.includes('"event":"restricted"')),
    socket.texts.slice(-2),
  )
  runner.checkTexts(socket.texts, true, 'a banned person', { id, isStaff: false })
}

async function expectBanned(runner: AttackRunner, banned: Account, ownId: string): Promise<void> {
  const { target } = runner.parts
  const { token } = banned
  const theirs = target.messageIds().at(-1) ?? ownId
  const refused = async (method: string, path: string, json?: unknown) => {
    const answer = await runner.ask('ban: refused', method, path, { token, json, statuses: [403] })
    expectThat(runner, 'a banned person gets another refusal', answer?.code === 'banned', [
      ...[method, path, answer?.json],
    ])
  }
  await refused('POST', '/messages', { content: newText() })
  await refused('PATCH', `/messages/${ownId}`, { content: newText() })
  await refused('DELETE', `/messages/${ownId}`)
  await refused('POST', `/messages/${theirs}/report`, { reason: null })
  await refused('POST', '/ws/ticket')
  await refused('GET', '/reports')
  await refused('DELETE', `/users/${banned.id}/ban`)
  const own = { token, statuses: [200] }
  for (const path of ['/auth/me', '/auth/sessions', '/auth/me/export'])
    await runner.ask('ban: the account', 'GET', path, own)
  await runner.parts.accounts.logIn(banned)
  const profile = await runner.ask('ban: a profile', 'GET', `/users/${banned.id}`, own)
  expectNoRestrictions(runner, profile)

  const socket = openSocket(runner, { headers: bearer(banned.token) })
  const { code } = await withDeadline(socket.ended)
  expectThat(runner, 'a banned person is not refused', code === 4403, code)
  expectThat(
    runner,
    'a banned person receives more than the ban',
    socket.texts.length <= 1 && socket.texts.every((text) => text.includes('"restricted"')),
    socket.texts,
  )
  expectTold(runner, socket, banned)
}

async function banForAWhile(
  runner: AttackRunner,
  moderator: Account,
  victim: Account,
): Promise<void> {
  const end = Date.now() + 2_000
  await restrict(runner, moderator, ['ban', victim], { until: new Date(end).toISOString() })
  // On a busy machine the ban may be over.
  const early = await send(runner, victim, [201, 403, 429])
  expectThat(
    runner,
    'a ban does not hold until its end',
    early?.status === 403 || Date.now() >= end,
    early?.json,
  )
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, end - Date.now()) + 200))
  await send(runner, victim, [201])
}

/** A ban does not take the role away, but everything that it allows. */
async function banModerator(runner: AttackRunner): Promise<void> {
  const { cast, wellBehaved } = runner.parts.target
  const [owner, moderator] = [cast.owners[0], cast.moderators[1]]
  if (!owner || !moderator) return
  const { token } = moderator
  const theirs = `/users/${wellBehaved[1]?.id}`
  await moderate(runner, moderator, ['GET', theirs], { statuses: [200] })
  await restrict(runner, owner, ['ban', moderator])
  for (const path of ['/reports', '/audit', '/room/words', '/users?restricted=true'])
    await runner.ask('ban: a moderator', 'GET', path, { token, statuses: [403] })
  const profile = await runner.ask('ban: a moderator', 'GET', theirs, {
    ...{ token, statuses: [200, 403] },
  })
  expectNoRestrictions(runner, profile)
  await release(runner, owner, ['ban', moderator])
}

function expectNoRestrictions(runner: AttackRunner, profile: ParsedAnswer | null): void {
  expectThat(
    runner,
    'a banned person sees restrictions in a profile',
    profile?.json?.restrictions === undefined,
    profile?.json,
  )
}
