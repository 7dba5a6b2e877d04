// Sends frames to single users and to the moderators, outside of any broadcast. They have no `seq`, and
// their order to the events for all connections is not defined.

import type { RoomFrame } from '../../contract/frames.ts'
import type { Clock } from '../clock/clock.ts'
import type { Connection } from '../connections/connection.ts'
import type { ConnectionRegistry } from '../connections/registry.ts'
import type { SlowConsumers } from '../connections/slow-consumers.ts'
import type { RoomSettings } from '../log/room-settings/room-settings.ts'
import { reply } from './batch.ts'

export type Notice = {
  /** `except`: the connection that caused it. */
  to: { userId: string; except?: Connection | null } | { staffExcept: string | null }
  frame: RoomFrame
}

type Uses = {
  clock: Clock
  connections: ConnectionRegistry
  roomSettings: Pick<RoomSettings, 'current'>
  slowConsumers: Pick<SlowConsumers, 'countReplies'>
}

export class Notices {
  readonly #uses: Uses

  constructor(uses: Uses) {
    this.#uses = uses
  }

  send({ to, frame }: Notice): void {
    const { clock, connections, roomSettings, slowConsumers } = this.#uses
    const { staff } = roomSettings.current
    const userIds =
      'userId' in to
        ? [to.userId]
        : staff.map(({ user_id }) => user_id).filter((id) => id !== to.staffExcept)
    const except = 'userId' in to ? to.except : null
    let bytes = 0
    // The welcome of a joining connection is made later, and shows the same.
    for (const userId of userIds)
      for (const connection of connections.ofUser(userId))
        if (connection.state.kind === 'live' && connection !== except)
          bytes += reply(connection, frame)
    if (bytes > 0) slowConsumers.countReplies(bytes, clock.now())
  }
}
