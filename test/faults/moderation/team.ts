// The people of the campaign, by what moderators do to them.

import type { Metrics } from '../../harness/metrics.ts'
import type { Random } from '../../harness/random.ts'
import type { ConsistencyChecker } from '../../kit/consistency-checker.ts'
import type { Author } from '../author.ts'
import { type Answered, callUntilAnswered } from '../call-until-answered.ts'
import type { Account, ClientParts } from '../client-parts.ts'
import type { ModerationRecord } from './record.ts'

export type Team = {
  record: ModerationRecord
  checker: ConsistencyChecker
  metrics: Metrics
  authors: readonly Author[]
  /** Authors who are muted, banned and purged, and whose messages are deleted. */
  members: readonly Account[]
  /** People who write nothing. They stay muted or banned while everything is compared. */
  outsiders: readonly Account[]
  /** An author whom the owner appoints and dismisses, and whom moderators leave alone. */
  trainee: Account
}

/** One moderator, with the people whose restrictions this one alone sets. */
export type Acting = {
  parts: ClientParts
  random: Random
  team: Team
  targets: readonly Account[]
}

export const isOutsider = ({ outsiders }: Team, { id }: Account) =>
  outsiders.some((outsider) => outsider.id === id)

type Setting = {
  /** What is set. */
  thing: string
  method: 'PUT' | 'PATCH' | 'DELETE'
  path: string
  body?: unknown
  allows?: (code: string) => boolean
}

/** Sets something. @returns null: it keeps its value until the next round */
export async function set(
  { parts, team: { record, metrics } }: Acting,
  { thing, ...call }: Setting,
): Promise<Answered | null> {
  if (!record.mayChange(thing)) return null
  metrics.count('calls of moderators')
  const answer = await callUntilAnswered(parts, call)
  if (answer.isUncertain) {
    record.keep(thing)
    metrics.count('calls of moderators with an unknown outcome')
  }
  return answer
}

export function authorsOf({ authors }: Team, { id }: Account): Author[] {
  return authors.filter(({ client }) => client.parts.account.id === id)
}
