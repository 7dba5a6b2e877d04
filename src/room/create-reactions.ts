// Creates the components of reactions.

import type { Access } from './access/access.ts'
import type { Broadcaster } from './broadcast/broadcaster.ts'
import type { Clock } from './clock/clock.ts'
import type { createStored } from './create-stored.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { RoomPorts } from './ports.ts'
import { ReactionCalls } from './reactions/reaction-calls.ts'
import { ReactionLoader } from './reactions/reaction-loader.ts'
import { ReactionReads } from './reactions/reaction-reads.ts'
import type { Sequencer } from './sequencer/sequencer.ts'

type Uses = {
  ports: RoomPorts
  clock: Clock
  access: Access
  rateLimits: RateLimits
  broadcaster: Broadcaster
  sequencer: Sequencer
}

export function createReactions(stored: ReturnType<typeof createStored>, { ports, ...uses }: Uses) {
  const { archive } = ports
  const reactionLoader = new ReactionLoader(archive)
  const reactionCalls = new ReactionCalls({ ...stored, ...uses, reactionLoader })
  const reactionReads = new ReactionReads({ ...stored, ...uses })
  return { reactionCalls, reactionReads }
}
