// Asks the service for something until there is an answer that decides: what it can't do now, and
// what got lost on the way, is asked again.

import { setTimeout as delay } from 'node:timers/promises'
import type { ClientParts } from './client.ts'
import { Away, call } from './wire.ts'

const againMs = 400
const longestWaitMs = 5_000

type Wish = { method: string; path: string; body?: unknown }

/** @returns the body of the answer; null after a refusal, which nothing here should lead to */
export async function insist(
  { name, account, link, figures, witness }: ClientParts,
  { method, path, body }: Wish,
): Promise<unknown> {
  for (let tries = 0; ; tries++) {
    if (tries > 0) figures.count(`${method} tried again`)
    try {
      const answer = await call(link.port, method, path, { token: account.token, body })
      if (answer.status < 300) return answer.body
      if (answer.status !== 429 && answer.status < 500) {
        witness.accuse(`${name}: ${method} ${path} answers ${answer.status}`)
        return null
      }
      await delay(Math.min(longestWaitMs, Math.max(againMs, answer.retryAfterMs)))
    } catch (error) {
      if (!(error instanceof Away)) throw error
      await delay(againMs)
    }
  }
}
