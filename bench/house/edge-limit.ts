// The Workers rate limit as Cloudflare has it: counted where the Worker runs. miniflare asks an object
// of its own by HTTP at each call instead, which costs more than all that the Worker does.

import type { Env } from '../../src/env.ts'

const limit = 1_000_000
const windowMs = 60_000

function createLimit(): RateLimit {
  const counts = new Map<string, number>()
  let begun = 0
  return {
    async limit({ key }) {
      if (Date.now() - begun >= windowMs) {
        counts.clear()
        begun = Date.now()
      }
      const count = (counts.get(key) ?? 0) + 1
      counts.set(key, count)
      return { success: count <= limit }
    },
  }
}

const limits = { EDGE_LIMIT: createLimit(), ADDRESS_LIMIT: createLimit() }

const furnished = new WeakMap<Env, Env>()

/** The same object for the same environment: the Worker keeps things by it. */
export function withEdgeLimit(env: Env): Env {
  const known = furnished.get(env) ?? { ...env, ...limits }
  furnished.set(env, known)
  return known
}
