// Notices that a service answers no more. Each probe has a deadline, and one that came late because the
// machine slept, or had no time for this process either, says nothing about the service.
import { setTimeout as delay } from 'node:timers/promises'

export interface Watched {
  /** What answers with 200 whenever the service works. */
  url: string
  /** Whether it should answer now. */
  isServing(): boolean
  /** Runs after each probe without an answer. */
  revive(): void
}

const probeEveryMs = 750
const answerWithinMs = 2_000
const lateMs = 500
/** Probes in a row without an answer, after which it is given up. */
const patience = 8

/** Settles when the service is given up. */
export async function untilSilent({ url, isServing, revive }: Watched): Promise<void> {
  let silent = 0
  while (silent < patience) {
    await delay(probeEveryMs)
    const found = isServing() ? await probe(url) : 'answered'
    if (found === 'answered') silent = 0
    if (found !== 'silent') continue
    silent += 1
    revive()
  }
}

async function probe(url: string): Promise<'answered' | 'silent' | 'unknown'> {
  const began = performance.now()
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) })
    await answer.body?.cancel()
    return answer.ok ? 'answered' : 'silent'
  } catch {
    return performance.now() - began > answerWithinMs + lateMs ? 'unknown' : 'silent'
  }
}
