// Moderation that every loss must leave as it is: roles, a mute, a ban, words, a pin, and the settings of
// the room. All of it changes between the backup and the loss.

import { isDeepStrictEqual } from 'node:util'
import { type Caller, callUntilAnswered } from '../faults/call-until-answered.ts'
import type { Harness } from '../faults/harness.ts'
import {
  callAsOperator,
  operatorOf,
  readArchivedModeration,
  readToldModeration,
} from '../harness/read-moderation.ts'
import { call } from '../harness/rest.ts'
import { compareModeration, compareRooms } from '../kit/compare-moderation.ts'
import type { ToldModeration } from '../kit/moderation.ts'
import { introduce, type Person } from './people.ts'
import type { Stage } from './stage.ts'

const roles = ['owner', 'moderator', 'muted', 'banned', 'freed'] as const
type Part = (typeof roles)[number]

export type RehearsedModeration = {
  people: Record<Part, Person>
  /** How often it was changed. */
  changes: number
  /** What must be so after the loss. */
  expected: ToldModeration | null
}

/** The operator appoints an owner, who appoints a moderator and pins a message. */
export async function beginModeration(harness: Harness): Promise<RehearsedModeration> {
  const { service } = harness
  const people: Partial<Record<Part, Person>> = {}
  for (const name of roles) people[name] = await introduce(service.port, name, 'newcomer')
  const { owner, moderator, freed } = people as Record<Part, Person>
  const role = (person: Person) => `/users/${person.account.id}/role`
  await callAsOperator(operatorOf(service), 'PUT', role(owner), { role: 'owner' })
  const by = callerOf(harness, owner)
  await put(by, role(moderator), { role: 'moderator' })
  await put(by, `/room/pins/${owner.said[0]?.id}`)
  await restrict(by, 'mute', freed, 'to be lifted')
  return { people: people as Record<Part, Person>, changes: 0, expected: null }
}

/** Sets everything to other values, waits until Postgres has them, and remembers them. */
export async function changeModeration(stage: Stage): Promise<void> {
  const { moderation, operator, service } = stage
  const { owner, moderator, muted, banned, freed } = moderation.people
  const turn = ++moderation.changes
  const by = callerOf(stage, moderator)
  await restrict(by, 'mute', muted, `mute ${turn}`)
  await restrict(by, 'ban', banned, `ban ${turn}`)
  if (turn % 2 === 0) await restrict(by, 'mute', freed, `mute ${turn}`)
  else await callUntilAnswered(by, { method: 'DELETE', path: `/users/${freed.account.id}/mute` })
  await put(by, '/room/words', { terms: [`word${turn}`, '*casino*'] })
  const body = { announcement: `Rehearsal ${turn}`, slow_mode_ms: turn, links: 'moderators' }
  await callUntilAnswered(callerOf(stage, owner), { method: 'PATCH', path: '/room', body })
  await operator.flush()
  moderation.expected = await readToldModeration(operatorOf(service))
}

/** @returns a sentence for everything that is not as it was before the loss */
export async function findChangedModeration(stage: Stage): Promise<string[]> {
  const { moderation, service, authors } = stage
  const { people, expected } = moderation
  const from = Date.now()
  const told = await readToldModeration(operatorOf(service))
  const archived = await readArchivedModeration(service.dataDir)
  const views = authors.flatMap(({ client: { name, view } }) =>
    compareRooms(`the view of ${name}`, told.room, view.room),
  )
  const changed = (['room', 'restricted', 'words', 'audit'] as const)
    .filter((field) => expected && !isDeepStrictEqual(told[field], expected[field]))
    .map((field) => `moderation: ${field} is ${text(told[field])}, not ${text(expected?.[field])}`)
  return [
    ...changed,
    ...compareModeration(told, archived, { span: { from, to: Date.now() } }),
    ...views,
    ...(await findUnrefused(service.port, people.muted, 'muted')),
    ...(await findUnrefused(service.port, people.banned, 'banned')),
  ]
}

const text = (value: unknown) => JSON.stringify(value)

async function findUnrefused(port: number, { account }: Person, code: string): Promise<string[]> {
  await account.renew()
  const body = { content: 'I am not heard.' }
  const answer = await call(port, 'POST', '/messages', { token: account.token, body })
  const found = (answer.body as { code?: string } | null)?.code
  return found === code
    ? []
    : [`${account.username} sends, and the answer is ${found}, not ${code}`]
}

function callerOf({ service, checker, metrics }: Harness, { account }: Person): Caller {
  return { name: account.username, account, proxy: service, checker, metrics }
}

function put(by: Caller, path: string, body?: unknown) {
  return callUntilAnswered(by, { method: 'PUT', path, body })
}

function restrict(by: Caller, kind: 'mute' | 'ban', { account }: Person, reason: string) {
  return put(by, `/users/${account.id}/${kind}`, { until: null, reason })
}
