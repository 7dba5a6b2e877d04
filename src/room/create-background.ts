// Creates the components of background work and of the operator's calls.

import type { Drain } from './access/drain.ts'
import type { TokenRenewal } from './access/token-renewal.ts'
import type { Alarm } from './clock/alarm.ts'
import type { Clock } from './clock/clock.ts'
import type { ConnectionRegistry } from './connections/registry.ts'
import type { SlowConsumers } from './connections/slow-consumers.ts'
import type { createStored } from './create-stored.ts'
import { Expiry } from './expiry/expiry.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import { Maintenance } from './maintenance/maintenance.ts'
import type { ModerationUpkeep } from './moderation/moderation-upkeep.ts'
import { Operator } from './operator.ts'
import type { RoomPorts } from './ports.ts'
import type { JoinLeave } from './presence/join-leave.ts'
import type { MirrorWriter } from './presence/mirror-writer.ts'
import type { Presence } from './presence/presence.ts'
import type { Sequencer } from './sequencer/sequencer.ts'

type Uses = ReturnType<typeof createStored> & {
  ports: RoomPorts
  clock: Clock
  alarm: Alarm
  connections: ConnectionRegistry
  presence: Presence
  sequencer: Sequencer
  joinLeave: JoinLeave
  slowConsumers: SlowConsumers
  tokenRenewal: TokenRenewal
  drain: Drain
  rateLimits: RateLimits
  mirrorWriter: MirrorWriter
  moderationUpkeep: ModerationUpkeep
}

export function createBackground(ctx: DurableObjectState, { ports, ...uses }: Uses) {
  const { archive, retention, retentionDays, build } = ports
  const expiry = new Expiry({ ...uses, floor: uses.expiryFloor, archive, retentionDays })
  const operator = new Operator({ ...uses, build })
  const maintenance = new Maintenance({ ...uses, ctx, expiry, retention })
  return { expiry, operator, maintenance }
}
