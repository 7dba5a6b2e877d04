// Talks to the room, which may be restarting: a new stub for each try, one more try where the
// platform says that it is safe, and never a wait that a person would notice.

import { journalFault, traits } from '../journal.ts'
import type { Parts, Room } from './parts.ts'
import { Refused } from './problem.ts'

const readDeadlineMs = 2_000
/** Longer: a change may have to fetch its message from Postgres first. */
const writeDeadlineMs = 10_000

const away = 'The room cannot be reached right now. Try again shortly.'
const unknown =
  'The room did not answer: whether this was done is unknown. It is safe to repeat an edit, ' +
  'a deletion, and a message with the same client_id.'

class Late extends Error {
  override name = 'Late'
}

function worthRepeating(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: unknown; overloaded?: unknown }
  return retryable === true && overloaded !== true
}

async function twice<T>(rooms: Parts['room'], call: (room: Room) => Promise<T>): Promise<T> {
  try {
    return await call(rooms())
  } catch (error) {
    if (!worthRepeating(error)) throw error
    return await call(rooms())
  }
}

async function orLate<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Late()), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

async function reach<T>(work: Promise<T>, ms: number, detail: string): Promise<T> {
  try {
    return await orLate(work, ms)
  } catch (error) {
    journalFault('room_away', traits(error))
    throw new Refused({ code: 'unavailable', detail })
  }
}

/** Longer than a busy room takes, and than a client waits: who is late may be in all the same. */
const enterDeadlineMs = 10_000

/** Opens a socket. To come twice is safe: the socket that nobody took is closed unread. */
export function enterRoom({ room }: Pick<Parts, 'room'>, enter: (room: Room) => Promise<Response>) {
  return reach(twice(room, enter), enterDeadlineMs, away)
}

/** Asks something that changes nothing. */
export function askRoom<T>({ room }: Pick<Parts, 'room'>, ask: (room: Room) => Promise<T>) {
  return reach(twice(room, ask), readDeadlineMs, away)
}

/** After a deploy the object of the release before may run on under this Worker for minutes. */
function isUnknownCall(error: unknown): boolean {
  return error instanceof TypeError && /^The RPC receiver does not implement\b/.test(error.message)
}

/** Asks something that is new in this release; `otherwise` answers while the room does not know it. */
export function askNewRoom<T>(
  parts: Pick<Parts, 'room'>,
  ask: (room: Room) => Promise<T>,
  otherwise: (room: Room) => Promise<T>,
): Promise<T> {
  return askRoom(parts, async (room) => {
    try {
      return await ask(room)
    } catch (error) {
      if (!isUnknownCall(error)) throw error
      return otherwise(parts.room())
    }
  })
}

/**
 * Asks for a change. It must be safe to ask twice.
 *
 * @param detail what whoever asked is told when it is unknown whether it was done
 */
export function tellRoom<T>(
  { room }: Pick<Parts, 'room'>,
  tell: (room: Room) => Promise<T>,
  detail = unknown,
) {
  return reach(twice(room, tell), writeDeadlineMs, detail)
}
