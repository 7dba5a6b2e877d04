// Asks a service for `/ready`, and says whether the Worker or the room runs another build than
// wanted.

import type { Build, Readiness } from '../src/contract/routes/health.ts'

export type Answer = {
  /** Null: the answer is not one of this service. */
  readiness: Partial<Readiness> | null
  isReady: boolean
  /** The answer, or why there is none, for a person to read. */
  said: string
}

export type Wanted = { name: string; matches: (build: Build) => boolean }

const shownCharacters = 600

export async function askReadiness(url: string, timeoutMs: number): Promise<Answer> {
  try {
    const response = await fetch(new URL('/ready', url), { signal: AbortSignal.timeout(timeoutMs) })
    const text = await response.text()
    const said = `${response.status} ${text.slice(0, shownCharacters)}`
    const readiness = parse(text)
    return { readiness, isReady: response.ok && readiness?.status === 'ready', said }
  } catch (error) {
    if (!(error instanceof Error)) throw error
    const { cause } = error
    const said = cause instanceof Error ? cause.message : error.message
    return { readiness: null, isReady: false, said }
  }
}

function parse(text: string): Partial<Readiness> | null {
  try {
    const answer: unknown = JSON.parse(text)
    return typeof answer === 'object' ? answer : null
  } catch {
    return null
  }
}

/** Which of the two lags behind, in a sentence; null: both run what is wanted. */
export function lagOf(readiness: Partial<Readiness>, { name, matches }: Wanted): string | null {
  const parts = [
    ['Worker', readiness.build],
    ['room', readiness.room?.build],
  ] as const
  const lagging = parts.filter(([, build]) => !build || !matches(build))
  if (lagging.length === 0) return null
  const facts = lagging.map(([part, build]) => `the ${part} runs ${describe(build)}`)
  return `${facts.join(' and ')}, not ${name}`
}

function describe(build: Build | null | undefined): string {
  return build ? `${build.commit} of ${build.time}` : 'a build without a name'
}
