// Calls of moderation, as a moderator, an owner or the operator makes them.

import type { Account } from '../accounts.ts'
import type { AttackRunner, ParsedAnswer } from '../attack-runner.ts'
import type { Moderation } from '../audit-ledger.ts'
import { markers } from '../leak-detector.ts'

export type Moderator = Account | 'operator'

type Asked = { json?: unknown; statuses?: readonly number[]; moderation?: Moderation }

export function moderate(
  runner: AttackRunner,
  by: Moderator,
  [method, path]: [method: string, path: string],
  asked: Asked = {},
): Promise<ParsedAnswer | null> {
  const isOperator = by === 'operator'
  const token = isOperator ? runner.parts.target.adminToken : by.token
  const at = isOperator ? `/admin${path}` : path
  return runner.ask('moderation: a scenario', method, at, { token, isStaff: true, ...asked })
}

/** A call by somebody who has no role, which must be refused. */
export async function expectForbidden(
  runner: AttackRunner,
  { token }: Account,
  [method, path]: [method: string, path: string],
  json?: unknown,
): Promise<void> {
  const asked = { token, json, statuses: [403] }
  await runner.ask('moderation: without a role', method, path, asked)
}

let reasons = 0
export const newReason = () => `${markers.reason} in scenario ${++reasons}`

type Restriction = { until?: string | null; since?: string; statuses?: readonly number[] }

/** Mutes, bans or purges somebody. The audit log must have it. */
export function restrict(
  runner: AttackRunner,
  by: Moderator,
  [action, { id: target }]: [Moderation['action'], Account],
  { until = null, since = '1970-01-01T00:00:00Z', statuses = [200] }: Restriction = {},
): Promise<ParsedAnswer | null> {
  const reason = newReason()
  const json = action === 'purge' ? { since, reason } : { until, reason }
  const moderation = { action, by: by === 'operator' ? null : by.id, target, reason }
  const method = action === 'purge' ? 'POST' : 'PUT'
  return moderate(runner, by, [method, `/users/${target}/${action}`], {
    ...{ json, statuses, moderation },
  })
}

/** Ends a mute or a ban. */
export async function release(
  runner: AttackRunner,
  by: Moderator,
  [kind, { id }]: ['mute' | 'ban', Pick<Account, 'id'>],
): Promise<void> {
  await moderate(runner, by, ['DELETE', `/users/${id}/${kind}`], { statuses: [204] })
}

type RoomShown = {
  staff: { user_id: string }[]
  pins: { id: string }[]
}
type RestrictedPage = { users: { user_id: string }[] }

/** The operator gives the room its first rules back, and ends everything that the cast has done. */
export async function resetRoom(runner: AttackRunner): Promise<void> {
  const { wellBehaved, cast } = runner.parts.target
  const byOperator = (method: string, path: string, asked: Asked = {}) =>
    moderate(runner, 'operator', [method, path], asked)
  const rules = { slow_mode_ms: 0, posting: 'everyone', links: 'everyone', announcement: null }
  const changed = await byOperator('PATCH', '/room', { json: rules, statuses: [200] })
  await byOperator('PUT', '/room/words', { json: { terms: [] }, statuses: [200] })
  const room = changed?.json as RoomShown | undefined
  const [honestOwner] = wellBehaved
  const known = new Set([honestOwner, ...cast.owners, ...cast.moderators].map((one) => one?.id))
  for (const { user_id } of room?.staff ?? [])
    if (!known.has(user_id))
      await byOperator('PUT', `/users/${user_id}/role`, {
        json: { role: 'member' },
        statuses: [200],
      })
  for (const { id } of room?.pins ?? [])
    await byOperator('DELETE', `/room/pins/${id}`, { statuses: [204] })
  const restricted = await runner.ask('moderation: a list', 'GET', '/admin/users/restricted', {
    ...{ token: runner.parts.target.adminToken, isStaff: true, statuses: [200] },
  })
  for (const { user_id: id } of (restricted?.json as RestrictedPage | undefined)?.users ?? [])
    for (const kind of ['mute', 'ban'] as const) await release(runner, 'operator', [kind, { id }])
}
