// Messages that the room has not accepted yet, in the order they were sent. Only one is on its way,
// so that none overtakes another. A temporary refusal holds back that message and all after it.

import { backOff, cappedPause } from '../backoff.ts'
import type { Member, Message, RoomEvents } from '../contract.ts'
import { ChatProblem, type ChatProblemCode, type ChatProblemDetails } from '../problem.ts'
import type { PendingMessage } from '../state.ts'
import { utf8Length } from '../utf8-length.ts'

/** A client_id makes a retry safe for 24 hours. An hour of that is for clocks that differ. */
const outdatedAfterMs = 23 * 60 * 60_000
/** After so long without an answer on an open connection, the message is sent again. */
const answerWithinMs = 20_000

/** Bytes of a text and its references as JSON. The room closes the connection for a longer frame. */
const longestText = 32 * 1024 - 256

/** Of refusals after which the same may be sent again. */
export const temporaryCodes: readonly string[] = [
  'rate_limited',
  'slow_mode',
  'room_busy',
  'unavailable',
]
const longestSlowModeMs = 120_000

type SendPromise = { resolve: (message: Message) => void; reject: (problem: ChatProblem) => void }

/** The message to send now, and when to ask again, by the same clock as `now`. */
export type Step = { send?: PendingMessage; wakeAt?: number }

export function createSendQueue() {
  /** By key, in the order they were sent. */
  let pending = new Map<string, PendingMessage>()
  let list: readonly PendingMessage[] | null = null
  const promises = new Map<string, SendPromise>()
  /** The key of the message that is on its way. */
  let sentKey = ''
  let answerDueAt = 0
  let notBefore = 0
  let pausedUntil: number | null = null
  let failures = 0
  /** Whether the wait until `notBefore` is for the slow mode. */
  let isSlowMode = false
  /** When the room accepted the latest messages. */
  let acceptedAt: number[] = []
  let rateLimit = { max: 1, window_ms: 0 }

  function set(message: PendingMessage): void {
    pending.set(message.key, message)
    list = null
  }

  function fail(
    message: PendingMessage,
    code: ChatProblemCode,
    reason: string,
    details?: ChatProblemDetails,
  ): void {
    const problem = new ChatProblem(code, reason, details)
    set({ ...message, state: 'failed', problem })
    promises.get(message.key)?.reject(problem)
  }

  function remove(key: string): SendPromise | undefined {
    pending.delete(key)
    list = null
    return promises.get(key)
  }

  function discard(key: string): void {
    remove(key)?.reject(new ChatProblem('discarded', 'The message was discarded.'))
  }

  return {
    discard,

    find: (key: string): PendingMessage | undefined => pending.get(key),

    /** The same array until something changes. */
    list(): readonly PendingMessage[] {
      list ??= [...pending.values()]
      return list
    },

    /** How long the rate limit or a busy room holds the next message back; null: nothing waits. */
    pausedUntil: () => pausedUntil,

    add(message: PendingMessage): Promise<Message> {
      set(message)
      const accepted = new Promise<Message>((resolve, reject) => {
        promises.set(message.key, { resolve, reject })
      })
      // The entry shows the failure too, so that a caller may ignore the promise.
      accepted.catch(() => {})
      return accepted
    },

    /**
     * Sets the user. Messages that another user sent from this page are discarded.
     * @param restored stored messages of a user who is new to this page; null: it is the same user
     */
    adopt(
      { id: user_id, username }: Member,
      restored: readonly PendingMessage[] | null,
      { max, window_ms }: RoomEvents['welcome']['rate_limit'],
    ): void {
      rateLimit = { max, window_ms: cappedPause(window_ms) }
      if (restored) {
        acceptedAt = []
        notBefore = failures = 0
      }
      const ofThisPage = [...pending.values()]
      pending = new Map(restored?.map((message) => [message.key, message]))
      list = null
      for (const message of ofThisPage) {
        set(message.user_id ? message : { ...message, user_id, username })
        if (message.user_id && message.user_id !== user_id) discard(message.key)
      }
    },

    /** The next step while the client is online. @param deviceNow by the device's clock */
    next(now: number, deviceNow: number): Step {
      pausedUntil = null
      for (const message of pending.values()) {
        const { key, state, content, created_at, reply_to, mentions } = message
        if (state === 'failed') continue
        const isOutdated = Math.abs(deviceNow - Date.parse(created_at)) > outdatedAfterMs
        const bytes = utf8Length(JSON.stringify([content, reply_to, mentions]))
        if (isOutdated || bytes > longestText) {
          if (isOutdated) fail(message, 'outdated', 'The message waited for too long.')
          else fail(message, 'too_large', 'The message is too long.')
          continue
        }
        if (sentKey === key && now < answerDueAt) return { wakeAt: answerDueAt }
        const windowEnd = (acceptedAt.at(-rateLimit.max) ?? 0) + rateLimit.window_ms
        const wakeAt = Math.max(notBefore, windowEnd)
        if (now < wakeAt) {
          pausedUntil = wakeAt
          return { wakeAt }
        }
        sentKey = key
        answerDueAt = now + answerWithinMs
        return { send: message, wakeAt: answerDueAt }
      }
      return {}
    },

    /** The connection is lost: the message that was on its way is sent again. */
    interrupt(): void {
      sentKey = ''
      pausedUntil = null
    },

    /** The slow mode is shorter, or over: the next message is not held back for it. */
    easeSlowMode(): void {
      if (isSlowMode) notBefore = 0
    },

    /** @returns whether this message was pending */
    accept(message: Message, now: number): boolean {
      const { client_id: key = '' } = message
      if (!pending.has(key)) return false
      failures = 0
      acceptedAt = [...acceptedAt, now].slice(-rateLimit.max)
      remove(key)?.resolve(message)
      return true
    },

    /** @returns whether the refusal is about a pending message */
    refuse(refusal: RoomEvents['error'], now: number, random: number): boolean {
      const { code, message, errors, retry_after_ms: retryAfterMs } = refusal
      const { client_id, event = 'send_message' } = refusal
      const isTemporary = temporaryCodes.includes(code)
      // A room that fails does not say which message it refuses.
      const isUnnamed = isTemporary && event === 'send_message'
      const refused = pending.get(client_id ?? (isUnnamed ? sentKey : ''))
      if (!refused) return false
      sentKey = ''
      isSlowMode = code === 'slow_mode'
      const longestMs = isSlowMode ? longestSlowModeMs : undefined
      if (isTemporary)
        notBefore = now + (cappedPause(retryAfterMs, longestMs) || backOff(++failures, random))
      else fail(refused, code, message, { errors, retryAfterMs })
      return true
    },
  }
}
