// The production bundle with a rate limit in memory, where Cloudflare has it. miniflare would ask
// an object of its own by HTTP at each request, which costs more than all that the Worker does.

import type { Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'

export * from '../../src/worker.ts'

const unlimited: RateLimit = { limit: async () => ({ success: true }) }
const limited = new WeakMap<Env, Env>()

/** Gives the same object for the same environment, as the Worker keeps state by it. */
function withRateLimits(env: Env): Env {
  const known = limited.get(env) ?? { ...env, EDGE_LIMIT: unlimited, ADDRESS_LIMIT: unlimited }
  limited.set(env, known)
  return known
}

export default {
  fetch: (request, env, context) => worker.fetch(request, withRateLimits(env), context),
} satisfies ExportedHandler<Env>
