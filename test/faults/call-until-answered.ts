// Repeats a call until its answer is final: after a lost call, a rate limit, a token that has to be
// renewed, a ban that ends, and a service that is not available.

import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, call, NoAnswer } from '../harness/rest.ts'
import { type ClientParts, isExplained } from './client-parts.ts'

const retryAfterMs = 400
const retryAfterMaxMs = 5_000
const bannedRetryMs = 700

type Call = {
  method: string
  path: string
  body?: unknown
  /** Whether a refusal with this code is no mistake. It ends the call. */
  allows?: (code: string) => boolean
}

export type Answered = {
  /** null after a refusal. */
  body: unknown
  /** The code of the refusal; null: it was done. One that nothing explains is reported. */
  refusal: string | null
  /** Whether an earlier try had no answer: it may be under way still, and be done later. */
  isUncertain: boolean
}

/** Allows that something is not found while this holds. */
export const unlessGone = (isGone: () => boolean) => (code: string) =>
  code === 'not_found' && isGone()

export type Caller = Omit<ClientParts, 'proxy' | 'batching' | 'pages' | 'random'> & {
  proxy: { port: number }
}

export async function callUntilAnswered(
  caller: Caller,
  { method, path, body, allows = () => false }: Call,
): Promise<Answered> {
  const { name, account, proxy, metrics, checker } = caller
  let isUncertain = false
  for (let tries = 0; ; tries++) {
    if (tries > 0) metrics.count(`${method} tried again`)
    const from = Date.now()
    try {
      const answer = await call(proxy.port, method, path, { token: account.token, body })
      if (answer.status < 300) return { body: answer.body, refusal: null, isUncertain }
      if (answer.status === 401 && (await account.renew?.())) continue
      const refusal = codeOf(answer)
      const refused = { body: null, refusal, isUncertain }
      if (allows(refusal)) return refused
      if (isExplained(caller, refusal, { from, to: Date.now() })) {
        metrics.count(`refusals over REST: ${refusal}`)
        if (refusal === 'muted') return refused
        await delay(bannedRetryMs)
        continue
      }
      if (answer.status !== 429 && answer.status < 500) {
        checker.report(`${name}: ${method} ${path} answers ${answer.status} ${refusal}`)
        return refused
      }
      isUncertain ||= answer.status >= 500
      await delay(Math.min(retryAfterMaxMs, Math.max(retryAfterMs, answer.retryAfterMs)))
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      isUncertain = true
      await delay(retryAfterMs)
    }
  }
}

function codeOf({ body }: Answer): string {
  return typeof body === 'object' && body !== null && 'code' in body ? `${body.code}` : ''
}
