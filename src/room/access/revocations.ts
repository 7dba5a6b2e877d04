// Who may not come back: sessions that have ended and users who were put out, for as long as a
// token of theirs could be valid. Asked by REST calls and new connections, never by each frame.

import type { Refusal } from '../../contract/problems.ts'
import { clockSetBackMs } from '../../domain/session.ts'
import type { Clock } from '../clock/clock.ts'

/** A token is taken that was made before the clock was set back, and a little longer than it says. */
const marginMs = clockSetBackMs + 5 * 60_000

/** Whoever did the room harm stays out for so long. */
const turnedAwayMs = 60 * 60_000

/** `sessionId` is null for a socket from before sessions had names. */
type Holder = { member: { id: string }; sessionId: string | null }

const userKey = (id: string) => `user:${id}`
const sessionKey = (id: string) => `session:${id}`
const doorKey = (id: string) => `door:${id}`

export class Revocations {
  readonly #sql: SqlStorage
  readonly #clock: Clock
  readonly #rememberMs: number

  /** @param tokenLifeMs the longest that an access token is taken after it was issued */
  constructor(sql: SqlStorage, clock: Clock, tokenLifeMs: number) {
    this.#sql = sql
    this.#clock = clock
    this.#rememberMs = tokenLifeMs + marginMs
    // The clock may have been set back since they were written.
    const latest = clock.now() + turnedAwayMs
    sql.exec(
      "update revocations set until = ?1 where key >= 'door:' and key < 'door;' and until > ?1",
      latest,
    )
  }

  revoke(sessionIds: readonly string[]): void {
    this.#keep(sessionIds.map(sessionKey), this.#rememberMs)
  }

  bar(userId: string): void {
    this.#keep([userKey(userId)], this.#rememberMs)
  }

  /** Their next sockets are refused; all else they may do. */
  turnAway(userIds: readonly string[]): void {
    this.#keep(userIds.map(doorKey), turnedAwayMs)
  }

  isTurnedAway(userId: string): boolean {
    return this.#until(doorKey(userId)) > this.#clock.now()
  }

  unbar(userId: string): void {
    this.#sql.exec('delete from revocations where key = ?', userKey(userId))
  }

  /** Why someone with a valid token is refused all the same; null: they are not. */
  refusal({ member, sessionId }: Holder): Refusal | null {
    // By the wall clock, as the tokens' own ends are.
    const now = this.#clock.wall()
    if (this.#until(userKey(member.id)) > now) return { code: 'account_inactive' }
    const ended = sessionId !== null && this.#until(sessionKey(sessionId)) > now
    return ended ? { code: 'session_ended' } : null
  }

  /** Those whose tokens have all expired. @param now of the wall clock, by which tokens end */
  forgetOld(now: number): void {
    this.#sql.exec('delete from revocations where until <= ?', now)
  }

  /** Until when a key is refused, in milliseconds; 0: it is not. */
  #until(key: string): number {
    const query = 'select until from revocations where key = ?'
    return this.#sql.exec<{ until: number }>(query, key).toArray()[0]?.until ?? 0
  }

  /** One statement, however many. */
  #keep(keys: string[], forMs: number): void {
    this.#sql.exec(
      'insert or replace into revocations (key, until) select value, ? from json_each(?)',
      this.#clock.now() + forMs,
      JSON.stringify(keys),
    )
  }
}
