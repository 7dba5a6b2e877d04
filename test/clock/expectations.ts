// What must hold right after the clock was set, each with its name and its time. All are looked at
// together: none may wait for another.

import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, Away, call, type Frame, type Ready } from '../faults/wire.ts'
import type { Member } from './member.ts'

const broadcastMs = 1_000
const typingEveryMs = 2_000
/** A person who types says so again and again. */
const typingAgainMs = 400
const archiveMs = 5_000
const windowMs = 5_000
/** After a close, and after a start of the room, as a clock that is set back brings one about. */
const graceMs = { close: 5_000, start: 30_000 }
/** A clock that is set back by less is waited out. */
const waitedOutMs = 1_000
/** Of what is late by the machine alone. */
const slackMs = 2_000
const tokenMs = 3_600_000
const awayMs = 500
/** The code of a close. */
const unread = 4408

export type Cast = {
  speaker: Member
  listener: Member
  /** Has filled their window just before. */
  hasty: Member
  /** Closes their socket after the clock was set. */
  leaver: Member
  /** Has closed it just before. */
  left: Member
  /** Comes when the clock was set. */
  comer: Member
}

export type Expectation = { name: string; holds: () => Promise<boolean> }

const saying = (clientId: string) => (frame: Frame) =>
  frame.event === 'new_message' && frame.data.client_id === clientId
const about = (event: string, member: Member) => (frame: Frame) =>
  frame.event === event && frame.data.user_id === member.id

/** @param isAnew the room was started again with the clock that was set */
export function expectationsAfter(
  { stepMs, isAnew, port }: { stepMs: number; isAnew: boolean; port: number },
  cast: Cast,
): Expectation[] {
  const { speaker, listener, hasty, leaver, left, comer } = cast
  const leavesWithinMs = (stepMs < 0 || isAnew ? graceMs.start : graceMs.close) + slackMs
  /** Over a lost socket it is said again. */
  const isHeard = async () => {
    const clientId = `${Math.random()}`
    await listener.returned()
    const heard = listener.hears(saying(clientId), broadcastMs)
    speaker.say(clientId, `After ${stepMs} ms`)
    return heard
  }
  const isSeenTyping = async () => {
    const heard = listener.hears(about('user_typing', speaker), typingEveryMs + slackMs)
    const typing = setInterval(() => speaker.type(), typingAgainMs)
    return heard.finally(() => clearInterval(typing))
  }
  const expired = stepMs >= tokenMs

  return [
    { name: 'a message is broadcast within a second', holds: isHeard },
    {
      name: 'a message of a second later is broadcast within a second, too',
      holds: async () => {
        await delay(1_000)
        return isHeard()
      },
    },
    { name: 'typing is passed on', holds: isSeenTyping },
    {
      name: 'typing is passed on again after its two seconds',
      holds: async () => {
        await delay(typingEveryMs + 200)
        return isSeenTyping()
      },
    },
    {
      name: 'a new connection is welcome',
      holds: async () => {
        // A token of an hour has really expired then, and says so.
        if (expired && (await comer.renew()) !== 200) return false
        return comer.enter()
      },
    },
    {
      name: 'a token of before is taken, or has expired',
      holds: async () => {
        const { status, body } = await leaver.ask('GET', '/auth/me')
        return status === 200 || (expired && (body as { code: string }).code === 'token_expired')
      },
    },
    { name: 'logging in works', holds: async () => (await left.logIn()) === 200 },
    {
      name: 'a refused sender is told to wait no longer than the window is, and then may send',
      holds: async () => {
        if (expired && (await hasty.renew()) !== 200) return false
        const first = await send(hasty)
        if (first.status === 201) return true
        if (first.status !== 429 || first.retryAfterMs > windowMs) return false
        await delay(first.retryAfterMs)
        const second = await send(hasty)
        if (second.status === 201) return true
        if (second.status !== 429 || second.retryAfterMs > waitedOutMs) return false
        await delay(second.retryAfterMs)
        return (await send(hasty)).status === 201
      },
    },
    {
      name: 'who closes their socket leaves after the grace',
      holds: async () => {
        const heard = listener.hears(about('user_left', leaver), leavesWithinMs)
        leaver.leave()
        return heard
      },
    },
    // A start gives them half a minute to come back.
    ...(isAnew
      ? []
      : [
          {
            name: 'who had closed it before leaves after the grace',
            holds: () => listener.hears(about('user_left', left), leavesWithinMs),
          },
        ]),
    {
      name: 'nobody who reads is closed as one who does not',
      holds: async () => {
        await delay(graceMs.close + slackMs)
        return [speaker, listener].every(({ losses }) => !losses.includes(unread))
      },
    },
    {
      name: 'rows reach Postgres within five seconds, and /ready is ready',
      holds: async () => {
        await delay(slackMs)
        return within(archiveMs, async () => {
          const { body } = await call(port, 'GET', '/ready')
          const { status, dirty } = body as Ready
          return status === 'ready' && dirty === 0
        })
      },
    },
  ]
}

/** Again where the room was away for a moment. */
async function send(member: Member): Promise<Answer> {
  const body = { content: 'Again', client_id: crypto.randomUUID() }
  const answer = await member.ask('POST', '/messages', body)
  if (answer.status !== 503) return answer
  await delay(awayMs)
  return member.ask('POST', '/messages', body)
}

async function within(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await holds().catch(isAway)) return true
    await delay(100)
  }
  return false
}

function isAway(error: unknown): false {
  if (error instanceof Away) return false
  throw error
}
