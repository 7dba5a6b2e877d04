// The attack on moderation by those who may moderate: hostile moderators, owners and the operator. What
// they are allowed to do, members notice, so this is a step of its own.

import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import type { AttackRunner } from './attack-runner.ts'
import { moderationByStaff } from './attacks/moderation.ts'
import type { Harness } from './harness.ts'
import type { Plan } from './plan.ts'
import { resetRoom } from './scenarios/moderate.ts'
import { tryRoomRules } from './scenarios/room-rules.ts'
import { connect, expectThat } from './scenarios/scenario.ts'
import { tryWordLists } from './scenarios/word-lists.ts'

const attacksPerChunk = 50
/** How often the operator gives the room its first rules back, so that members can write. */
const resetEveryMs = 2_000

export async function runModeration(harness: Harness, plan: Plan, seed: number): Promise<void> {
  const { runner, wellBehaved, poller } = harness
  await expectFirstRules(runner)
  for (const one of wellBehaved) one.isModerated = true
  const { victims, appointed } = runner.parts.target.cast
  for (const { id } of victims) appointed.add(id)
  const [moderator] = runner.parts.target.cast.moderators
  const socket = moderator && (await connect(runner, moderator))
  let left = plan.moderation
  let chunk = 0
  const attackInTurn = async () => {
    while (left > 0) {
      const made = fc.sample(moderationByStaff(runner.parts.target), {
        seed: seed * 37 + chunk++,
        numRuns: attacksPerChunk,
      })
      for (const attack of made) {
        if (left-- <= 0) return
        await poller.throttle()
        await runner.send(attack)
      }
    }
  }
  const resetInTurn = async () => {
    while (left > 0) {
      await resetRoom(runner)
      await delay(resetEveryMs)
    }
  }
  await Promise.all([...Array.from({ length: plan.lanes }, attackInTurn), resetInTurn()])
  await resetRoom(runner)
  await tryRoomRules(runner)
  await tryWordLists(runner)
  await resetRoom(runner)
  await Promise.all(wellBehaved.map((one) => one.endModeration()))
  if (socket && moderator)
    runner.checkTexts(socket.texts, true, 'a moderator', { id: moderator.id, isStaff: true })
  socket?.close()
}

/** So far nobody was allowed to change the rules. */
async function expectFirstRules(runner: AttackRunner): Promise<void> {
  const { adminToken: token } = runner.parts.target
  const room = await runner.ask('moderation: the room', 'GET', '/room', { statuses: [200] })
  const { slow_mode_ms, posting, links, announcement } = room?.json ?? {}
  const isAtFirst = !slow_mode_ms && posting === 'everyone' && links === 'everyone'
  expectThat(
    runner,
    'somebody changed the rules of the room who may not',
    isAtFirst && announcement === null,
    room?.json,
  )
  const words = await runner.ask('moderation: the words', 'GET', '/admin/room/words', {
    ...{ token, isStaff: true, statuses: [200] },
  })
  const { terms } = (words?.json ?? {}) as { terms?: string[] }
  expectThat(runner, 'somebody wrote the word list who may not', terms?.length === 0, terms)
}
