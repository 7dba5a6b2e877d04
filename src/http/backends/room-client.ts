// Calls the room, which may be restarting: each attempt uses a new stub, retryable errors are
// retried once, and every call has a deadline.

import { errorFields, logError } from '../../logger.ts'
import { closedMessages, type Standing } from '../../room/rpc.ts'
import { late, type SystemClock, within } from '../../system-clock.ts'
import type { RoomStub, Services } from '../app-env.ts'
import { ProblemError } from '../problem-error.ts'

const readDeadlineMs = 2_000
/** Longer, because a change may have to load its message from Postgres first. */
const writeDeadlineMs = 10_000

const unreachable = 'The room cannot be reached right now. Try again shortly.'
const unknownOutcome =
  'The room did not answer: whether this was done is unknown. It is safe to repeat an edit, ' +
  'a deletion, and a message with the same client_id.'

const unknownMethod =
  'The room still runs the release before this one, which does not know this call. Nothing was ' +
  'done. Try again in a few minutes.'

export type RoomAccess = Pick<Services, 'room' | 'clock'>

class DeadlineExceeded extends Error {
  override name = 'DeadlineExceeded'
}

/** After a deploy, the object of the previous release may run under this Worker for minutes. */
function isUnknownMethod(error: unknown): boolean {
  return error instanceof TypeError && /^The RPC receiver does not implement\b/.test(error.message)
}

function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: unknown; overloaded?: unknown }
  return retryable === true && overloaded !== true
}

async function withRetry<T>(
  room: Services['room'],
  call: (room: RoomStub) => Promise<T>,
): Promise<T> {
  try {
    return await call(room())
  } catch (error) {
    if (!isRetryable(error)) throw error
    return await call(room())
  }
}

async function withDeadline<T>(clock: SystemClock, work: Promise<T>, ms: number): Promise<T> {
  const result = await within(clock, ms, work)
  if (result === late) throw new DeadlineExceeded()
  return result
}

type Deadline = { ms: number; detail: string }

/** A closed room says why in the message of its error. */
function detailOfClosed(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : ''
  return Object.values(closedMessages).find((sentence) => sentence === message)
}

async function orUnavailable<T>(
  clock: SystemClock,
  work: Promise<T>,
  { ms, detail }: Deadline,
): Promise<T> {
  try {
    return await withDeadline(clock, work, ms)
  } catch (error) {
    logError('room_unavailable', errorFields(error))
    const sentence = isUnknownMethod(error) ? unknownMethod : (detailOfClosed(error) ?? detail)
    throw new ProblemError({ code: 'unavailable', detail: sentence })
  }
}

/** Longer than a busy room takes and a client waits: a late connection may still succeed. */
const connectDeadlineMs = 10_000

/** Opens a socket. Retrying is safe: a socket that no client took is closed. */
export function connectRoom(
  { room, clock }: RoomAccess,
  connect: (room: RoomStub) => Promise<Response>,
) {
  return orUnavailable(clock, withRetry(room, connect), {
    ms: connectDeadlineMs,
    detail: unreachable,
  })
}

/** Calls a method that changes nothing. */
export function readRoom<T>({ room, clock }: RoomAccess, call: (room: RoomStub) => Promise<T>) {
  return orUnavailable(clock, withRetry(room, call), { ms: readDeadlineMs, detail: unreachable })
}

/**
 * Calls a method that is new in this release; `otherwise` answers while the room does not have it.
 */
export function readRoomOrElse<T>(
  access: RoomAccess,
  call: (room: RoomStub) => Promise<T>,
  otherwise: (room: RoomStub) => Promise<T>,
): Promise<T> {
  return readRoom(access, async (room) => {
    try {
      return await call(room)
    } catch (error) {
      if (!isUnknownMethod(error)) throw error
      return otherwise(access.room())
    }
  })
}

const standingInOldRoom: Standing = { role: 'member', restrictions: { mute: null, ban: null } }

/** Role and restrictions of a person. */
export function readStanding(access: RoomAccess, userId: string): Promise<Standing> {
  return readRoomOrElse(
    access,
    (room) => room.standing(userId),
    async () => standingInOldRoom,
  )
}

/**
 * Calls a method that changes something. It must be idempotent.
 *
 * @param detail the message for the caller when the outcome is unknown
 */
export function changeRoom<T>(
  { room, clock }: RoomAccess,
  call: (room: RoomStub) => Promise<T>,
  detail = unknownOutcome,
  ms = writeDeadlineMs,
) {
  return orUnavailable(clock, withRetry(room, call), { ms, detail })
}
