// Puts the parts of a room together: what each is given, and nothing else.

import type { CloseCode } from '../contract/close-codes.ts'
import type { KeptMessage } from '../domain/message.ts'
import { journalFault } from '../journal.ts'
import { AlarmClock } from './alarm-clock.ts'
import { Attendance } from './attendance.ts'
import { Clock, pastTime } from './clock.ts'
import { ClockWatch } from './clock-watch.ts'
import { Conversation } from './conversation.ts'
import { Departures } from './departures.ts'
import { Door } from './door.ts'
import { FanOut } from './fan-out.ts'
import { Hearing } from './hearing.ts'
import { Limiter } from './limiter.ts'
import { Log } from './log.ts'
import { Meta } from './meta.ts'
import { Operator } from './operator.ts'
import { Outbox } from './outbox.ts'
import { PageTexts } from './page-texts.ts'
import type { RoomParts } from './parts.ts'
import { Presence } from './presence.ts'
import { Readers } from './readers.ts'
import { Reconnection } from './reconnection.ts'
import { Reflection } from './reflection.ts'
import { Renewal } from './renewal.ts'
import { Retries } from './retries.ts'
import { Revocations } from './revocations.ts'
import { type Seat, Seats } from './seats.ts'
import { beatMs, Upkeep } from './upkeep.ts'
import { Warden } from './warden.ts'

/** When an earlier start of the room looked for silent connections, or else now. */
function sweptBefore(meta: Meta, now: number): number {
  const beatAt = meta.number('beat_at')
  return beatAt === 0 ? now : pastTime(beatAt - beatMs, now)
}

/** Of one start of the room; its tables are there already. */
export function assemble(ctx: DurableObjectState, parts: RoomParts) {
  const clock = new Clock(parts.wall, () => upkeep.arm())
  const startedAt = clock.now()
  const { storage } = ctx
  const { sql } = storage
  const { archive, limits, mirror, verify } = parts
  const expel = (seat: Seat, code: CloseCode) => attendance.expel(seat, code)
  const onWrite = () => {
    outbox.expect(clock.now())
    upkeep.keepBeating()
    upkeep.arm()
  }

  const restart = (why: string) => {
    journalFault('room_restarts', { why })
    // What is not synced would be lost with this start of the room.
    void storage.sync().then(() => ctx.abort(why))
  }
  const clockWatch = new ClockWatch({ clock, machineNow: parts.machineNow, restart })
  const alarmClock = new AlarmClock(storage, clock)
  const meta = new Meta(sql)
  const log = new Log(sql, meta)
  const retries = new Retries(sql, meta)
  const revocations = new Revocations(sql, clock, parts.tokenLifeMs)
  const presence = new Presence(sql, startedAt)
  const departures = new Departures(sql)
  const seats = new Seats(ctx, startedAt)
  const limiter = new Limiter(limits)
  const outbox = new Outbox(storage, { log, meta, archive, clock })
  const pageTexts = new PageTexts({ log, outbox })
  const reflection = new Reflection(mirror, presence, clock)
  const readers = new Readers({
    ctx,
    clock,
    sweptAt: sweptBefore(meta, startedAt),
    seats,
    expel,
    turnAway: (userIds) => revocations.turnAway(userIds),
    restart,
  })
  const told = (bytes: number) => readers.countOne(bytes, clock.now())
  const fanOut = new FanOut(seats, clock, {
    before: () => presence.save(),
    admit: (newcomers) => door.admit(newcomers),
    sent: (bytes) => readers.count(bytes, clock.now()),
    told,
    roster: () => door.roster(),
  })
  const attendance = new Attendance({
    clock,
    seats,
    presence,
    readers,
    fanOut,
    reflection,
    outbox,
    onLeaving: () => upkeep.arm(),
  })
  const door = new Door({
    clock,
    log,
    seats,
    presence,
    attendance,
    revocations,
    limiter,
    rules: parts,
  })
  const conversation = new Conversation({
    clock,
    storage,
    log,
    retries,
    revocations,
    limiter,
    fanOut,
    archive,
    onWrite: (message: KeptMessage) => {
      if (message.revision === 1) reflection.noteSend(message.user_id, message.id)
      onWrite()
    },
  })
  const renewal = new Renewal({ clock, seats, revocations, fanOut, verify, expel })
  const hearing = new Hearing({
    clock,
    conversation,
    renewal,
    limiter,
    fanOut,
    expel,
    refuseOversized: (seat, size) => warden.refuseOversized(seat, size),
    told,
  })
  const warden = new Warden({
    clock,
    storage,
    revocations,
    seats,
    attendance,
    log,
    retries,
    departures,
    outbox,
    fanOut,
    onWrite,
  })
  const reconnection = new Reconnection({ clock, meta, seats, fanOut, expel })
  const operator = new Operator({
    clock,
    log,
    outbox,
    seats,
    presence,
    attendance,
    reflection,
  })
  const upkeep = new Upkeep({
    ctx,
    clock,
    alarmClock,
    meta,
    log,
    retries,
    revocations,
    presence,
    attendance,
    readers,
    renewal,
    reconnection,
    limiter,
    outbox,
    reflection,
  })
  return {
    alarmClock,
    attendance,
    clock,
    clockWatch,
    conversation,
    door,
    fanOut,
    hearing,
    limiter,
    log,
    operator,
    outbox,
    pageTexts,
    presence,
    readers,
    reconnection,
    reflection,
    revocations,
    seats,
    upkeep,
    warden,
  }
}

export type Assembly = ReturnType<typeof assemble>
