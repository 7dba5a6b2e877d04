// The time and the timers of the platform. The Worker and the room use no others.

export type SystemClock = {
  /** Milliseconds since the epoch. */
  now(): number
  /**
   * Calls back once after so many milliseconds.
   *
   * @returns cancels it
   */
  schedule(ms: number, callback: () => void): () => void
}

export const systemClock: SystemClock = {
  now: () => Date.now(),
  schedule(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

export function sleep(clock: SystemClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.schedule(ms, resolve))
}

/** The work was not done in time, and goes on. */
export const late = Symbol('late')

/** Waits for work for so many milliseconds at most. */
export async function within<T>(
  clock: SystemClock,
  ms: number,
  work: Promise<T>,
): Promise<T | typeof late> {
  let cancel = () => {}
  const tooLate = new Promise<typeof late>((resolve) => {
    cancel = clock.schedule(ms, () => resolve(late))
  })
  try {
    return await Promise.race([work, tooLate])
  } finally {
    cancel()
  }
}
