// Our service in workerd: the production bundle, or what encloses it, with stand-ins behind it. Rules
// are raised by configuration alone.

import { createTokens } from '../../src/crypto/token.ts'
import type { Dialect } from '../generator/orders.ts'
import type { Bundle } from './bundle.ts'
import type { Account, StandIns } from './stand-ins.ts'
import type { Door } from './subject.ts'
import { startWorkerd, type Workerd } from './workerd.ts'

export type Uses = { bundle: Bundle; standIns: StandIns }

const jwtSecret = 'a secret of the bench, at least 32 bytes'
const tokens = createTokens({
  environment: 'local',
  secret: jwtSecret,
  ttlSeconds: 86_400,
})

type RateLimit = { namespace_id: string; simple: { limit: number; period: 60 } }

type Wishes = {
  script: string
  /** What the configuration is to say. */
  rules: Record<string, string>
  /** Whether the room compresses for clients that offer it. Then nothing is between it and them. */
  compression?: 'on' | 'off'
  options?:
    | { inspectorPort: number }
    | { ratelimits: Record<'EDGE_LIMIT' | 'ADDRESS_LIMIT', RateLimit> }
}

export function startService(
  { bundle, standIns }: Uses,
  { script, rules, options, compression }: Wishes,
): Promise<Workerd> {
  const worker = {
    script,
    modules: true,
    compatibilityDate: bundle.compatibilityDate,
    compatibilityFlags: flagsFor(bundle, compression),
    bindings: {
      ...bundle.vars,
      ...rules,
      ...standIns.variables,
      JWT_SECRET: jwtSecret,
      // The only one that may have stand-ins behind it.
      ENVIRONMENT: 'local',
    },
    durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
    ...options,
  }
  return startWorkerd(worker, compression === undefined ? 'through miniflare' : 'direct')
}

const noCompression = 'no_web_socket_compression'

function flagsFor({ compatibilityFlags }: Bundle, compression: Wishes['compression']): string[] {
  if (compression === undefined) return compatibilityFlags
  const others = compatibilityFlags.filter((flag) => flag !== noCompression)
  return compression === 'on' ? others : [...others, noCompression]
}

export async function tokenOf(member: Account): Promise<string> {
  const sessionId = crypto.randomUUID()
  return (await tokens.issue({ member, sessionId }, Date.now())).access_token
}

/** @param url of the service, without a slash at the end */
export async function doorOf(url: string, dialect: Dialect, member: Account): Promise<Door> {
  const token = await tokenOf(member)
  return dialect === 'plain'
    ? { url: `${url}/ws/chat?token=${token}`, subprotocols: [] }
    : { url: `${url}/ws/chat`, subprotocols: ['chat.v1', `bearer.${token}`] }
}
