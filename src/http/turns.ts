// Work of which only so much may be done at once: the first in line are at it, the others wait for
// their turn, and a line that is too long, or stands still, turns away.

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

/** Waits for a turn, and does the work. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>

type Place = { until: number }

/**
 * One line, for the whole isolate. Each call watches its place by a timer of its own: the runtime
 * ends a call that waits for nothing but another call.
 */
export function createTurns({ atOnce, waiting }: TurnRules): InTurn {
  let line: Place[] = []

  function leave(left: Place): void {
    line = line.filter((place) => place !== left)
  }

  function isAtTurn(place: Place): boolean {
    const now = Date.now()
    line = line.filter(({ until }) => until > now)
    if (!line.includes(place)) line.push(place)
    return line.indexOf(place) < atOnce
  }

  async function awaitTurn(place: Place): Promise<void> {
    const deadline = Date.now() + patienceMs
    while (!isAtTurn(place)) {
      if (Date.now() > deadline) throw new Refused(busy)
      await new Promise((resolve) => setTimeout(resolve, lookMs))
      place.until = Date.now() + lapseMs.waiting
    }
    place.until = Date.now() + lapseMs.atWork
  }

  return async (work) => {
    if (line.length >= atOnce + waiting) throw new Refused(busy)
    const place = { until: Date.now() + lapseMs.waiting }
    line.push(place)
    try {
      await awaitTurn(place)
      return await work()
    } finally {
      leave(place)
    }
  }
}
