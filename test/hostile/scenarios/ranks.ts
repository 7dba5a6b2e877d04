// Roles are given and taken, and whoever has none any more may do nothing and is told nothing.

import type { Account } from '../accounts.ts'
import type { AttackRunner } from '../attack-runner.ts'
import type { RawWebSocket } from '../raw-websocket.ts'
import { expectForbidden, moderate, release, restrict } from './moderate.ts'
import { connect, expectThat, type Scenario } from './scenario.ts'

export const ranks: Scenario = {
  name: 'roles that are given and taken',
  pauseMs: 6_000,
  async run(runner) {
    const { cast, wellBehaved } = runner.parts.target
    const [owner, moderator, other, climber] = [
      ...[cast.owners[0], cast.moderators[0], cast.moderators[1], cast.victims[0]],
    ] as Account[]
    const honestOwner = wellBehaved[0]
    if (!owner || !moderator || !other || !climber || !honestOwner) return
    await expectNoRole(runner, climber, moderator)
    const socket = await connect(runner, climber)

    await setRole(runner, owner, climber, 'moderator')
    await moderate(runner, climber, ['GET', '/reports'], { statuses: [200] })
    for (const target of [climber, moderator, owner, honestOwner])
      await restrict(runner, climber, ['ban', target], { statuses: [403] })
    for (const role of ['owner', 'moderator', 'member'])
      for (const target of [climber, moderator]) await setRole(runner, climber, target, role, [403])
    await setRole(runner, owner, climber, 'owner', [403])
    await setRole(runner, owner, owner, 'member', [403])
    await setRole(runner, owner, honestOwner, 'member', [403])

    await dismissAtOnce(runner, { owner, climber, target: cast.victims[1] })
    await expectNoRole(runner, climber, moderator)
    if (socket) await expectNoNotices(runner, socket, cast.victims[1])
    socket?.close()
    if (socket) runner.checkTexts(socket.texts, true, 'a former moderator', viewerOf(climber))
  },
}

const viewerOf = ({ id }: Account) => ({ id, isStaff: true })

function setRole(
  runner: AttackRunner,
  by: Account,
  { id }: Account,
  role: string,
  statuses: number[] = [200],
) {
  // The owner may give this role, so a frame that shows it is right.
  if (statuses.includes(200)) runner.parts.target.cast.appointed.add(id)
  return moderate(runner, by, ['PUT', `/users/${id}/role`], { json: { role }, statuses })
}

/** The moderator acts at the very moment in which the role is taken. */
async function dismissAtOnce(
  runner: AttackRunner,
  { owner, climber, target }: { owner: Account; climber: Account; target: Account | undefined },
): Promise<void> {
  if (!target) return
  const acts = () =>
    Array.from({ length: 4 }, () =>
      restrict(runner, climber, ['mute', target], { statuses: [200, 403] }),
    )
  await Promise.all([...acts(), setRole(runner, owner, climber, 'member'), ...acts()])
  await restrict(runner, climber, ['mute', target], { statuses: [403] })
  await release(runner, 'operator', ['mute', target])
}

/** Every call that needs a role is refused. */
async function expectNoRole(runner: AttackRunner, by: Account, { id }: Account): Promise<void> {
  const forGood = { until: null, reason: null }
  await expectForbidden(runner, by, ['GET', '/reports'])
  await expectForbidden(runner, by, ['GET', '/audit'])
  await expectForbidden(runner, by, ['GET', '/users?restricted=true'])
  await expectForbidden(runner, by, ['GET', '/room/words'])
  await expectForbidden(runner, by, ['PUT', '/room/words'], { terms: [] })
  await expectForbidden(runner, by, ['PATCH', '/room'], { slow_mode_ms: 1 })
  for (const target of [by.id, id]) {
    await expectForbidden(runner, by, ['PUT', `/users/${target}/role`], { role: 'moderator' })
    await expectForbidden(runner, by, ['PUT', `/users/${target}/mute`], forGood)
    await expectForbidden(runner, by, ['PUT', `/users/${target}/ban`], forGood)
  }
}

/** What is moderated now is no longer told to the former moderator. */
async function expectNoNotices(
  runner: AttackRunner,
  socket: RawWebSocket,
  target: Account | undefined,
): Promise<void> {
  if (!target) return
  const notices = () => socket.texts.join().match(/"event":"(audit_added|report_filed)"/g) ?? []
  const before = notices().length
  await restrict(runner, 'operator', ['mute', target])
  await release(runner, 'operator', ['mute', target])
  socket.sendText('{"event":"end","data":{"client_id":"after-the-role"}}')
  await socket.waitForText((text) => text.includes('after-the-role'))
  expectThat(
    runner,
    'a former moderator is told what is moderated',
    notices().length === before && before > 0,
    [before, notices().length],
  )
}
