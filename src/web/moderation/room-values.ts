// What the form of the room shows and saves.

import type { Room, RoomChange } from '../../client/contract.ts'
import * as strings from '../strings/en.json'
import { fill } from '../strings/fill.ts'
import { emojiIn, emojiText } from './emoji-list.ts'

export type RoomValues = Pick<Room, 'slow_mode_ms' | 'posting' | 'links' | 'announcement'> & {
  /** With one space between two emoji. */
  readonly reactions: string
}

type Audience = RoomValues['posting']

const names = ['slow_mode_ms', 'posting', 'links', 'announcement', 'reactions'] as const

export const audiences: readonly Audience[] = ['everyone', 'established', 'moderators']

/** `established` depends on a setting of the service. */
export const audienceLabels: Record<Audience, string> = {
  everyone: strings.everyone,
  established: strings.everyoneButNewAccounts,
  moderators: strings.moderators,
}

const slowModes: readonly number[] = [0, 5_000, 10_000, 30_000, 60_000, 120_000]

/** The choices, with values that were set elsewhere. */
export const slowModesWith = (...othersMs: number[]): number[] =>
  [...new Set([...slowModes, ...othersMs])].sort((one, other) => one - other)

/** Such as `off`, `10 s` or `2 min`. */
export function slowModeText(ms: number): string {
  if (ms === 0) return strings.slowModeOff
  return ms % 60_000 === 0
    ? fill(strings.minutes, { count: ms / 60_000 })
    : fill(strings.seconds, { count: ms / 1_000 })
}

export const valuesOf = (room: Room): RoomValues => {
  const { slow_mode_ms, posting, links, announcement, reactions = [] } = room
  return {
    slow_mode_ms,
    posting,
    links,
    announcement,
    reactions: emojiText(reactions),
  }
}

/** The text as the room keeps it. */
export const announcementOf = (typed: string): string | null => typed.trim() || null

const pick = (
  values: RoomValues,
  isPicked: (name: keyof RoomValues) => boolean,
): Partial<RoomValues> =>
  Object.fromEntries(names.filter(isPicked).map((name) => [name, values[name]]))

/** The fields that were edited. */
export const changedFields = (values: RoomValues, room: RoomValues): Partial<RoomValues> =>
  pick(values, (name) => values[name] !== room[name])

/** The same as the service takes it. */
export function changeOf({ reactions, ...others }: Partial<RoomValues>): RoomChange {
  return reactions === undefined ? others : { ...others, reactions: emojiIn(reactions) }
}

/** Follows a change of the room, except in the fields that were edited. */
export const followed = (values: RoomValues, before: RoomValues, now: RoomValues): RoomValues => ({
  ...now,
  ...changedFields(values, before),
})

/** The edited fields that the room has changed too. */
export const conflicts = (
  values: RoomValues,
  before: RoomValues,
  now: RoomValues,
): (keyof RoomValues)[] =>
  names.filter(
    (name) =>
      values[name] !== before[name] && before[name] !== now[name] && values[name] !== now[name],
  )
