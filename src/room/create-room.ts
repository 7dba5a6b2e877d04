// Creates the components of a room, and passes to each one only what it uses.

import type { CloseCode } from '../contract/close-codes.ts'
import type { KeptMessage } from '../domain/message.ts'
import { journalFault } from '../journal.ts'
import { Drain } from './access/drain.ts'
import { Moderation } from './access/moderation.ts'
import { Revocations } from './access/revocations.ts'
import { TokenRenewal } from './access/token-renewal.ts'
import { Admission } from './broadcast/admission.ts'
import { Broadcaster } from './broadcast/broadcaster.ts'
import { atMostNow, Clock } from './clock/clock.ts'
import { ClockWatch } from './clock/clock-watch.ts'
import { type Connection, ConnectionRegistry } from './connections/registry.ts'
import { SlowConsumers } from './connections/slow-consumers.ts'
import { FrameHandler } from './frames/frame-handler.ts'
import { RateLimits } from './limits/rate-limits.ts'
import { IdempotencyKeys } from './log/idempotency-keys.ts'
import { Log } from './log/log.ts'
import { Meta } from './log/meta.ts'
import { Alarm } from './maintenance/alarm.ts'
import { Maintenance, tickMs } from './maintenance/maintenance.ts'
import { MessageCommands } from './messages/message-commands.ts'
import { PageCache } from './messages/page-cache.ts'
import { Operator } from './operator.ts'
import { LastSeen } from './outbox/last-seen.ts'
import { Outbox } from './outbox/outbox.ts'
import type { RoomPorts } from './ports.ts'
import { JoinLeave } from './presence/join-leave.ts'
import { MirrorWriter } from './presence/mirror-writer.ts'
import { Presence } from './presence/presence.ts'

/**
 * When an earlier start of the room last looked for slow consumers, or else now. The stored time is
 * that of the next tick.
 */
function lastSweepAt(meta: Meta, now: number): number {
  const tickAt = meta.number('beat_at')
  return tickAt === 0 ? now : atMostNow(tickAt - tickMs, now)
}

/** Creates the components for one start of the room. The tables must already exist. */
export function createRoom(ctx: DurableObjectState, ports: RoomPorts) {
  const clock = new Clock(ports.wall, () => maintenance.arm())
  const startedAt = clock.now()
  const { storage } = ctx
  const { sql } = storage
  const { archive, limits, mirror, verify } = ports
  const close = (connection: Connection, code: CloseCode) => joinLeave.close(connection, code)
  const onWrite = () => {
    outbox.schedule(clock.now())
    maintenance.startTicking()
    maintenance.arm()
  }

  const restart = (why: string) => {
    journalFault('room_restarts', { why })
    // Writes that are not synced yet would be lost with this start of the room.
    void storage.sync().then(() => ctx.abort(why))
  }
  const clockWatch = new ClockWatch({ clock, machineNow: ports.machineNow, restart })
  const alarm = new Alarm(storage, clock)
  const meta = new Meta(sql)
  const log = new Log(sql, meta)
  const idempotencyKeys = new IdempotencyKeys(sql, meta)
  const revocations = new Revocations(sql, clock, ports.tokenLifeMs)
  const presence = new Presence(sql, startedAt)
  const lastSeen = new LastSeen(sql)
  const connections = new ConnectionRegistry(ctx, startedAt)
  const rateLimits = new RateLimits(limits)
  const outbox = new Outbox(storage, { log, meta, archive, clock })
  const pageCache = new PageCache({ log, outbox })
  const mirrorWriter = new MirrorWriter(mirror, presence, clock)
  const slowConsumers = new SlowConsumers({
    ctx,
    clock,
    sweptAt: lastSweepAt(meta, startedAt),
    connections,
    close,
    blockConnects: (userIds) => revocations.blockConnects(userIds),
    restart,
  })
  const countReplies = (bytes: number) => slowConsumers.countReplies(bytes, clock.now())
  const broadcaster = new Broadcaster(connections, clock, {
    beforeBroadcast: () => presence.save(),
    admit: (joining) => admission.admit(joining),
    onBroadcast: (bytes) => slowConsumers.countBroadcast(bytes, clock.now()),
    onWelcome: countReplies,
    roster: () => admission.roster(),
  })
  const joinLeave = new JoinLeave({
    clock,
    connections,
    presence,
    slowConsumers,
    broadcaster,
    mirrorWriter,
    outbox,
    onLeaving: () => maintenance.arm(),
  })
  const admission = new Admission({
    clock,
    log,
    connections,
    presence,
    joinLeave,
    revocations,
    rateLimits,
    rules: ports,
  })
  const messageCommands = new MessageCommands({
    clock,
    storage,
    log,
    idempotencyKeys,
    revocations,
    rateLimits,
    broadcaster,
    archive,
    onWrite: (message: KeptMessage) => {
      if (message.revision === 1) mirrorWriter.recordSend(message.user_id, message.id)
      onWrite()
    },
  })
  const tokenRenewal = new TokenRenewal({
    clock,
    connections,
    revocations,
    broadcaster,
    verify,
    close,
  })
  const frameHandler = new FrameHandler({
    clock,
    messageCommands,
    tokenRenewal,
    rateLimits,
    broadcaster,
    close,
    refuseOversized: (connection, size) => moderation.refuseOversized(connection, size),
    onReply: countReplies,
  })
  const moderation = new Moderation({
    clock,
    storage,
    revocations,
    connections,
    joinLeave,
    log,
    idempotencyKeys,
    lastSeen,
    outbox,
    broadcaster,
    onWrite,
  })
  const drain = new Drain({ clock, meta, connections, broadcaster, close })
  const operator = new Operator({
    clock,
    log,
    outbox,
    connections,
    presence,
    joinLeave,
    mirrorWriter,
  })
  const maintenance = new Maintenance({
    ctx,
    clock,
    alarm,
    meta,
    log,
    idempotencyKeys,
    revocations,
    presence,
    joinLeave,
    slowConsumers,
    tokenRenewal,
    drain,
    rateLimits,
    outbox,
    mirrorWriter,
  })
  return {
    alarm,
    joinLeave,
    clock,
    clockWatch,
    messageCommands,
    admission,
    broadcaster,
    frameHandler,
    rateLimits,
    log,
    operator,
    outbox,
    pageCache,
    presence,
    slowConsumers,
    drain,
    mirrorWriter,
    revocations,
    connections,
    maintenance,
    moderation,
  }
}

export type RoomComponents = ReturnType<typeof createRoom>
