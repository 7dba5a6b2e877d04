// The service of the rehearsal: this release with its page in workerd, with a real Postgres if one is
// installed. In `npm start` a second workerd is in front, and every socket would cost twice.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare'
import { unstable_readConfig } from 'wrangler'
import { startPostgresServer } from '../../bench/harness/postgres-server.ts'
import { openStores } from '../../bench/harness/stores.ts'
import { countIn } from '../../bench/load-generator/commands.ts'
import { callService } from '../../operator/service.ts'
import { bundleThisRelease } from '../deploys/release-bundle.ts'
import { findPostgres } from '../harness/stores.ts'

const root = join(import.meta.dirname, '../..')
export const secret = 'a secret of the raid, of at least 32 bytes'
const adminToken = 'token-of-the-operator-of-the-raid'
/** All calls come from one address. */
const many = { namespace_id: '1', simple: { limit: 1_000_000, period: 60 } } as const

export type Stage = {
  /** Of the page and the calls. It changes with each start. */
  readonly port: number
  /** Of the Worker alone, for a crowd of sockets. */
  readonly directPort: number
  query(sql: string, parameters?: unknown[]): Promise<Record<string, unknown>[]>
  /** Starts the service again, on the same data. */
  restart(settings?: Record<string, string>): Promise<void>
  asOperator(method: 'PUT' | 'POST', path: string, body: unknown): Promise<unknown>
  /** How often the Worker has logged which error. */
  errors: Record<string, number>
  close(): Promise<void>
}

export async function openStage(settings: Record<string, string> = {}): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'raid-'))
  const assets = join(folder, 'assets')
  execFileSync(process.execPath, ['build/assets.ts'], {
    cwd: root,
    env: { ...process.env, ASSETS_DIR: assets },
  })
  const script = await bundleThisRelease()
  const server = findPostgres() === undefined ? null : await startPostgresServer()
  const stores = await openStores(server?.url)
  const { compatibility_date, compatibility_flags } = unstable_readConfig(
    { config: join(root, 'wrangler.toml'), env: 'production' },
    { hideWarnings: true },
  )

  const errors: Record<string, number> = {}
  const noteError = (line: string) => {
    const [, event] = /^{"event":"(\w+)","level":"error"/.exec(line) ?? []
    if (event !== undefined) countIn(errors, event)
  }
  const start = async (chosen: Record<string, string>) => {
    const miniflare = new Miniflare(
      convertV4MiniflareOptions({
        ...{ host: '127.0.0.1', cf: false, unsafeLocalExplorer: false },
        log: new Log(LogLevel.ERROR),
        handleStructuredLogs: ({ message }) => void noteError(message),
        workers: [
          {
            name: 'chat',
            modules: [{ type: 'ESModule', path: 'worker.js', contents: script }],
            compatibilityDate: compatibility_date,
            compatibilityFlags: compatibility_flags,
            unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
            ratelimits: { EDGE_LIMIT: many, ADDRESS_LIMIT: many },
            assets: { directory: assets, routerConfig: { has_user_worker: true } },
            bindings: {
              ...chosen,
              ...stores.bindings,
              ENVIRONMENT: 'local',
              JWT_SECRET: secret,
              ADMIN_TOKEN: adminToken,
            },
            durableObjects: { ROOM: { className: 'ChatRoom', useSQLite: true } },
          },
        ],
        resourcePersistencePath: join(folder, 'storage'),
      }),
    )
    const { port } = await miniflare.ready
    const direct = await miniflare.unsafeGetDirectURL('chat')
    return { miniflare, port: Number(port), directPort: Number(direct.port) }
  }
  let running = await start(settings)

  return {
    get port() {
      return running.port
    },
    get directPort() {
      return running.directPort
    },
    query: stores.query,
    errors,
    async restart(other = {}) {
      await running.miniflare.dispose()
      running = await start({ ...settings, ...other })
    },
    asOperator(method, path, body) {
      const service = { url: `http://127.0.0.1:${running.port}`, token: adminToken }
      return callService(service, { method, path, body })
    },
    async close() {
      await running.miniflare.dispose()
      await stores.close()
      await server?.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
