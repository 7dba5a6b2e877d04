// Mutes and bans, one row per person. Whether one is over is compared when something arrives, so nothing
// has to happen at its end.

import type { RestrictedPerson, Restriction } from '../../../contract/moderation.ts'
import type { Refusal } from '../../../contract/problems.ts'
import type { Named, StoredRestriction, StoredRestrictions } from '../../../domain/moderation.ts'
import { MarkedTable } from '../marked-table.ts'

type Row = {
  user_id: string
  username: string
  mute: string | null
  ban: string | null
  revision: number
}

export type PersonRestrictions = Named<StoredRestrictions>

const fromRow = ({ mute, ban, ...row }: Row): PersonRestrictions => ({
  ...row,
  mute: mute === null ? null : JSON.parse(mute),
  ban: ban === null ? null : JSON.parse(ban),
})

const toRow = ({ mute, ban, ...row }: PersonRestrictions): Row => ({
  ...row,
  mute: mute && JSON.stringify(mute),
  ban: ban && JSON.stringify(ban),
})

const isOver = (restriction: StoredRestriction | null, now: number) =>
  restriction === null || (restriction.until !== null && restriction.until <= now)

const toWire = (restriction: StoredRestriction | null, now: number): Restriction | null =>
  restriction === null || isOver(restriction, now)
    ? null
    : {
        until: restriction.until === null ? null : new Date(restriction.until).toISOString(),
        reason: restriction.reason,
      }

/** As the restricted person sees it. */
const words = { muted: 'muted you', banned: 'banned you from this room' } as const

function refusalOf(
  code: 'muted' | 'banned',
  { until, reason }: StoredRestriction,
  now: number,
): Refusal {
  const end = until === null ? '' : ` until ${new Date(until).toISOString()}`
  const why = reason === null ? '' : ` Reason: ${reason}`
  return {
    code,
    detail: `A moderator has ${words[code]}${end}.${why}`,
    ...(until !== null && { retryAfterMs: until - now }),
  }
}

const muteRefusalOf = (of: PersonRestrictions | undefined, now: number) =>
  of?.mute && !isOver(of.mute, now) ? refusalOf('muted', of.mute, now) : null

const banRefusalOf = (of: PersonRestrictions | undefined, now: number) =>
  of?.ban && !isOver(of.ban, now) ? refusalOf('banned', of.ban, now) : null

export class RestrictionTable {
  readonly table: MarkedTable<Row>

  constructor(sql: SqlStorage) {
    this.table = new MarkedTable<Row>(sql, {
      name: 'restrictions',
      columns: ['user_id', 'username', 'mute', 'ban', 'revision'],
      key: 'user_id',
      toArchive(row) {
        const { username, ...state } = fromRow(row)
        return { kind: 'restrictions', state }
      },
    })
  }

  /** All that was ever set and not removed, also what is over. */
  find(userId: string): PersonRestrictions | undefined {
    const row = this.table.find(userId)
    return row && fromRow(row)
  }

  write(restrictions: PersonRestrictions): void {
    this.table.write(toRow(restrictions))
  }

  restore(restored: PersonRestrictions[]): void {
    for (const restrictions of restored) this.table.restore(toRow(restrictions))
  }

  /** What is not over, as others and the person see it. @param now of the wall clock */
  ofPerson(userId: string, now: number): { mute: Restriction | null; ban: Restriction | null } {
    const found = this.find(userId)
    return { mute: toWire(found?.mute ?? null, now), ban: toWire(found?.ban ?? null, now) }
  }

  /** In the order of their ids. @param after an id; null: from the first */
  page(after: string | null, limit: number, now: number): RestrictedPerson[] {
    const isHeld = (column: string) =>
      `(${column} is not null and (${column} ->> 'until' is null or ${column} ->> 'until' > ?2))`
    return this.table
      .select(
        `user_id > ?1 and (${isHeld('mute')} or ${isHeld('ban')}) order by user_id limit ?3`,
        after ?? '',
        now,
        limit,
      )
      .map(({ user_id, username }) => ({ user_id, username, ...this.ofPerson(user_id, now) }))
  }

  muteRefusal(userId: string, now: number): Refusal | null {
    return muteRefusalOf(this.find(userId), now)
  }

  banRefusal(userId: string, now: number): Refusal | null {
    return banRefusalOf(this.find(userId), now)
  }

  /** The same of many, in their order, with one statement. */
  muteRefusals(userIds: readonly string[], now: number): (Refusal | null)[] {
    const found = this.#findAll(userIds)
    return userIds.map((id) => muteRefusalOf(found.get(id), now))
  }

  banRefusals(userIds: readonly string[], now: number): (Refusal | null)[] {
    const found = this.#findAll(userIds)
    return userIds.map((id) => banRefusalOf(found.get(id), now))
  }

  #findAll(userIds: readonly string[]): Map<string, PersonRestrictions> {
    const where = 'user_id in (select value from json_each(?))'
    const rows = this.table.select(where, JSON.stringify(userIds))
    return new Map(rows.map((row) => [row.user_id, fromRow(row)]))
  }

  userIds(): string[] {
    return this.table.select('true').map(({ user_id }) => user_id)
  }

  removeUser(userId: string): void {
    this.table.delete('user_id = ?', userId)
  }

  /** Removes the rows whose restrictions are over and that the archive has. */
  removeOver(now: number): void {
    const isDone = (column: string) => `(${column} is null or ${column} ->> 'until' <= ?1)`
    this.table.delete(`is_dirty = 0 and ${isDone('mute')} and ${isDone('ban')}`, now)
  }
}
