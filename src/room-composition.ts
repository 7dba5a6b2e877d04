// Creates the ports of the room: its settings, and the stores behind it.

import { buildOf, tokensFrom } from './composition.ts'
import { readConfig } from './config.ts'
import { deadlinesMs, withStores } from './connect-stores.ts'
import { fenceMismatch } from './domain/fence.ts'
import type { Env } from './env.ts'
import type { Stores } from './http/app-env.ts'
import { bytesOf, writeArchive } from './postgres/archive.ts'
import { postgresFaultCode } from './postgres/client.ts'
import { expireMessages } from './postgres/expiry.ts'
import { claimFence, isFenceMismatch, readFence } from './postgres/fence.ts'
import { findMember } from './postgres/members.ts'
import { findMessage } from './postgres/messages.ts'
import { readModeration, tidyModeration } from './postgres/moderation.ts'
import { purgeMessages } from './postgres/purges.ts'
import { findReactions, readReactionRevisions } from './postgres/reactions.ts'
import { applyEndings, eraseAgain, findNewestId } from './postgres/rearchive.ts'
import { findSends, readForRestore, readRevisions } from './postgres/restore.ts'
import { writeLastSeen } from './postgres/users.ts'
import { writeMirror } from './redis/presence-mirror.ts'
import { readSends, writeSends } from './redis/send-window.ts'
import { defaultRetention } from './room/log/retention.ts'
import type { RoomPorts } from './room/ports.ts'
import type { SystemClock } from './system-clock.ts'

/** Purged messages that one statement deletes at most. */
const purgeStepMax = 2_000
/** How many days closed reports are kept. */
const reportDays = 30

/**
 * Creates the ports for one start of the room. Throws while the configuration is invalid; then no
 * request reaches the room.
 * @param objectName the object's own name, which is not ROOM_NAME after a move, when its alarm still fires
 */
export function createRoomPorts(
  env: Env,
  systemClock: SystemClock,
  machineNow: RoomPorts['machineNow'],
  objectName: string | undefined,
): RoomPorts {
  const config = readConfig(env)
  const { verify } = tokensFrom(config)
  const key = { environment: config.ENVIRONMENT, room: objectName ?? config.ROOM_NAME }
  const sends = { max: config.MESSAGE_LIMIT, windowMs: config.MESSAGE_WINDOW_MS }
  const inBackground = <T>(store: keyof Stores, work: (stores: Stores) => Promise<T>) =>
    withStores(config, deadlinesMs.background[store], work)
  return {
    systemClock,
    build: buildOf(config),
    machineNow,
    generation: config.ROOM_GENERATION,
    tokenLifeMs: config.ACCESS_TOKEN_TTL * 1_000,
    sessionLifeMs: Math.max(config.ACCESS_TOKEN_TTL, config.REFRESH_TOKEN_TTL) * 1_000,
    verify,
    limits: {
      sends,
      changes: { max: config.CHANGE_LIMIT, windowMs: 10_000 },
      connects: { max: config.CONNECT_LIMIT, windowMs: 60_000 },
      room: { max: config.ROOM_LIMIT, sends: config.ROOM_SENDS, windowMs: 1_000 },
    },
    moderation: {
      establishedAfterMs: config.ESTABLISHED_AFTER * 1_000,
      snapshotDays: config.REPORT_SNAPSHOT_DAYS,
    },
    retention: defaultRetention,
    retentionDays: config.RETENTION_DAYS,
    sockets: {
      room: config.ROOM_SOCKETS,
      user: config.USER_SOCKETS,
      address: config.ADDRESS_SOCKETS,
    },
    archive: {
      write: (rows, check, unknownAuthors) =>
        inBackground('postgres', ({ postgres }) =>
          writeArchive(postgres, rows, check && { room: key, check }, unknownAuthors),
        ),
      readFence: () => inBackground('postgres', ({ postgres }) => readFence(postgres, key)),
      bytesOf,
      find: (id) =>
        withStores(config, deadlinesMs.request.postgres, ({ postgres }) =>
          findMessage(postgres, id),
        ),
      findReactions: (id) =>
        withStores(config, deadlinesMs.request.postgres, ({ postgres }) =>
          findReactions(postgres, id),
        ),
      expire: (before, max) =>
        inBackground('postgres', ({ postgres }) => expireMessages(postgres, before, max)),
      claimFence: (epoch) =>
        inBackground('postgres', ({ postgres }) => claimFence(postgres, key, epoch)),
      readForRestore: (bounds) =>
        inBackground('postgres', ({ postgres }) => readForRestore(postgres, bounds)),
      readRevisions: (ids) =>
        inBackground('postgres', ({ postgres }) => readRevisions(postgres, ids)),
      readReactionRevisions: (ids) =>
        inBackground('postgres', ({ postgres }) => readReactionRevisions(postgres, ids)),
      readModeration: () =>
        inBackground('postgres', ({ postgres }) => readModeration(postgres, systemClock.now())),
      findSends: (keys, above) =>
        withStores(config, deadlinesMs.request.postgres, ({ postgres }) =>
          findSends(postgres, keys, above),
        ),
      findMember: (id) =>
        withStores(config, deadlinesMs.request.postgres, ({ postgres }) =>
          findMember(postgres, id),
        ),
      purge: (purge) =>
        inBackground('postgres', ({ postgres }) => purgeMessages(postgres, purge, purgeStepMax)),
      tidyModeration: (now) =>
        inBackground('postgres', ({ postgres }) =>
          tidyModeration(postgres, {
            now,
            auditDays: config.AUDIT_DAYS,
            reportDays,
            snapshotDays: config.REPORT_SNAPSHOT_DAYS,
          }),
        ),
      writeLastSeen: (entries) =>
        inBackground('postgres', ({ postgres }) => writeLastSeen(postgres, entries)),
      faultCode: (error) => (isFenceMismatch(error) ? fenceMismatch : postgresFaultCode(error)),
    },
    repair: {
      newestId: () => inBackground('postgres', ({ postgres }) => findNewestId(postgres)),
      endAccounts: (endings) =>
        inBackground('postgres', ({ postgres }) => applyEndings(postgres, endings)),
      eraseAccount: (id, mode, at) =>
        inBackground('postgres', ({ postgres }) => eraseAgain(postgres, id, { mode, at })),
    },
    mirror: {
      writePresence: (members) => inBackground('redis', ({ redis }) => writeMirror(redis, members)),
      writeSends: (sent, now) =>
        inBackground('redis', ({ redis }) => writeSends(redis, sent, { now, ...sends })),
      readSends: (now) => inBackground('redis', ({ redis }) => readSends(redis, { now, ...sends })),
    },
  }
}
