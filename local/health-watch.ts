// Detects that a service no longer answers. Each probe has a deadline. A probe that ran late, because the
// machine slept or was too busy for this process, counts neither as an answer nor as a failure.
import { setTimeout as delay } from 'node:timers/promises'

export interface Watched {
  /** A URL that answers 200 while the service works. */
  url: string
  /** Whether it should answer now. */
  isServing(): boolean
  /** Runs after each probe without an answer. */
  revive(): void
}

const probeEveryMs = 750
const answerWithinMs = 2_000
const lateMs = 500
/** After so many probes in a row without an answer, the service counts as dead. */
const silentProbesMax = 8

/** Settles when the service counts as dead. */
export async function untilSilent({ url, isServing, revive }: Watched): Promise<void> {
  let silent = 0
  while (silent < silentProbesMax) {
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
