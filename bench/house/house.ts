// The room for figures that look inside: one account a person, meters where they are asked for, and
// only those limits raised that a figure names.

import { createServer } from 'node:net'
import { createTokens } from '../../src/crypto/token.ts'
import type { Bundle } from '../subject/bundle.ts'
import type { Account, StandIns } from '../subject/stand-ins.ts'
import type { Door } from '../subject/subject.ts'
import { startWorkerd } from '../subject/workerd.ts'
import { enclose } from './entry.ts'
import { openInspector } from './inspector.ts'
import { type Meter, meterPath } from './meter.ts'

export type Uses = { bundle: Bundle; standIns: StandIns }

export type Wishes = {
  accounts: number
  /** What the configuration is to say. */
  rules?: Record<string, string>
  /** The heap can be looked at. */
  inspected?: true
  /** `readMeter` has an answer. */
  metered?: true
}

export type House = {
  /** Of REST, without a slash at the end. */
  url: string
  pid: number
  people: Account[]
  tokenOf(person: Account): Promise<string>
  door(person: Account, dialect: 'plain' | 'chat.v1'): Promise<Door>
  /** Bytes of V8's heap in use after a collection, in MiB. Only where it is inspected. */
  heapMiB(): Promise<number>
  /** The same without a collection. */
  heapNowMiB(): Promise<number>
  readMeter(): Promise<Meter>
  stop(): Promise<void>
}

const jwtSecret = 'a secret of the bench, at least 32 bytes'
const tokenTtlSeconds = 86_400
const tokens = createTokens({ secret: jwtSecret, ttlSeconds: tokenTtlSeconds })

/** One person comes more than once here. */
const raised = { CONNECT_LIMIT: '1000000' }

export async function openHouse(
  { bundle, standIns }: Uses,
  { accounts, rules, inspected, metered }: Wishes,
): Promise<House> {
  await standIns.clear()
  const people = await standIns.addAccounts(accounts)
  const inspectorPort = inspected ? await freePort() : undefined
  const { url, pid, stop } = await startWorkerd({
    script: await enclose(bundle, metered ? 'metered-worker.ts' : 'plain-worker.ts'),
    modules: true,
    compatibilityDate: bundle.compatibilityDate,
    compatibilityFlags: bundle.compatibilityFlags,
    bindings: {
      ...bundle.vars,
      ...raised,
      ...rules,
      ...standIns.variables,
      JWT_SECRET: jwtSecret,
      // The only one that may have stand-ins behind it.
      ENVIRONMENT: 'local',
    },
    durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
    ...(inspectorPort !== undefined && { inspectorPort }),
  })
  const rest = url.replace('ws', 'http')
  const wake = () => fetch(`${rest}/health`).then((answer) => answer.text())
  const inspector = inspectorPort === undefined ? null : await openInspector(inspectorPort, wake)
  const heap = (look: 'collected' | 'now') => {
    if (!inspector) throw new Error('This house has no inspector')
    return inspector.heapMiB(look)
  }

  return {
    url: rest,
    pid,
    people,
    tokenOf,
    async door(person, dialect) {
      const token = await tokenOf(person)
      return dialect === 'plain'
        ? { url: `${url}/ws/chat?token=${token}`, subprotocols: [] }
        : { url: `${url}/ws/chat`, subprotocols: ['chat.v1', `bearer.${token}`] }
    },
    heapMiB: () => heap('collected'),
    heapNowMiB: () => heap('now'),
    readMeter: async () => (await (await fetch(rest + meterPath)).json()) as Meter,
    async stop() {
      inspector?.close()
      await stop()
    },
  }
}

async function tokenOf(member: Account): Promise<string> {
  const sessionId = crypto.randomUUID()
  return (await tokens.issue({ member, sessionId }, Date.now())).access_token
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}
