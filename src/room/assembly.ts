// Puts the parts of a room together: what each is given, and nothing else.

import type { CloseCode } from '../contract/close-codes.ts'
import type { KeptMessage } from '../domain/message.ts'
import { AlarmClock } from './alarm-clock.ts'
import { Attendance } from './attendance.ts'
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
import type { RoomParts } from './parts.ts'
import { Presence } from './presence.ts'
import { Readers } from './readers.ts'
import { Reconnection } from './reconnection.ts'
import { Reflection } from './reflection.ts'
import { Renewal } from './renewal.ts'
import { Retries } from './retries.ts'
import { Revocations } from './revocations.ts'
import { type Seat, Seats } from './seats.ts'
import { Upkeep } from './upkeep.ts'
import { Warden } from './warden.ts'

/** @param startedAt of this start of the room, in milliseconds; its tables are there already */
export function assemble(ctx: DurableObjectState, parts: RoomParts, startedAt: number) {
  const { storage } = ctx
  const { sql } = storage
  const { archive, limits, mirror, verify } = parts
  const expel = (seat: Seat, code: CloseCode) => attendance.expel(seat, code)
  const onWrite = () => {
    outbox.expect(Date.now())
    upkeep.keepBeating()
    upkeep.arm()
  }

  const alarmClock = new AlarmClock(storage)
  const meta = new Meta(sql)
  const log = new Log(sql, meta)
  const retries = new Retries(sql, meta)
  const revocations = new Revocations(sql)
  const presence = new Presence(sql)
  const departures = new Departures(sql)
  const seats = new Seats(ctx)
  const limiter = new Limiter(limits)
  const outbox = new Outbox(storage, { log, meta, archive })
  const reflection = new Reflection(mirror, presence)
  const readers = new Readers({
    ctx,
    seats,
    expel,
    turnAway: (userIds) => revocations.turnAway(userIds, Date.now()),
  })
  const told = (bytes: number) => readers.countOne(bytes, Date.now())
  const fanOut = new FanOut(seats, {
    before: () => presence.save(),
    admit: (newcomers) => door.admit(newcomers),
    sent: (bytes) => readers.count(bytes, Date.now()),
    told,
    roster: () => door.roster(),
  })
  const attendance = new Attendance({
    seats,
    presence,
    readers,
    fanOut,
    reflection,
    outbox,
    onLeaving: () => upkeep.arm(),
  })
  const door = new Door({
    log,
    seats,
    presence,
    attendance,
    revocations,
    limiter,
    rules: parts,
  })
  const conversation = new Conversation({
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
  const renewal = new Renewal({ seats, revocations, fanOut, verify, expel })
  const hearing = new Hearing({ conversation, renewal, limiter, fanOut, expel, told })
  const warden = new Warden({
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
  const reconnection = new Reconnection({ meta, seats, fanOut, expel })
  const operator = new Operator({
    startedAt,
    log,
    outbox,
    seats,
    presence,
    attendance,
    reflection,
  })
  const upkeep = new Upkeep({
    ctx,
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
    conversation,
    door,
    fanOut,
    hearing,
    limiter,
    log,
    operator,
    outbox,
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
