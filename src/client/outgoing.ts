// Messages that the room has not accepted yet, in the order they were said. One at a time is on its
// way, so that none overtakes another; what the room refuses for a while waits, and the rest behind it.

import { backOff, pauseOf } from './backoff.ts'
import { bytesOf } from './line.ts'
import { ChatProblem, type ChatProblemCode, type ChatProblemDetails } from './problem.ts'
import type { PendingMessage } from './state.ts'
import type { Member, Message, Told } from './wire.ts'

/** A client_id makes a retry safe for 24 hours; an hour of that is for clocks that differ. */
const outdatedAfterMs = 23 * 60 * 60_000
/** The line lives, but the room says nothing of the message: say it again. */
const answerWithinMs = 20_000

/** Bytes of a text's JSON. For a longer frame the room would close the line. */
const longestText = 32 * 1024 - 256

const forAWhile: readonly string[] = ['rate_limited', 'room_busy', 'unavailable']

type Promised = { resolve: (message: Message) => void; reject: (problem: ChatProblem) => void }

/** What is to be sent now, and when to look again, by the same clock as `now`. */
export type Step = { send?: PendingMessage; lookAt?: number }

export function createOutgoing() {
  /** By key, in the order they were said. */
  let pending = new Map<string, PendingMessage>()
  let list: readonly PendingMessage[] | null = null
  const promised = new Map<string, Promised>()
  /** The one that is on its way. */
  let asked = ''
  let answerDue = 0
  let notBefore = 0
  let pausedUntil: number | null = null
  let failures = 0
  /** When the room accepted the latest ones. */
  let accepted: number[] = []
  let rule = { max: 1, window_ms: 0 }

  function set(message: PendingMessage): void {
    pending.set(message.key, message)
    list = null
  }

  function fail(
    message: PendingMessage,
    code: ChatProblemCode,
    reason: string,
    errors?: ChatProblemDetails['errors'],
  ): void {
    const problem = new ChatProblem(code, reason, { errors })
    set({ ...message, state: 'failed', problem })
    promised.get(message.key)?.reject(problem)
  }

  function drop(key: string): Promised | undefined {
    pending.delete(key)
    list = null
    return promised.get(key)
  }

  function discard(key: string): void {
    drop(key)?.reject(new ChatProblem('discarded', 'Taken back.'))
  }

  return {
    discard,

    find: (key: string): PendingMessage | undefined => pending.get(key),

    /** The same array until something changes. */
    list(): readonly PendingMessage[] {
      list ??= [...pending.values()]
      return list
    },

    /** Until when the next one waits because the room has had enough. */
    pausedUntil: () => pausedUntil,

    add(message: PendingMessage): Promise<Message> {
      set(message)
      const acceptance = new Promise<Message>((resolve, reject) => {
        promised.set(message.key, { resolve, reject })
      })
      // The entry tells of the failure too: nobody has to listen to the promise.
      acceptance.catch(() => {})
      return acceptance
    },

    /**
     * The room says who this is. What someone else said here is not this user's to send.
     * @param kept of this user, who was not here until now; null: it is the same user
     */
    adopt(
      { id: user_id, username }: Member,
      kept: readonly PendingMessage[] | null,
      { max, window_ms }: Told['welcome']['rate_limit'],
    ): void {
      rule = { max, window_ms: pauseOf(window_ms) }
      if (kept) {
        accepted = []
        notBefore = failures = 0
      }
      const here = [...pending.values()]
      pending = new Map(kept?.map((message) => [message.key, message]))
      list = null
      for (const message of here) {
        set(message.user_id ? message : { ...message, user_id, username })
        if (message.user_id && message.user_id !== user_id) discard(message.key)
      }
    },

    /** What to do while the line is up. @param shown what the device's clock shows now */
    next(now: number, shown: number): Step {
      pausedUntil = null
      for (const message of pending.values()) {
        const { key, state, content, created_at } = message
        if (state === 'failed') continue
        const tooOld = Math.abs(shown - Date.parse(created_at)) > outdatedAfterMs
        if (tooOld || bytesOf(JSON.stringify(content)) > longestText) {
          fail(message, tooOld ? 'outdated' : 'too_large', tooOld ? 'Too old.' : 'Too long.')
          continue
        }
        if (asked === key && now < answerDue) return { lookAt: answerDue }
        const lookAt = Math.max(notBefore, (accepted.at(-rule.max) ?? 0) + rule.window_ms)
        if (now < lookAt) {
          pausedUntil = lookAt
          return { lookAt }
        }
        asked = key
        answerDue = now + answerWithinMs
        return { send: message, lookAt: answerDue }
      }
      return {}
    },

    /** The line is down: what was on its way is sent again. */
    interrupt(): void {
      asked = ''
      pausedUntil = null
    },

    /** @returns whether that was one of these */
    accept(message: Message, now: number): boolean {
      const { client_id: key = '' } = message
      if (!pending.has(key)) return false
      failures = 0
      accepted = [...accepted, now].slice(-rule.max)
      drop(key)?.resolve(message)
      return true
    },

    /** @returns whether that was about one of these */
    refuse(refusal: Told['error'], now: number, random: number): boolean {
      const { code, message, errors, retry_after_ms, client_id } = refusal
      const later = forAWhile.includes(code)
      // A room that fails does not say at which message.
      const refused = pending.get(client_id ?? (later ? asked : ''))
      if (!refused) return false
      asked = ''
      if (later) notBefore = now + (pauseOf(retry_after_ms) || backOff(++failures, random))
      else fail(refused, code, message, errors)
      return true
    },
  }
}
