// Creates the components that keep what the room has stored, around its opened log.

import { Revocations } from './access/revocations.ts'
import type { Alarm } from './clock/alarm.ts'
import type { Clock } from './clock/clock.ts'
import type { OpenedLog } from './log/create-log.ts'
import { IdempotencyKeys } from './log/idempotency-keys.ts'
import { catchUpWithErasures } from './log/reactions/catch-up.ts'
import { AccountEndings } from './outbox/account-endings.ts'
import { LastSeen } from './outbox/last-seen.ts'
import { Outbox } from './outbox/outbox.ts'
import { PurgeWriter } from './outbox/purge-writer.ts'
import { Rearchive } from './outbox/rearchive.ts'
import type { RoomPorts } from './ports.ts'
import { ReadMarkers } from './read-markers/read-markers.ts'
import { ExclusionImport } from './recovery/exclusion-import.ts'
import { tokensValidFrom } from './recovery/recovery.ts'

type Uses = {
  storage: DurableObjectStorage
  ports: RoomPorts
  clock: Clock
  alarm: Alarm
  restart: (why: string) => void
}

export function createStored(opened: OpenedLog, { storage, ports, clock, alarm, restart }: Uses) {
  const { sql } = storage
  const { archive, repair, tokenLifeMs } = ports
  const { meta, log, messages, erasures, markedTables } = opened
  const idempotencyKeys = new IdempotencyKeys(sql, meta)
  const revocations = new Revocations(sql, clock, ports.sessionLifeMs)
  revocations.refuseIssuedBefore(tokensValidFrom(meta, clock.wall()))
  const lastSeen = new LastSeen(sql)
  catchUpWithErasures(opened, storage, clock.wall())
  const outbox = new Outbox(storage, {
    log,
    markedTables,
    meta,
    archive,
    clock,
    alarm,
    onSetBack() {
      // The next start begins another epoch, whatever the fence looks like by then.
      meta.set('replace_due', 'room_set_back')
      restart('The storage of the room was set back')
    },
  })
  const accountEndings = new AccountEndings({ meta, erasures, revocations, repair, clock, alarm })
  const { purges, reactionTotals } = opened
  const readMarkers = new ReadMarkers({ ...opened, clock, outbox })
  const purgeWriter = new PurgeWriter({ purges, outbox, archive, clock, alarm })
  const rearchive = new Rearchive({
    ...{ purges, purgeWriter, reactionTotals },
    ...{ log, markedTables, meta, messages, archive, repair, outbox, accountEndings, clock },
    tokenLifeMs,
  })
  const exclusionImport = new ExclusionImport({ ...opened, revocations, archive, clock, alarm })
  return {
    ...opened,
    ...{ idempotencyKeys, revocations, lastSeen, outbox },
    ...{ accountEndings, rearchive, exclusionImport, purgeWriter, readMarkers },
  }
}
