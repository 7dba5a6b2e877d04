// Work of which only so much may be done at once: the first in line are at it, the others wait for
// their turn, and a line that is too long, or stands still, turns away. Whoever asks for much waits
// behind whoever asks for less.

import type { Refusal } from '../contract/problems.ts'
import { Refused } from './problem.ts'

/** How often who waits looks whether it is their turn, in milliseconds. */
const lookMs = 20
/** How long anyone waits, in milliseconds. */
const patienceMs = 10_000
/** A call that its client gave up is cut off where it is: its place lapses after so long. */
const lapseMs = { waiting: 5_000, atWork: 15_000 }

const busy: Refusal = {
  code: 'unavailable',
  detail: 'Too many are asking for this. Try again shortly.',
}

export type TurnRules = { atOnce: number; waiting: number }

/** Waits for a turn, and does the work. Each `whose` gets as many turns as any other. */
export type InTurn = <T>(whose: string, work: () => Promise<T>) => Promise<T>

/** In one round everyone has one turn. */
type Place = {
  whose: string
  round: number
  /** It lapses then, and never later than `lapseMs` from now: the clock may be set back. */
  until: number
  lapseMs: number
  isLost: boolean
}

/**
 * One line, for the whole isolate. Each call watches its place by a timer of its own: the runtime
 * ends a call that waits for nothing but another call.
 */
export function createTurns({ atOnce, waiting }: TurnRules): InTurn {
  /** By round, then in the order of coming. */
  let line: Place[] = []
  /** The latest that has begun. */
  let round = 0

  function leave(left: Place): void {
    line = line.filter((place) => place !== left)
  }

  function letLapse(): void {
    const now = Date.now()
    for (const place of line) place.until = Math.min(place.until, now + place.lapseMs)
    line = line.filter(({ until }) => until > now)
  }

  function hold(place: Place, ms: number): void {
    place.lapseMs = ms
    place.until = Date.now() + ms
  }

  /** Where the line is full, the last gives way to whoever would come before them. */
  function makeRoom(coming: Place): void {
    if (line.length < atOnce + waiting) return
    const last = line.at(-1)
    if (!last || last.round <= coming.round) throw new Refused(busy)
    last.isLost = true
    leave(last)
  }

  function enter(place: Place): void {
    const own = line.filter(({ whose }) => whose === place.whose)
    place.round = Math.max(round, ...own.map((other) => other.round + 1))
    makeRoom(place)
    const next = line.findIndex((other) => other.round > place.round)
    line.splice(next < 0 ? line.length : next, 0, place)
  }

  function isAtTurn(place: Place): boolean {
    if (place.isLost) throw new Refused(busy)
    letLapse()
    if (!line.includes(place)) enter(place)
    return line.indexOf(place) < atOnce
  }

  async function awaitTurn(place: Place): Promise<void> {
    const deadline = Date.now() + patienceMs
    while (!isAtTurn(place)) {
      if (Date.now() > deadline) throw new Refused(busy)
      await new Promise((resolve) => setTimeout(resolve, lookMs))
      hold(place, lapseMs.waiting)
    }
    hold(place, lapseMs.atWork)
    round = Math.max(round, place.round)
  }

  return async (whose, work) => {
    const place = { whose, round, until: 0, lapseMs: 0, isLost: false }
    hold(place, lapseMs.waiting)
    try {
      await awaitTurn(place)
      return await work()
    } finally {
      leave(place)
    }
  }
}
