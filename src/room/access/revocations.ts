// Remembers revoked sessions while a backup of Postgres could bring them back, banned users for good, and
// users who may not connect for a while. REST calls and new connections are checked; frames never are.

import type { Refusal } from '../../contract/problems.ts'
import { tokenMarginMs } from '../../domain/session.ts'
import type { Clock } from '../clock/clock.ts'

/** Until the ban is lifted. In milliseconds: the last time that a `Date` can show. */
const forGood = 8.64e15

/** How long a user that harmed the room is kept from connecting. */
const connectBlockMs = 60 * 60_000

/** `sessionId` is null for a connection from a release before sessions had ids. */
export type Holder = { member: { id: string }; sessionId: string | null; issuedAt?: number }

const userPrefix = 'user:'
const sessionPrefix = 'session:'
/** 'session:' and 'user:' sort after 'door:'. */
const isEndingAfter = 'key > max(?1, ?2) and until > ?3'
const userKey = (id: string) => `${userPrefix}${id}`
const sessionKey = (id: string) => `${sessionPrefix}${id}`
/** The prefix keeps its name, because the release before reads these rows too. */
const connectBlockKey = (id: string) => `door:${id}`

export class Revocations {
  readonly #sql: SqlStorage
  readonly #clock: Clock
  readonly #keepMs: number
  #tokensValidFrom = 0
  #unbans = 0

  /** @param sessionLifeMs how long a session lives at most after its tokens were last renewed */
  constructor(sql: SqlStorage, clock: Clock, sessionLifeMs: number) {
    this.#sql = sql
    this.#clock = clock
    this.#keepMs = sessionLifeMs + tokenMarginMs
    // The clock may have been set back since these rows were written. ';' follows ':' in ASCII, so this
    // selects all keys that begin with 'door:'.
    const latest = clock.now() + connectBlockMs
    sql.exec(
      "update revocations set until = ?1 where key >= 'door:' and key < 'door;' and until > ?1",
      latest,
    )
  }

  revoke(sessionIds: readonly string[]): void {
    this.#keep(sessionIds.map(sessionKey), this.#clock.now() + this.#keepMs)
  }

  ban(userIds: readonly string[]): void {
    this.#keep(userIds.map(userKey), forGood)
  }

  /** Refuses new connections of these users for an hour; REST calls still work. */
  blockConnects(userIds: readonly string[]): void {
    this.#keep(userIds.map(connectBlockKey), this.#clock.now() + connectBlockMs)
  }

  isConnectBlocked(userId: string): boolean {
    return this.#until(connectBlockKey(userId)) > this.#clock.now()
  }

  /** Lifts all bans, before those that Postgres has take their place. */
  clearBans(): void {
    this.#sql.exec("delete from revocations where key >= 'user:' and key < 'user;'")
  }

  /**
   * Refuses tokens that were issued before this, in milliseconds: the room does not know which sessions
   * have ended since.
   */
  refuseIssuedBefore(ms: number): void {
    this.#tokensValidFrom = ms
  }

  unban(userId: string): void {
    this.#unbans++
    this.#sql.exec('delete from revocations where key = ?', userKey(userId))
  }

  /** How many bans this start of the room has lifted. */
  get unbans(): number {
    return this.#unbans
  }

  /** Why the holder of a valid token is refused; null: the holder is not refused. */
  refusal(holder: Holder): Refusal | null {
    // The wall clock is used, because tokens expire by it.
    const now = this.#clock.wall()
    return this.#refusalOf(holder, (key) => this.#until(key) > now)
  }

  /** The same of many, in their order, with one statement. */
  refusals(holders: readonly Holder[]): (Refusal | null)[] {
    const keys = holders.flatMap(({ member, sessionId }) => [
      userKey(member.id),
      ...(sessionId === null ? [] : [sessionKey(sessionId)]),
    ])
    const query = `select key from revocations
      where key in (select value from json_each(?)) and until > ?`
    const rows = this.#sql.exec<{ key: string }>(query, JSON.stringify(keys), this.#clock.wall())
    const refused = new Set(rows.toArray().map(({ key }) => key))
    return holders.map((holder) => this.#refusalOf(holder, (key) => refused.has(key)))
  }

  #refusalOf(
    { member, sessionId, issuedAt }: Holder,
    isRefused: (key: string) => boolean,
  ): Refusal | null {
    if (isRefused(userKey(member.id))) return { code: 'account_inactive' }
    if (sessionId !== null && isRefused(sessionKey(sessionId))) return { code: 'session_ended' }
    const isFromBefore = issuedAt !== undefined && issuedAt * 1000 < this.#tokensValidFrom
    return isFromBefore ? { code: 'token_expired' } : null
  }

  /**
   * Bans and revoked sessions in the order of their keys.
   * @returns null: there are none after this key
   */
  endingsAfter(key: string, max: number) {
    const keys = this.#sql
      .exec<{ key: string }>(
        `select key from revocations where ${isEndingAfter} order by key limit ?4`,
        ...this.#endingsOfNow(key),
        max,
      )
      .toArray()
      .map(({ key }) => key)
    const lastKey = keys.at(-1)
    if (lastKey === undefined) return null
    const idsOf = (prefix: string) =>
      keys.flatMap((key) => (key.startsWith(prefix) ? key.slice(prefix.length) : []))
    return { users: idsOf(userPrefix), sessions: idsOf(sessionPrefix), lastKey }
  }

  countEndingsAfter(key: string): number {
    const query = `select count(*) as n from revocations where ${isEndingAfter}`
    return this.#sql.exec<{ n: number }>(query, ...this.#endingsOfNow(key)).one().n
  }

  #endingsOfNow(key: string): [string, string, number] {
    return [key, sessionPrefix, this.#clock.wall()]
  }

  /**
   * Removes the rows whose time is over.
   * @param now of the wall clock, by which tokens expire
   */
  removeExpired(now: number): void {
    this.#sql.exec('delete from revocations where until <= ?', now)
  }

  /** When the refusal of a key ends, in milliseconds; 0: the key is not refused. */
  #until(key: string): number {
    const query = 'select until from revocations where key = ?'
    return this.#sql.exec<{ until: number }>(query, key).toArray()[0]?.until ?? 0
  }

  /** Takes one statement, however many keys there are. */
  #keep(keys: string[], until: number): void {
    this.#sql.exec(
      'insert or replace into revocations (key, until) select value, ? from json_each(?)',
      until,
      JSON.stringify(keys),
    )
  }
}
