// The platform during a deploy, in workerd: the Workers of two releases, and one room with the code of
// either. Its storage stays, whichever code runs.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_readConfig } from 'wrangler'
import { createTokens } from '../../src/crypto/access-token.ts'
import { openMemoryStores } from '../harness/memory-stores.ts'
import type { Member } from '../kit/protocol.ts'
import { bundleReleaseBefore, bundleThisRelease } from './release-bundle.ts'

export type Release = 'before' | 'now'

export type Platform = {
  /** The port of the Worker that is deployed. */
  readonly port: number
  /** Deploys the Worker. The room keeps its code. */
  deployWorker(release: Release): void
  /** Gives the room its new code, which ends all connections. */
  updateRoom(release: Release): Promise<void>
  /** The room takes the new code when it hibernates, and keeps its connections. */
  updateRoomLater(release: Release): Promise<void>
  query(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>
  openAccounts(count: number): Promise<(Member & { token: string })[]>
  stop(): Promise<void>
}

const secret = 'a secret of the deploys, of at least 32 bytes'
export const adminToken = 'token-of-the-operator-of-the-deploys'
const tokens = createTokens({ environment: 'local', secret, ttlSeconds: 3_600 })
const many = { namespace_id: '1', simple: { limit: 1_000_000, period: 60 } } as const
const durableObject = { className: 'ChatRoom', useSQLite: true }

export async function startPlatform(settings: Record<string, string> = {}): Promise<Platform> {
  const stores = await openMemoryStores()
  const [before, now] = await Promise.all([bundleReleaseBefore(), bundleThisRelease()])
  const { compatibility_date, compatibility_flags } = unstable_readConfig(
    { config: 'wrangler.toml', env: 'production' },
    { hideWarnings: true },
  )
  const shared = {
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags,
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    ratelimits: { EDGE_LIMIT: many, ADDRESS_LIMIT: many },
    bindings: {
      ...settings,
      ...stores.bindings,
      ENVIRONMENT: 'local',
      JWT_SECRET: secret,
      ADMIN_TOKEN: adminToken,
    },
  }
  const module = (path: string, contents: string) => ({ type: 'ESModule', path, contents }) as const
  const roomWorker = readFileSync(join(import.meta.dirname, 'room-of-two-releases.js'), 'utf8')
  const worker = (name: Release, script: string) => ({
    ...shared,
    ...{ name, modules: [module(`${name}.js`, script)] },
    durableObjects: { ROOM: { ...durableObject, scriptName: 'room' } },
  })
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...{ host: '127.0.0.1', cf: false, unsafeLocalExplorer: false },
      log: new Log(LogLevel.ERROR),
      workers: [
        worker('before', before),
        worker('now', now),
        {
          ...shared,
          name: 'room',
          modules: [
            module('room.js', roomWorker),
            module('before.js', before),
            module('now.js', now),
          ],
          durableObjects: { ROOM: durableObject },
        },
      ],
    }),
  )
  await miniflare.ready
  const addressOf = async (name: string) => miniflare.unsafeGetDirectURL(name)
  const ports = {
    before: Number((await addressOf('before')).port),
    now: Number((await addressOf('now')).port),
  }
  const room = await addressOf('room')
  let deployed: Release = 'before'
  async function setRelease(query: string): Promise<void> {
    const response = await fetch(new URL(`/?${query}`, room))
    const said = await response.text()
    if (!response.ok) throw new Error(`The room was not updated: ${said}`)
  }

  return {
    get port() {
      return ports[deployed]
    },
    deployWorker(release) {
      deployed = release
    },
    updateRoom: (release) => setRelease(`release=${release}&reset`),
    updateRoomLater: (release) => setRelease(`release=${release}`),
    query: stores.query,
    openAccounts: (count) => openAccounts(count, stores.query),
    async stop() {
      await miniflare.dispose()
      await stores.close()
    },
  }
}

async function openAccounts(count: number, query: Platform['query']) {
  const accounts = Array.from({ length: count }, (_, n) => ({
    id: crypto.randomUUID(),
    username: `person-${n}`,
  }))
  await query(
    `insert into users (id, username, username_canonical, email, email_canonical, password_hash)
     select id::uuid, username, username, id || '@example.com', id || '@example.com', '-'
     from jsonb_to_recordset($1) as account (id text, username text)`,
    [JSON.stringify(accounts)],
  )
  return Promise.all(
    accounts.map(async (member) => {
      const caller = { member, sessionId: crypto.randomUUID() }
      const { access_token: token } = await tokens.issue(caller, Date.now())
      return { ...member, token }
    }),
  )
}
