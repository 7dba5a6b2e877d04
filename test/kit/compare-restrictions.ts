// Compares which mutes and bans are in force, as several places tell it. Each difference is one sentence.

import { isDeepStrictEqual } from 'node:util'
import type { ArchivedRestriction, ArchivedRestrictions } from './moderation.ts'
import type { Restricted, Restriction } from './protocol.ts'
import type { RestrictionKind, Span } from './restriction-times.ts'

export const restrictionKinds = ['mute', 'ban'] as const satisfies readonly RestrictionKind[]

/** Stands for a restriction that one reader finds in force and the next one over. */
const endsNow = 'it ends while it is compared'

/** By kind and user id. */
export type Held = ReadonlyMap<string, ArchivedRestriction>

export const heldKey = (kind: RestrictionKind, userId: string) => `${kind} of ${userId}`

export function heldBy(people: readonly ArchivedRestrictions[]): Held {
  return new Map(
    people.flatMap((person) =>
      restrictionKinds.flatMap((kind) => {
        const { [kind]: restriction, user_id } = person
        return restriction ? [[heldKey(kind, user_id), restriction] as const] : []
      }),
    ),
  )
}

/** Those that are not over. @param span the times before and after the places were read */
export function inForce(held: Held, { from, to }: Span): Held {
  return new Map(
    [...held].flatMap(([key, restriction]) => {
      const until = restriction.until ?? Number.POSITIVE_INFINITY
      if (until <= from) return []
      return [[key, until > to ? restriction : { ...restriction, reason: endsNow }] as const]
    }),
  )
}

function archivedRestriction(told: Restriction | null): ArchivedRestriction | null {
  return told && { ...told, until: told.until === null ? null : Date.parse(told.until) }
}

export const archivedRestrictions = ({ user_id, mute, ban }: Restricted) => ({
  user_id,
  mute: archivedRestriction(mute),
  ban: archivedRestriction(ban),
})

export function compareRestrictions(name: string, expected: Held, found: Held): string[] {
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((key) => {
    const [one, other] = [expected.get(key) ?? null, found.get(key) ?? null]
    if (one?.reason === endsNow || other?.reason === endsNow) return []
    return isDeepStrictEqual(one, other)
      ? []
      : [`${name}: the ${key} is ${JSON.stringify(other)}, not ${JSON.stringify(one)}`]
  })
}
