// This project's room, with the limits raised that protect a room from its users.

import { type Harness, startRoom } from '../harness/room.ts'
import type { Dialect } from '../load-generator/commands.ts'
import type { Subject } from './subject.ts'

export function thisRoom(harness: Harness, dialect: Dialect & ('plain' | 'chat.v1')): Subject {
  return {
    name: `room, ${dialect} clients`,
    dialect,
    searchFrom: dialect === 'plain' ? 0.4 : 6,
    async start(accounts) {
      const room = await startRoom(harness, { accounts, limits: 'raised' })
      return { endpoints: await room.endpoints(dialect), pid: room.pid, stop: room.stop }
    },
  }
}
