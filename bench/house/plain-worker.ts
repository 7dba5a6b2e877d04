// The production bundle with a rate limit of the bench.

import type { Env } from '../../src/env.ts'
import worker from '../../src/worker.ts'
import { withEdgeLimit } from './edge-limit.ts'

export { ChatRoom, MachineClock } from '../../src/worker.ts'

export default {
  fetch: (request, env, context) => worker.fetch(request, withEdgeLimit(env), context),
} satisfies ExportedHandler<Env>
