// Frames of moderation, as the room sends them, and how it bans.

import type { Frame, Member, Restriction, Room } from '../../src/client/contract.ts'
import { ada, bo, type Harness, person } from './harness.ts'

export const iso = (ms: number) => new Date(ms).toISOString()

export function roomWith(changes: Partial<Room> = {}): Room {
  return {
    staff: [],
    slow_mode_ms: 0,
    posting: 'everyone',
    links: 'everyone',
    announcement: null,
    pins: [],
    reactions: ['👍', '❤️'],
    revision: 1,
    ...changes,
  }
}

/** As it comes in a welcome batch. Live, it has a seq. */
export function roomChanged(changes: Partial<Room> = {}): Frame {
  return { event: 'room_changed', data: roomWith(changes) }
}

/** The same frame as a live event. */
export function live(harness: Harness, frame: Frame): Frame {
  return { ...frame, seq: ++harness.room.seq }
}

export function restricted(
  member: Member,
  restrictions: { mute?: Restriction; ban?: Restriction } = {},
): Frame {
  const data = { ...person(member), mute: null, ban: null, ...restrictions }
  return { event: 'restricted', data }
}

/** A mute or a ban that ends in so many milliseconds; null: for good. */
export function lasting(harness: Harness, ms: number | null, reason = 'Noise'): Restriction {
  return { until: ms === null ? null : iso(harness.clock.now + ms), reason }
}

/** The purge of the messages of Bo from one message to another, both included. */
export function purged(from: { id: string }, to: { id: string }, by = bo): Frame {
  const data = { user_id: by.id, from_id: from.id, to_id: to.id, revision: 2 }
  return { event: 'messages_purged', data }
}

/** The room bans the user of a connection, and closes it. */
export async function ban(harness: Harness, ms: number | null): Promise<void> {
  harness.socket.deliver(restricted(ada, { ban: lasting(harness, ms) }))
  await harness.drop(4403)
}

/** The service refuses the newest connection: it gets one frame, and no welcome. */
export async function refuse(harness: Harness, ms: number | null): Promise<void> {
  harness.socket.open()
  await ban(harness, ms)
}
