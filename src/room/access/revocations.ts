// Remembers revoked sessions and banned users while a token of theirs could be valid, and users who
// may not connect for a while. REST calls and new connections are checked here; frames never are.

import type { Refusal } from '../../contract/problems.ts'
import { clockSetBackMs } from '../../domain/session.ts'
import type { Clock } from '../clock/clock.ts'

/**
 * A token may be accepted longer than it says: after a step back of the clock, and by a tolerance.
 */
const marginMs = clockSetBackMs + 5 * 60_000

/** How long a user that harmed the room is kept from connecting. */
const connectBlockMs = 60 * 60_000

/** `sessionId` is null for a connection from a release before sessions had ids. */
type Holder = { member: { id: string }; sessionId: string | null }

const userKey = (id: string) => `user:${id}`
const sessionKey = (id: string) => `session:${id}`
const connectBlockKey = (id: string) => `door:${id}`

export class Revocations {
  readonly #sql: SqlStorage
  readonly #clock: Clock
  readonly #keepMs: number

  /** @param tokenLifeMs how long an access token is accepted at most after it was issued */
  constructor(sql: SqlStorage, clock: Clock, tokenLifeMs: number) {
    this.#sql = sql
    this.#clock = clock
    this.#keepMs = tokenLifeMs + marginMs
    // The clock may have been set back since these rows were written.
    const latest = clock.now() + connectBlockMs
    sql.exec(
      "update revocations set until = ?1 where key >= 'door:' and key < 'door;' and until > ?1",
      latest,
    )
  }

  revoke(sessionIds: readonly string[]): void {
    this.#keep(sessionIds.map(sessionKey), this.#keepMs)
  }

  ban(userId: string): void {
    this.#keep([userKey(userId)], this.#keepMs)
  }

  /** Refuses new connections of these users for an hour; REST calls still work. */
  blockConnects(userIds: readonly string[]): void {
    this.#keep(userIds.map(connectBlockKey), connectBlockMs)
  }

  isConnectBlocked(userId: string): boolean {
    return this.#until(connectBlockKey(userId)) > this.#clock.now()
  }

  unban(userId: string): void {
    this.#sql.exec('delete from revocations where key = ?', userKey(userId))
  }

  /** Why the holder of a valid token is refused; null: the holder is not refused. */
  refusal({ member, sessionId }: Holder): Refusal | null {
    // The wall clock is used, because tokens expire by it.
    const now = this.#clock.wall()
    if (this.#until(userKey(member.id)) > now) return { code: 'account_inactive' }
    const ended = sessionId !== null && this.#until(sessionKey(sessionId)) > now
    return ended ? { code: 'session_ended' } : null
  }

  /**
   * Forgets the rows whose time is over.
   * @param now of the wall clock, by which tokens expire
   */
  forgetOld(now: number): void {
    this.#sql.exec('delete from revocations where until <= ?', now)
  }

  /** When the refusal of a key ends, in milliseconds; 0: the key is not refused. */
  #until(key: string): number {
    const query = 'select until from revocations where key = ?'
    return this.#sql.exec<{ until: number }>(query, key).toArray()[0]?.until ?? 0
  }

  /** Takes one statement, however many keys there are. */
  #keep(keys: string[], forMs: number): void {
    this.#sql.exec(
      'insert or replace into revocations (key, until) select value, ? from json_each(?)',
      this.#clock.now() + forMs,
      JSON.stringify(keys),
    )
  }
}
