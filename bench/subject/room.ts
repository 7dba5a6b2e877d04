// Our room as a subject: the service with those limits raised that protect a room from its people.

import type { Dialect } from '../generator/orders.ts'
import { doorOf, startService, type Uses } from './service.ts'
import type { Subject } from './subject.ts'

/** Limits that protect a room from its people, out of the way. The rest is as in production. */
const raised = {
  MESSAGE_LIMIT: '1000000',
  ROOM_LIMIT: '1000000',
  ROOM_SENDS: '1000000000',
  CONNECT_LIMIT: '1000000',
  USER_SOCKETS: '100000',
  ADDRESS_SOCKETS: '100000',
}

/** Everyone comes from one address here. */
const simple = { limit: 1_000_000, period: 60 } as const
const ratelimits = {
  EDGE_LIMIT: { namespace_id: '1', simple },
  ADDRESS_LIMIT: { namespace_id: '2', simple },
}

export function plainRoom(uses: Uses): Subject {
  return { ...room(uses, 'plain'), name: 'room, plain clients', rampFrom: 0.4 }
}

export function batchingRoom(uses: Uses): Subject {
  return { ...room(uses, 'chat.v1'), name: 'room, chat.v1 clients', rampFrom: 6 }
}

function room(uses: Uses, dialect: Dialect): Omit<Subject, 'name' | 'rampFrom'> {
  return {
    dialect,
    async start({ accounts }) {
      const { bundle, standIns } = uses
      await standIns.clear()
      const members = await standIns.addAccounts(accounts)
      const { url, pid, stop } = await startService(uses, {
        script: bundle.script,
        rules: raised,
        options: { ratelimits },
      })
      const doors = await Promise.all(members.map((member) => doorOf(url, dialect, member)))
      return { doors, pid, stop }
    },
  }
}
