// Who may not come back: sessions that have ended and users who were put out, for as long as a
// token of theirs could be valid. Held in memory, so that asking costs no query.

import type { Refusal } from '../contract/problems.ts'

/** The longest life of an access token, and by how much two clocks may differ. */
const rememberMs = (24 * 60 + 5) * 60_000

/** Whoever did the room harm stays out for so long. */
const turnedAwayMs = 60 * 60_000

/** `sessionId` is null for a socket from before sessions had names. */
type Holder = { member: { id: string }; sessionId: string | null }

const userKey = (id: string) => `user:${id}`
const sessionKey = (id: string) => `session:${id}`
const doorKey = (id: string) => `door:${id}`

export class Revocations {
  readonly #sql: SqlStorage
  /** Until when each key is refused, in milliseconds. */
  readonly #until = new Map<string, number>()

  constructor(sql: SqlStorage) {
    this.#sql = sql
    const rows = sql.exec<{ key: string; until: number }>('select key, until from revocations')
    for (const { key, until } of rows) this.#until.set(key, until)
  }

  revoke(sessionIds: readonly string[], now: number): void {
    this.#keep(sessionIds.map(sessionKey), now + rememberMs)
  }

  bar(userId: string, now: number): void {
    this.#keep([userKey(userId)], now + rememberMs)
  }

  /** Their next sockets are refused; all else they may do. */
  turnAway(userIds: readonly string[], now: number): void {
    this.#keep(userIds.map(doorKey), now + turnedAwayMs)
  }

  isTurnedAway(userId: string, now: number): boolean {
    return this.#holds(doorKey(userId), now)
  }

  unbar(userId: string): void {
    this.#until.delete(userKey(userId))
    this.#sql.exec('delete from revocations where key = ?', userKey(userId))
  }

  /** Why someone with a valid token is refused all the same; null: they are not. */
  refusal({ member, sessionId }: Holder, now: number): Refusal | null {
    if (this.#holds(userKey(member.id), now)) return { code: 'account_inactive' }
    const ended = sessionId !== null && this.#holds(sessionKey(sessionId), now)
    return ended ? { code: 'session_ended' } : null
  }

  /** Of those whose tokens have all expired. */
  forgetOld(now: number): void {
    const { size } = this.#until
    for (const [key, until] of this.#until) if (until <= now) this.#until.delete(key)
    if (this.#until.size < size) this.#sql.exec('delete from revocations where until <= ?', now)
  }

  #holds(key: string, now: number): boolean {
    return (this.#until.get(key) ?? 0) > now
  }

  /** One statement, however many. */
  #keep(keys: string[], until: number): void {
    this.#sql.exec(
      'insert or replace into revocations select value, ? from json_each(?)',
      until,
      JSON.stringify(keys),
    )
    for (const key of keys) this.#until.set(key, until)
  }
}
