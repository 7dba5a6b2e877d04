// Creates the components of moderation.

import type { Access } from './access/access.ts'
import type { Alarm } from './clock/alarm.ts'
import type { Clock } from './clock/clock.ts'
import type { createStored } from './create-stored.ts'
import type { RateLimits } from './limits/rate-limits.ts'
import type { MessageLoader } from './messages/message-loader.ts'
import { MemberLookup } from './moderation/member-lookup.ts'
import { ModerationHandler } from './moderation/moderation-handler.ts'
import { ModerationUpkeep } from './moderation/moderation-upkeep.ts'
import type { RoomPorts } from './ports.ts'
import type { JoinLeave } from './presence/join-leave.ts'
import type { Presence } from './presence/presence.ts'
import type { ReactionCalls } from './reactions/reaction-calls.ts'
import type { Sequencer } from './sequencer/sequencer.ts'

type Uses = {
  ports: RoomPorts
  clock: Clock
  alarm: Alarm
  access: Access
  rateLimits: RateLimits
  presence: Presence
  sequencer: Sequencer
  joinLeave: JoinLeave
  messageLoader: MessageLoader
  reactionCalls: ReactionCalls
}

export function createModeration(
  stored: ReturnType<typeof createStored>,
  { ports, clock, alarm, presence, ...uses }: Uses,
) {
  const { archive } = ports
  const { sequencer } = uses
  const { snapshotDays } = ports.moderation
  const { roomSettings, restrictions } = stored
  const memberLookup = new MemberLookup({ presence, roomSettings, restrictions, archive })
  const moderationHandler = new ModerationHandler({
    ...stored,
    ...uses,
    ...{ clock, memberLookup },
    snapshotDays,
  })
  const moderationUpkeep = new ModerationUpkeep({
    ...stored,
    ...{ clock, alarm, sequencer, archive, snapshotDays },
  })
  return { moderationHandler, moderationUpkeep }
}
