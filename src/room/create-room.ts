// Creates the components of a room, from the lowest to the highest. Each gets only its dependencies, and
// none depends on one that is created after it.

import { Access } from './access/access.ts'
import { AccessControl } from './access/access-control.ts'
import { Drain } from './access/drain.ts'
import { TokenRenewal } from './access/token-renewal.ts'
import { Upgrade } from './access/upgrade.ts'
import { Alarm } from './clock/alarm.ts'
import { Clock } from './clock/clock.ts'
import { ClockWatch } from './clock/clock-watch.ts'
import { createRestart } from './clock/restart.ts'
import { createAudience } from './create-audience.ts'
import { createBackground } from './create-background.ts'
import { createModeration } from './create-moderation.ts'
import { createReactions } from './create-reactions.ts'
import { createStored } from './create-stored.ts'
import { FrameHandler } from './frames/frame-handler.ts'
import { PostingRules } from './limits/posting-rules.ts'
import { RateLimits } from './limits/rate-limits.ts'
import type { OpenedLog } from './log/create-log.ts'
import { EarlierSends } from './messages/earlier-sends.ts'
import { MessageCalls } from './messages/message-calls.ts'
import { MessageLoader } from './messages/message-loader.ts'
import { PageCache } from './messages/page-cache.ts'
import { UnflushedReads } from './messages/unflushed-reads.ts'
import type { RoomPorts } from './ports.ts'
import { JoinLeave } from './presence/join-leave.ts'
import { MirrorWriter } from './presence/mirror-writer.ts'
import { Presence } from './presence/presence.ts'
import { ReadCalls } from './read-markers/read-calls.ts'
import { Sequencer } from './sequencer/sequencer.ts'

/**
 * Creates the components for one start of the room, around its opened log. The tables must already
 * exist.
 */
export function createRoom(ctx: DurableObjectState, ports: RoomPorts, opened: OpenedLog) {
  const { storage } = ctx
  const { sql } = storage
  const restart = createRestart(ctx)

  // Time
  const clock = new Clock(ports.systemClock)
  const startedAt = clock.now()
  const clockWatch = new ClockWatch({ clock, machineNow: ports.machineNow, restart })
  const alarm = new Alarm(storage, clock)

  // What the room has stored
  const stored = createStored(opened, { storage, ports, clock, alarm, restart })
  const { meta, log, messages, erasures, idempotencyKeys, revocations, lastSeen } = stored
  const { outbox, expiryFloor, readMarkers, unreadCounts } = stored
  const { roomSettings, restrictions, words, revisions, auditLog, reports } = stored
  const access = new Access({ clock, revocations, restrictions })
  const presence = new Presence(sql, alarm, startedAt)
  const mirrorWriter = new MirrorWriter({ mirror: ports.mirror, presence, clock, alarm })
  const rateLimits = new RateLimits(ports.limits)

  // Connections, and the events for them
  const audience = createAudience(ctx, {
    ...{ clock, startedAt, log, meta, presence, revocations, restart },
    ...{ roomSettings, restrictions, readMarkers },
    limitRules: ports.limits,
  })
  const { connections, closer, slowConsumers, broadcaster, admission, notices } = audience

  // The single writer, and the components that submit commands to it
  const sequencer = new Sequencer({
    clock,
    log,
    outbox,
    presence,
    connections,
    broadcaster,
    admission,
    notices,
  })
  const core = { clock, connections, closer, sequencer }
  const joinLeave = new JoinLeave({ ...core, presence, mirrorWriter, outbox })
  const socketLimits = ports.sockets
  const upgrade = new Upgrade({
    ...core,
    ...{ joinLeave, access, revocations, restrictions, rateLimits, socketLimits },
  })
  const { establishedAfterMs } = ports.moderation
  const postingRules = new PostingRules({
    ...{ clock, roomSettings, restrictions, words, rateLimits, establishedAfterMs },
  })
  const sendState = {
    ...{ clock, messages, idempotencyKeys, rateLimits, mirrorWriter, broadcaster, postingRules },
  }
  const { archive } = ports
  const { reactionCalls, reactionReads } = createReactions(stored, {
    ...{ ports, clock, access, rateLimits, broadcaster, sequencer },
  })
  const messageLoader = new MessageLoader(archive)
  const earlierSends = new EarlierSends({ clock, meta, idempotencyKeys, archive })
  const messageCalls = new MessageCalls({
    ...sendState,
    ...{ roomSettings, revisions, auditLog, access, reactionCalls },
    sequencer,
    messageLoader,
    expiryFloor,
    earlierSends,
  })
  const pageCache = new PageCache({ ...stored, reactionReads })
  const unflushedReads = new UnflushedReads({
    ...{ clock, access, rateLimits, expiryFloor, messages, outbox },
  })
  const accessControl = new AccessControl({
    ...core,
    ...{ revocations, roomSettings, restrictions, reports, auditLog, revisions, readMarkers },
    reactionCalls,
    joinLeave,
    log,
    erasures,
    idempotencyKeys,
    lastSeen,
    outbox,
  })
  const { verify } = ports
  const tokenRenewal = new TokenRenewal({ ...core, access, slowConsumers, verify })
  const drain = new Drain({ ...core, meta, alarm })
  const readCalls = new ReadCalls({
    ...{ access, connections, notices, messages, unreadCounts, readMarkers },
  })
  const frameHandler = new FrameHandler({
    ...core,
    ...sendState,
    messageCalls,
    earlierSends,
    access,
    tokenRenewal,
    accessControl,
    slowConsumers,
    readCalls,
    reactionCalls,
  })

  const { moderationHandler, moderationUpkeep } = createModeration(stored, {
    ...{ ports, clock, alarm, access, rateLimits, presence, sequencer, joinLeave, messageLoader },
    reactionCalls,
  })

  const { expiry, operator, maintenance } = createBackground(ctx, {
    ...stored,
    ...core,
    ...{ ports, alarm, presence, joinLeave, slowConsumers, tokenRenewal, drain },
    ...{ rateLimits, mirrorWriter, moderationUpkeep },
  })
  return {
    ...stored,
    ...audience,
    alarm,
    clock,
    clockWatch,
    drain,
    expiry,
    frameHandler,
    joinLeave,
    maintenance,
    messageCalls,
    mirrorWriter,
    access,
    accessControl,
    moderationHandler,
    operator,
    pageCache,
    presence,
    rateLimits,
    reactionCalls,
    reactionReads,
    readCalls,
    sequencer,
    tokenRenewal,
    unflushedReads,
    upgrade,
  }
}

export type RoomComponents = ReturnType<typeof createRoom>
