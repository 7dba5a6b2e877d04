// The state of the room, and the role, mute and ban of the own user. Both restrictions end by the
// room's clock, also while no frame comes.

import type { MonotonicPlatform } from '../clock.ts'
import type { Restriction, Restrictions, Role, Room, RoomEvents } from '../contract.ts'
import type { Emit } from '../emitter.ts'

type Uses = {
  platform: MonotonicPlatform
  emit: Emit
  /** To be called where `state` may have changed. */
  stateChanged: () => void
  /** undefined: the user is not known yet. */
  ownId: () => string | undefined
}

export function createModerationState({ platform, emit, stateChanged, ownId }: Uses) {
  let room: Room | null = null
  /** Of the log that sent the last welcome. Another log numbers its revisions from 0. */
  let epoch = ''
  let revision = 0
  let own: Restrictions = { mute: null, ban: null }
  /** How far this device's clock is behind the room's. */
  let behindMs = 0
  let timers: (() => void)[] = []

  /** When a restriction ends, by this device's clock. */
  const endOf = ({ until }: Restriction) =>
    until === null ? Number.POSITIVE_INFINITY : Date.parse(until) - behindMs

  const ifPresent = (restriction: Restriction | null) =>
    restriction && endOf(restriction) > platform.now() ? restriction : null

  function stopTimers(): void {
    for (const cancel of timers) cancel()
    timers = []
  }

  function setOwn(next: Restrictions): void {
    own = next
    stopTimers()
    for (const restriction of [next.mute, next.ban])
      if (restriction?.until) timers.push(platform.at(endOf(restriction), stateChanged))
  }

  return {
    stopTimers,
    endOf,

    /** The last ban that the room has sent, also one that is over. */
    ban: () => own.ban,

    state: () => ({
      room,
      role: (room?.staff.find(({ user_id }) => user_id === ownId())?.role ?? 'member') as Role,
      mute: ifPresent(own.mute),
      ban: ifPresent(own.ban),
    }),

    onWelcome(data: RoomEvents['welcome']): void {
      if (data.epoch !== epoch) revision = 0
      epoch = data.epoch
      behindMs = Date.parse(data.server_time) - platform.now()
      // The room sends them after the welcome, if there are any.
      setOwn({ mute: null, ban: null })
    },

    handlers: {
      room_changed(next: Room): void {
        // One with the same revision is from a later moment, and its pins may have changed.
        if (next.revision < revision) return
        room = next
        revision = next.revision
      },

      restricted(person: RoomEvents['restricted']): void {
        // A refused connection gets only this frame, before the user is known.
        if (person.user_id === (ownId() ?? person.user_id)) setOwn(person)
        else emit('restricted', person)
      },

      report_filed: (report: RoomEvents['report_filed']) => emit('report', report),
      audit_added: (entry: RoomEvents['audit_added']) => emit('audit', entry),
    },
  }
}
