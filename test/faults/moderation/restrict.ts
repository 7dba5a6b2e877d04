// Mutes and bans people for a time or for good, and ends that. A reason tells each call from all others.

import { setTimeout as delay } from 'node:timers/promises'
import type { RestrictionKind } from '../../kit/restriction-times.ts'
import type { Account } from '../client-parts.ts'
import { type Acting, authorsOf, isOutsider, set, type Team } from './team.ts'

/** So that the campaign still has traffic. */
const heldMax = { mute: 5, ban: 2 } as const

const thingOf = (kind: RestrictionKind, { id }: Account) => `${kind} ${id}`

const isHeld = ({ record }: Team, kind: RestrictionKind, { id }: Account) =>
  record.restrictions.latest(kind, id, Date.now()) !== null

async function restrict(
  acting: Acting,
  kind: RestrictionKind,
  target: Account,
  until: number,
): Promise<void> {
  const { record, metrics } = acting.team
  const thing = thingOf(kind, target)
  if (!record.mayChange(thing)) return
  const reason = record.nextReason(kind)
  const answered = record.restrictions.begin(kind, target.id, { until, reason }, Date.now())
  const answer = await set(acting, {
    ...{ thing, method: 'PUT', path: `/users/${target.id}/${kind}` },
    body: {
      until: until === Number.POSITIVE_INFINITY ? null : new Date(until).toISOString(),
      reason,
    },
    // It was over before it was answered.
    allows: (code) => code === 'invalid' && until <= Date.now(),
  })
  answered(Date.now())
  if (!answer || answer.refusal !== null) return
  metrics.count(`${kind}s`)
  const by = acting.parts.account.id
  record.answered.push({ action: kind, by, target: target.id, reason, messageId: null })
}

async function lift(acting: Acting, kind: RestrictionKind, target: Account): Promise<void> {
  const { record, metrics } = acting.team
  const thing = thingOf(kind, target)
  if (!record.mayChange(thing)) return
  const answered = record.restrictions.begin(kind, target.id, null, Date.now())
  await set(acting, { thing, method: 'DELETE', path: `/users/${target.id}/${kind}` })
  answered(Date.now())
  metrics.count(`${kind}s lifted`)
  if (kind === 'ban') for (const { client } of authorsOf(acting.team, target)) client.keptOut.end()
}

/**
 * Also one who is muted already, and then for good: a mute that is over before it is answered may never have
 * taken the place of the one before.
 */
export async function muteSomebody(acting: Acting): Promise<void> {
  const { random, team, targets } = acting
  const target = random.pick(targets)
  const held = team.members.filter((member) => isHeld(team, 'mute', member)).length
  if (!target || held >= heldMax.mute) return
  const isForGood = isHeld(team, 'mute', target) || random.chance(0.4)
  const ms = isForGood ? Number.POSITIVE_INFINITY : random.between(500, 25_000)
  await restrict(acting, 'mute', target, Date.now() + ms)
}

/** For a short time: what its author began must be answered by the end of the round. */
export async function banSomebody(acting: Acting): Promise<void> {
  const { random, team, targets } = acting
  const target = random.pick(targets)
  const held = team.members.filter((member) => isHeld(team, 'ban', member)).length
  if (!target || held >= heldMax.ban || isHeld(team, 'ban', target)) return
  const isLong = isOutsider(team, target)
  const ms = isLong ? Number.POSITIVE_INFINITY : random.between(500, 6_000)
  await restrict(acting, 'ban', target, Date.now() + ms)
}

async function liftOne(acting: Acting, kind: RestrictionKind): Promise<void> {
  const { random, team, targets } = acting
  const held = targets.filter((target) => isHeld(team, kind, target))
  const target = random.pick(held) ?? random.pick(targets)
  if (target) await lift(acting, kind, target)
}

export const unmuteSomebody = (acting: Acting) => liftOne(acting, 'mute')
export const unbanSomebody = (acting: Acting) => liftOne(acting, 'ban')

/** Everybody who writes may come in again, and outsiders are muted or banned. */
export async function prepareComparison(acting: Acting): Promise<void> {
  const { random, team, targets } = acting
  for (const target of targets)
    if (!isOutsider(team, target)) await endBan(acting, target)
    else if (!isHeld(team, 'ban', target) && !isHeld(team, 'mute', target))
      await restrict(acting, random.chance(0.5) ? 'mute' : 'ban', target, Number.POSITIVE_INFINITY)
}

async function endBan(acting: Acting, target: Account): Promise<void> {
  const { record } = acting.team
  if (record.mayChange(thingOf('ban', target)) && isHeld(acting.team, 'ban', target))
    await lift(acting, 'ban', target)
  const until = record.restrictions.latest('ban', target.id, Date.now())?.until ?? 0
  await delay(Math.max(0, until - Date.now()))
  for (const { client } of authorsOf(acting.team, target)) client.keptOut.end()
}
