// Starts everything that the campaign needs: the stores and the service behind proxies, accounts, and
// clients with their authors. `tearDown` ends all of it.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import type { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import { Service } from '../harness/service.ts'
import { discard, type Engines, type Store, startStores } from '../harness/stores.ts'
import { TcpProxy } from '../harness/tcp-proxy.ts'
import { ConsistencyChecker } from '../kit/consistency-checker.ts'
import { openAccount } from './account.ts'
import { Author } from './author.ts'
import { Client } from './client.ts'
import type { Account } from './client-parts.ts'
import { newReferences } from './conversation/references.ts'
import { isPlain } from './plan.ts'

/** The last clients are second tabs of the first users. */
const crowd = { clients: 20, users: 18 }
const deepReaders = 2
const shallowPages = 4

export type ProxiedStore = { store: Store; proxy: TcpProxy }

export type Harness = {
  folder: string
  seed: number
  engines: Engines
  service: Service
  postgres: ProxiedStore | undefined
  redis: ProxiedStore | undefined
  authors: Author[]
  checker: ConsistencyChecker
  metrics: Metrics
  tearDown(options: { keepData: boolean }): Promise<void>
}

type Options = {
  folder: string
  seed: number
  engines: Engines
  /** Whether clients renew a token that is refused; otherwise that is a mistake. */
  renews?: boolean
  settings?: Record<string, string>
}

export async function startHarness(
  { folder, seed, engines, renews = false, settings }: Options,
  metrics: Metrics,
): Promise<Harness> {
  mkdirSync(folder, { recursive: true })
  const stores = engines === 'real' ? await startProxiedStores(folder) : []
  const [postgres, redis] = stores
  const service = new Service({
    folder: join(folder, 'service'),
    port: await freePort(),
    databaseUrl: postgres?.store.urlAt(postgres.proxy.port),
    redisUrl: redis?.store.urlAt(redis.proxy.port),
    settings,
    metrics,
  })
  const proxies: TcpProxy[] = []
  const harness = {
    folder,
    seed,
    engines,
    service,
    postgres,
    redis,
    metrics,
    checker: new ConsistencyChecker(),
  }
  const tearDown = async ({ keepData }: { keepData: boolean }) => {
    await service.end()
    for (const proxy of proxies) await proxy.close()
    for (const { store, proxy } of stores) {
      await proxy.close()
      await discard(store, { keepData })
    }
    if (!keepData) rmSync(folder, { recursive: true, force: true })
  }
  try {
    await service.start()
    // One by one, because bcrypt blocks the Worker.
    const accounts: Account[] = []
    while (accounts.length < crowd.users) {
      const account = await openAccount(service.port, `user-${accounts.length}`)
      const { id, username, token } = account
      accounts.push(renews ? account : { id, username, token })
    }
    const authors: Author[] = []
    for (let index = 0; index < crowd.clients; index++) {
      const proxy = await TcpProxy.open(service.port)
      proxies.push(proxy)
      const random = new Random(seed, index, 1)
      const client = new Client({
        name: `c${index}`,
        account: accounts[index % crowd.users] as Account,
        proxy,
        batching: !isPlain(index),
        pages: index < deepReaders ? Number.POSITIVE_INFINITY : shallowPages,
        random,
        refer: (view) => newReferences(view, { people: accounts, random }),
        checker: harness.checker,
        metrics,
      })
      authors.push(new Author(client))
      client.start()
    }
    return { ...harness, authors, tearDown }
  } catch (error) {
    await tearDown({ keepData: true })
    throw error
  }
}

async function startProxiedStores(folder: string): Promise<[ProxiedStore, ProxiedStore]> {
  const { postgres, redis } = await startStores(folder)
  return [
    { store: postgres, proxy: await TcpProxy.open(postgres.port) },
    { store: redis, proxy: await TcpProxy.open(redis.port) },
  ]
}
