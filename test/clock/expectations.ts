// Expectations right after the clock was set, each with a name and a time limit. All are checked
// at the same time.

import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, call, isArchived, NoAnswer, type Ready } from '../harness/rest.ts'
import type { Frame } from '../kit/protocol.ts'
import type { Participant } from './participant.ts'

const broadcastMs = 1_000
const typingEveryMs = 2_000
/** A client repeats `typing` while its user types. */
const typingAgainMs = 400
const archiveMs = 5_000
const windowMs = 5_000
/** Until a user is gone, after a close and after a start of the room, which follows a clock set back. */
const graceMs = { close: 5_000, start: 30_000 }
/** The room waits for the clock where it was set back by less. */
const waitedOutMs = 1_000
/** For a busy machine. */
const slackMs = 2_000
const tokenMs = 3_600_000
const retryAfterMs = 500
const slowConsumerCode = 4408

export type Participants = {
  sender: Participant
  listener: Participant
  /** Has used up its rate limit before the clock is set. */
  rateLimited: Participant
  /** Closes its connection after the clock was set. */
  leaving: Participant
  /** Has closed its connection before the clock is set. */
  disconnected: Participant
  /** Connects for the first time after the clock was set. */
  newParticipant: Participant
}

export type Expectation = { name: string; holds: () => Promise<boolean> }

const isMessage = (clientId: string) => (frame: Frame) =>
  frame.event === 'new_message' && frame.data.client_id === clientId
const isTypingOf = (participant: Participant) => (frame: Frame) =>
  frame.event === 'user_typing' && frame.data.user_id === participant.id

/** @param isRestart whether the room was started again after the clock was set */
export function expectationsAfter(
  { stepMs, isRestart, port }: { stepMs: number; isRestart: boolean; port: number },
  participants: Participants,
): Expectation[] {
  const { sender, listener, rateLimited, leaving, disconnected, newParticipant } = participants
  const leavesWithinMs = (stepMs < 0 || isRestart ? graceMs.start : graceMs.close) + slackMs
  const isBroadcast = async () => {
    const clientId = `${Math.random()}`
    await listener.reconnected()
    const received = listener.receives(isMessage(clientId), broadcastMs)
    sender.sendMessage(clientId, `After ${stepMs} ms`)
    return received
  }
  const isTypingBroadcast = async () => {
    const received = listener.receives(isTypingOf(sender), typingEveryMs + slackMs)
    const typing = setInterval(() => sender.type(), typingAgainMs)
    return received.finally(() => clearInterval(typing))
  }
  const expired = stepMs >= tokenMs

  const expectations: Record<string, () => Promise<boolean>> = {
    'a message is broadcast within a second': isBroadcast,
    'a message that is sent a second later is broadcast within a second': async () => {
      await delay(1_000)
      return isBroadcast()
    },
    'typing is broadcast': isTypingBroadcast,
    'typing is broadcast again after two seconds': async () => {
      await delay(typingEveryMs + 200)
      return isTypingBroadcast()
    },
    'a new connection becomes live': async () => {
      // After an hour the token has expired.
      if (expired && (await newParticipant.renew()) !== 200) return false
      return newParticipant.connect()
    },
    'an older token is accepted, or has expired': async () => {
      const { status, body } = await leaving.ask('GET', '/auth/me')
      return status === 200 || (expired && (body as { code: string }).code === 'token_expired')
    },
    'logging in works': async () => (await disconnected.logIn()) === 200,
    'a rate-limited user waits no longer than the window, and then may send': async () => {
      if (expired && (await rateLimited.renew()) !== 200) return false
      for (const waitMaxMs of [windowMs, waitedOutMs]) {
        const { status, retryAfterMs } = await send(rateLimited)
        if (status === 201) return true
        if (status !== 429 || retryAfterMs > waitMaxMs) return false
        await delay(retryAfterMs)
      }
      return (await send(rateLimited)).status === 201
    },
    'a user who disconnects leaves after the grace period': () => {
      leaving.disconnect()
      return within(leavesWithinMs, async () => listener.seesOffline(leaving))
    },
    'a user who had disconnected before leaves after the grace period': async () =>
      // After a start, users have half a minute to reconnect.
      isRestart || within(leavesWithinMs, async () => listener.seesOffline(disconnected)),
    'no connection is closed as a slow consumer': async () => {
      await delay(graceMs.close + slackMs)
      return [sender, listener].every(({ closeCodes }) => !closeCodes.includes(slowConsumerCode))
    },
    'rows reach Postgres within five seconds, and /ready is ready': async () => {
      await delay(slackMs)
      return within(archiveMs, async () => {
        const { body } = await call(port, 'GET', '/ready')
        return isArchived(body as Ready)
      })
    },
  }
  return Object.entries(expectations).map(([name, holds]) => ({ name, holds }))
}

/** Sends once more where the room is not available at first. */
async function send(participant: Participant): Promise<Answer> {
  const body = { content: 'Again', client_id: crypto.randomUUID() }
  const answer = await participant.ask('POST', '/messages', body)
  if (answer.status !== 503) return answer
  await delay(retryAfterMs)
  return participant.ask('POST', '/messages', body)
}

async function within(ms: number, holds: () => Promise<boolean>): Promise<boolean> {
  const end = performance.now() + ms
  while (performance.now() < end) {
    if (await holds().catch(isUnanswered)) return true
    await delay(100)
  }
  return false
}

function isUnanswered(error: unknown): false {
  if (error instanceof NoAnswer) return false
  throw error
}
