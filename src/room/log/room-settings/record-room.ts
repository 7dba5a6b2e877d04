// Writes a new state of the room, and makes its event. Must run in a command.

import type { RoomFrame } from '../../../contract/frames.ts'
import type { Room } from '../../../contract/moderation.ts'
import type { Clock } from '../../clock/clock.ts'
import type { Revisions } from '../revisions.ts'
import type { RoomSettings } from './room-settings.ts'

export function recordRoom(
  {
    clock,
    roomSettings,
    revisions,
  }: {
    clock: Clock
    roomSettings: RoomSettings
    revisions: Revisions
  },
  change: Partial<Omit<Room, 'revision'>>,
): RoomFrame {
  const room = { ...roomSettings.current, ...change, revision: revisions.next() }
  const seq = roomSettings.record(room, clock.wall())
  return { event: 'room_changed', data: room, seq }
}
