// Admits joining connections: sends each one its welcome, the state of the room and what it missed.
// The sequencer calls it between two broadcasts, so that the replay and the live events neither
// overlap nor leave a gap.

import type { RoomFrame } from '../../contract/frames.ts'
import { limits } from '../../contract/values.ts'
import type { Clock } from '../clock/clock.ts'
import { type Connection, tokenEnd } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { Log } from '../log/log.ts'
import type { RestrictionTable } from '../log/private/restrictions.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import type { RoomPorts } from '../ports.ts'
import type { Presence } from '../presence/presence.ts'
import { replyEncoded } from './batch.ts'
import type { Broadcaster } from './broadcaster.ts'
import { createReplays } from './replay.ts'

/** How often a client should ping, in milliseconds. */
const heartbeatMs = 30_000
/** After so many bytes of welcomes the other joining connections wait for the end of the gap. */
const welcomeBytesMax = 8 * 1024 * 1024

type Uses = {
  clock: Clock
  log: Log
  connections: ConnectionRegistry
  presence: Presence
  broadcaster: Pick<Broadcaster, 'nextFrame'>
  slowConsumers: Pick<SlowConsumers, 'countReplies'>
  roomSettings: Pick<RoomSettings, 'current'>
  restrictions: Pick<RestrictionTable, 'ofPerson'>
  rateLimits: RoomPorts['limits']
}

/** How many connections were admitted, and the bytes of their welcomes. */
export type Admitted = { connections: number; bytes: number }

export class Admission {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  /**
   * Admits at least one of these connections, and none after `welcomeBytesMax`. The welcome shows
   * the state after all pending frames, so those are skipped for them.
   */
  admit(joining: Iterable<Connection>): Admitted {
    const { clock, log, connections, presence, broadcaster, slowConsumers } = this.#uses
    const admitted: Admitted = { connections: 0, bytes: 0 }
    let shared: string[] | null = null
    const synced = encode({ event: 'synced', data: {}, seq: log.position.seq })
    const replay = createReplays(log)
    for (const connection of joining) {
      if (connection.state.kind !== 'joining') continue
      if (admitted.bytes >= welcomeBytesMax) break
      const missed = replay(connection.state.resume)
      const welcome = encode(this.#welcome(connection, missed !== null, presence.count))
      shared ??= [presence.roster(), this.#roomState()]
      const frames = [welcome, ...shared, ...this.#ownRestrictions(connection), ...(missed ?? [])]
      connections.admit(connection, broadcaster.nextFrame)
      admitted.connections++
      admitted.bytes += replyEncoded(connection, [...frames, synced])
    }
    if (admitted.bytes > 0) slowConsumers.countReplies(admitted.bytes, clock.now())
    return admitted
  }

  #roomState(): string {
    return encode({ event: 'room_changed', data: this.#uses.roomSettings.current })
  }

  #ownRestrictions({ member: { id, username } }: Connection): string[] {
    const { clock, restrictions } = this.#uses
    const held = restrictions.ofPerson(id, clock.wall())
    if (!held.mute && !held.ban) return []
    return [encode({ event: 'restricted', data: { user_id: id, username, ...held } })]
  }

  #welcome(connection: Connection, resumed: boolean, count: number): RoomFrame {
    const { member } = connection
    const { max, windowMs } = this.#uses.rateLimits.sends
    return {
      event: 'welcome',
      data: {
        user_id: member.id,
        username: member.username,
        epoch: this.#uses.log.epoch,
        resumed,
        server_time: new Date(this.#uses.clock.wall()).toISOString(),
        token_expires_at: tokenEnd(connection),
        heartbeat_ms: heartbeatMs,
        max_content: limits.contentMax,
        rate_limit: { max, window_ms: windowMs },
        online_count: count,
      },
    }
  }
}

const encode = (frame: RoomFrame) => JSON.stringify(frame)
