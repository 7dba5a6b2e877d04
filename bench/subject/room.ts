// Our room: the production bundle with stand-ins behind it. Rules are raised by configuration alone.

import { createTokens } from '../../src/crypto/token.ts'
import type { Dialect } from '../generator/orders.ts'
import type { Bundle } from './bundle.ts'
import type { Account, StandIns } from './stand-ins.ts'
import type { Door, Subject } from './subject.ts'
import { startWorkerd } from './workerd.ts'

const jwtSecret = 'a secret of the bench, at least 32 bytes'
const tokenTtlSeconds = 86_400

/** Limits that protect a room from its people, out of the way. The rest is as in production. */
const raised = {
  MESSAGE_LIMIT: '1000000',
  ROOM_LIMIT: '1000000',
  CONNECT_LIMIT: '1000000',
  USER_SOCKETS: '100000',
}

type Uses = { bundle: Bundle; standIns: StandIns }

export function plainRoom(uses: Uses): Subject {
  return { ...room(uses, 'plain'), name: 'room, plain clients', rampFrom: 0.4 }
}

export function batchingRoom(uses: Uses): Subject {
  return { ...room(uses, 'chat.v1'), name: 'room, chat.v1 clients', rampFrom: 3 }
}

function room({ bundle, standIns }: Uses, dialect: Dialect): Omit<Subject, 'name' | 'rampFrom'> {
  return {
    dialect,
    async start({ accounts }) {
      await standIns.clear()
      const members = await standIns.addAccounts(accounts)
      const { url, pid, stop } = await startWorkerd({
        script: bundle.script,
        modules: true,
        compatibilityDate: bundle.compatibilityDate,
        compatibilityFlags: bundle.compatibilityFlags,
        bindings: {
          ...bundle.vars,
          ...raised,
          ...standIns.variables,
          JWT_SECRET: jwtSecret,
          // The only one that may have stand-ins behind it.
          ENVIRONMENT: 'local',
        },
        durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
        // Everyone comes from one address here.
        ratelimits: { EDGE_LIMIT: { namespace_id: '1', simple: { limit: 1_000_000, period: 60 } } },
      })
      const doors = await Promise.all(members.map((member) => doorOf(url, dialect, member)))
      return { doors, pid, stop }
    },
  }
}

async function doorOf(url: string, dialect: Dialect, member: Account): Promise<Door> {
  const tokens = createTokens({ secret: jwtSecret, ttlSeconds: tokenTtlSeconds })
  const { access_token } = await tokens.issue(
    { member, sessionId: crypto.randomUUID() },
    Date.now(),
  )
  return dialect === 'plain'
    ? { url: `${url}/ws/chat?token=${access_token}`, subprotocols: [] }
    : { url: `${url}/ws/chat`, subprotocols: ['chat.v1', `bearer.${access_token}`] }
}
