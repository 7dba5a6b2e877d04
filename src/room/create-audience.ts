// Creates the components that send events to connections.

import type { Revocations } from './access/revocations.ts'
import { Admission } from './broadcast/admission.ts'
import { Broadcaster } from './broadcast/broadcaster.ts'
import { Notices } from './broadcast/notices.ts'
import type { Clock } from './clock/clock.ts'
import { ConnectionCloser } from './connections/closer.ts'
import { ConnectionRegistry } from './connections/registry.ts'
import { SlowConsumers } from './connections/slow-consumers.ts'
import type { LimitRules } from './limits/rate-limits.ts'
import type { Log } from './log/log.ts'
import type { Meta } from './log/meta.ts'
import type { RestrictionTable } from './log/private/restrictions.ts'
import type { RoomSettings } from './log/room-settings/room-settings.ts'
import { lastTickAt } from './maintenance/maintenance.ts'
import type { Presence } from './presence/presence.ts'
import type { ReadMarkers } from './read-markers/read-markers.ts'

type Uses = {
  clock: Clock
  startedAt: number
  log: Log
  meta: Meta
  presence: Presence
  revocations: Revocations
  roomSettings: RoomSettings
  restrictions: RestrictionTable
  readMarkers: ReadMarkers
  restart: (why: string) => void
  limitRules: LimitRules
}

export function createAudience(ctx: DurableObjectState, uses: Uses) {
  const { clock, startedAt, log, meta, presence, revocations, restart, limitRules } = uses
  const { roomSettings, restrictions, readMarkers } = uses
  const sweptAt = lastTickAt(meta, startedAt)
  const connections = new ConnectionRegistry(ctx, startedAt)
  for (const { member, readId } of connections.all())
    if (readId !== undefined) readMarkers.restore(member.id, readId)
  const closer = new ConnectionCloser({ clock, connections, presence, readMarkers })
  const slowConsumers = new SlowConsumers({
    ...{ ctx, clock, sweptAt, connections, closer, revocations, restart },
  })
  const broadcaster = new Broadcaster({ clock, connections, presence, slowConsumers })
  const admission = new Admission({
    ...{ clock, log, connections, presence, broadcaster, slowConsumers },
    ...{ roomSettings, restrictions },
    rateLimits: limitRules,
  })
  const notices = new Notices({ clock, connections, roomSettings, slowConsumers })
  return { connections, closer, slowConsumers, broadcaster, admission, notices }
}
