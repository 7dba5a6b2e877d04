// A fair queue: limits how much work runs at a time. Waiting work is ordered round-robin by key, and
// a queue that is full or stands still refuses with `unavailable`.

import type { Refusal } from '../../contract/problems.ts'
import { type SystemClock, sleep } from '../../system-clock.ts'
import { ProblemError } from '../problem-error.ts'

/** How often a waiting call checks its place, in milliseconds. */
const pollMs = 20
/** How long a call waits at most, in milliseconds. */
const maxWaitMs = 10_000
/** When the entry of a call that its client cancelled expires, in milliseconds. */
const expiryMs = { waiting: 5_000, running: 15_000 }

const busy: Refusal = {
  code: 'unavailable',
  detail: 'Too many are asking for this. Try again shortly.',
}

export type FairQueueLimits = { concurrency: number; maxWaiting: number }

/** Waits for its turn and runs the work. Each `key` gets as many turns as any other. */
export type FairQueue = <T>(key: string, work: () => Promise<T>) => Promise<T>

/** Each key has one turn per round. */
type Entry = {
  key: string
  round: number
  /** Never later than `expiryMs` from now, because the clock may be set back. */
  expiresAt: number
  expiryMs: number
  isEvicted: boolean
}

/**
 * Creates one queue for the whole isolate. Each call polls with its own timer, because the runtime
 * cancels a call that only waits for another one.
 */
export function createFairQueue(
  clock: SystemClock,
  { concurrency, maxWaiting }: FairQueueLimits,
): FairQueue {
  /** Ordered by round, then by arrival. */
  let queue: Entry[] = []
  /** The latest round that has started. */
  let round = 0

  function remove(removed: Entry): void {
    queue = queue.filter((entry) => entry !== removed)
  }

  function dropExpired(): void {
    const now = clock.now()
    for (const entry of queue) entry.expiresAt = Math.min(entry.expiresAt, now + entry.expiryMs)
    queue = queue.filter(({ expiresAt }) => expiresAt > now)
  }

  function extend(entry: Entry, ms: number): void {
    entry.expiryMs = ms
    entry.expiresAt = clock.now() + ms
  }

  /** Evicts the last entry of a full queue if the new one comes before it. */
  function evictLast(newEntry: Entry): void {
    if (queue.length < concurrency + maxWaiting) return
    const last = queue.at(-1)
    if (!last || last.round <= newEntry.round) throw new ProblemError(busy)
    last.isEvicted = true
    remove(last)
  }

  function enqueue(entry: Entry): void {
    const own = queue.filter(({ key }) => key === entry.key)
    entry.round = Math.max(round, ...own.map((other) => other.round + 1))
    evictLast(entry)
    const next = queue.findIndex((other) => other.round > entry.round)
    queue.splice(next < 0 ? queue.length : next, 0, entry)
  }

  function isRunnable(entry: Entry): boolean {
    if (entry.isEvicted) throw new ProblemError(busy)
    dropExpired()
    if (!queue.includes(entry)) enqueue(entry)
    return queue.indexOf(entry) < concurrency
  }

  async function waitForTurn(entry: Entry): Promise<void> {
    const deadline = clock.now() + maxWaitMs
    while (!isRunnable(entry)) {
      if (clock.now() > deadline) throw new ProblemError(busy)
      await sleep(clock, pollMs)
      extend(entry, expiryMs.waiting)
    }
    extend(entry, expiryMs.running)
    round = Math.max(round, entry.round)
  }

  return async (key, work) => {
    const entry = { key, round, expiresAt: 0, expiryMs: 0, isEvicted: false }
    extend(entry, expiryMs.waiting)
    try {
      await waitForTurn(entry)
      return await work()
    } finally {
      remove(entry)
    }
  }
}
