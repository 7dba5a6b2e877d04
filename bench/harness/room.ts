// Starts this project's room in workerd, from the production bundle, with local stores behind it.
// Only settings change: limits that protect a room from its users are raised.

import { builtinModules } from 'node:module'
import { join } from 'node:path'
import { build } from 'esbuild'
import { freePort } from '../../local/ports.ts'
import { createTokens } from '../../src/crypto/access-token.ts'
import type { Dialect, Endpoint } from '../load-generator/commands.ts'
import type { Bundle } from './bundle.ts'
import { openHeapInspector } from './heap-inspector.ts'
import { type Meter, meterPath } from './meter.ts'
import type { Account, Stores } from './stores.ts'
import { startWorkerd } from './workerd.ts'

/** Every figure starts from these. */
export type Harness = { bundle: Bundle; stores: Stores }

export type RoomOptions = {
  accounts: number
  /** `production` keeps all limits but those of one address, from which all connections come. */
  limits: 'raised' | 'production'
  /** Enables `heapMiB`. */
  inspected?: true
  /** Enables `readMeter`. */
  metered?: true
}

export type RunningRoom = {
  /** Of the REST calls, without a slash at the end. */
  url: string
  pid: number
  accounts: Account[]
  token(account: Account): Promise<string>
  /** One endpoint for each account; all accounts unless some are named. */
  endpoints(dialect: Dialect, accounts?: Account[]): Promise<Endpoint[]>
  /** V8's heap of the Worker and the room, as it is or after a garbage collection. */
  heapMiB(state: 'now' | 'collected'): Promise<number>
  readMeter(): Promise<Meter>
  stop(): Promise<void>
}

const unlimited = '1000000'
const perAddress = { CONNECT_LIMIT: unlimited, ADDRESS_SOCKETS: unlimited }
const perUser = {
  MESSAGE_LIMIT: unlimited,
  ROOM_LIMIT: unlimited,
  ROOM_SENDS: '1000000000',
  USER_SOCKETS: unlimited,
}
const jwtSecret = 'a secret of the bench, at least 32 bytes'
const tokens = createTokens({ environment: 'local', secret: jwtSecret, ttlSeconds: 86_400 })

export async function startRoom(
  { bundle, stores }: Harness,
  { accounts: count, limits, inspected, metered }: RoomOptions,
): Promise<RunningRoom> {
  await stores.clear()
  const accounts = await stores.addAccounts(count)
  const inspectorPort = inspected ? await freePort() : undefined
  const worker = {
    script: await wrap(bundle, metered ? 'metered-worker.ts' : 'worker.ts'),
    modules: true,
    compatibilityDate: bundle.compatibilityDate,
    compatibilityFlags: bundle.compatibilityFlags,
    bindings: {
      ...bundle.vars,
      ...perAddress,
      ...(limits === 'raised' && perUser),
      ...stores.bindings,
      JWT_SECRET: jwtSecret,
      // Only this environment accepts local stores.
      ENVIRONMENT: 'local',
    },
    durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
    ...(inspectorPort !== undefined && { inspectorPort }),
  }
  const { url, pid, stop } = await startWorkerd(worker)
  const rest = url.replace('ws', 'http')
  const wake = () => fetch(`${rest}/health`).then((response) => response.text())
  await wake()
  const inspector =
    inspectorPort === undefined ? null : await openHeapInspector(inspectorPort, wake)

  async function token(member: Account): Promise<string> {
    const sessionId = crypto.randomUUID()
    return (await tokens.issue({ member, sessionId }, Date.now())).access_token
  }
  const endpoint = async (dialect: Dialect, account: Account) =>
    dialect === 'plain'
      ? { url: `${url}/ws/chat?token=${await token(account)}`, subprotocols: [] }
      : { url: `${url}/ws/chat`, subprotocols: ['chat.v1', `bearer.${await token(account)}`] }
  return {
    url: rest,
    pid,
    accounts,
    token,
    endpoints: (dialect, some = accounts) =>
      Promise.all(some.map((account) => endpoint(dialect, account))),
    heapMiB(state) {
      if (!inspector) throw new Error('The room was started without `inspected`')
      return inspector.heapMiB(state)
    },
    readMeter: async () => (await (await fetch(rest + meterPath)).json()) as Meter,
    async stop() {
      inspector?.close()
      await stop()
    },
  }
}

/** Puts a Worker of the bench around the production bundle, whose code stays as it is. */
async function wrap({ script }: Bundle, file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, file)],
    bundle: true,
    write: false,
    format: 'esm',
    external: ['cloudflare:*', 'node:*', ...builtinModules],
    plugins: [
      {
        name: 'production bundle',
        setup({ onLoad }) {
          onLoad({ filter: /\/src\/worker\.ts$/ }, () => ({ contents: script, loader: 'js' }))
        },
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}
