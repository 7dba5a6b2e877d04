// Everything that a campaign runs: the servers, the service between its lines, the accounts and the
// clients with their authors. Built once, and torn down whatever happened.

import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import { type Archive, openArchive } from './archive.ts'
import { Author } from './author.ts'
import { Client } from './client.ts'
import type { Figures } from './figures.ts'
import { type Engines, isPlain } from './plan.ts'
import { Link } from './proxy.ts'
import { Random } from './random.ts'
import {
  createPostgres,
  createRedis,
  discard,
  findPostgres,
  findRedis,
  type Server,
} from './servers.ts'
import { Service } from './service.ts'
import { type Account, call, type Person } from './wire.ts'
import { Witness } from './witness.ts'

/** The last of them are second tabs of the first. */
const crowd = { clients: 20, users: 18 }
const deepReaders = 2
const shallowPages = 4
const password = 'correct horse battery staple'

export type Engine = { server: Server; link: Link; folder: string }

export type World = {
  folder: string
  seed: number
  engines: Engines
  service: Service
  postgres: Engine | undefined
  redis: Engine | undefined
  archive: Archive
  accounts: Account[]
  authors: Author[]
  witness: Witness
  figures: Figures
  tearDown(verdict: { keep: boolean }): Promise<void>
}

export function chooseEngines(): Engines {
  return findPostgres() !== undefined && findRedis() !== undefined ? 'real' : 'embedded'
}

export async function buildWorld(
  { folder, seed, engines }: { folder: string; seed: number; engines: Engines },
  figures: Figures,
): Promise<World> {
  mkdirSync(folder, { recursive: true })
  const servers = engines === 'real' ? await startServers(folder) : []
  const [postgres, redis] = servers
  const service = new Service({
    folder: join(folder, 'service'),
    port: await freePort(),
    databaseUrl: postgres?.server.urlAt(postgres.link.port),
    redisUrl: redis?.server.urlAt(redis.link.port),
    figures,
  })
  const lines: Link[] = []
  const world = { folder, seed, engines, service, postgres, redis, figures, witness: new Witness() }
  const tearDown = async ({ keep }: { keep: boolean }) => {
    await service.end()
    for (const line of lines) await line.close()
    for (const { server, link, folder } of servers) {
      await link.close()
      await discard(server, keep ? undefined : folder)
    }
    if (!keep) rmSync(folder, { recursive: true, force: true })
  }
  try {
    await service.start()
    const archive = openArchive(postgres?.server.urlAt(postgres.server.port), service.dataDir)
    // One after the other: bcrypt keeps the Worker from everything else.
    const accounts: Account[] = []
    while (accounts.length < crowd.users)
      accounts.push(await openAccount(service.port, accounts.length))
    const authors: Author[] = []
    for (let index = 0; index < crowd.clients; index++) {
      const link = await Link.open(service.port)
      lines.push(link)
      const client = new Client({
        name: `c${index}`,
        account: accounts[index % crowd.users] as Account,
        link,
        batching: !isPlain(index),
        pages: index < deepReaders ? Number.POSITIVE_INFINITY : shallowPages,
        random: new Random(seed, index, 1),
        witness: world.witness,
        figures,
      })
      authors.push(new Author(client))
      client.come()
    }
    return { ...world, archive, accounts, authors, tearDown }
  } catch (error) {
    await tearDown({ keep: true })
    throw error
  }
}

async function startServers(folder: string): Promise<[Engine, Engine]> {
  const bin = findPostgres()
  const program = findRedis()
  if (!bin || !program) throw new Error('There is no PostgreSQL or no redis-server here')
  const make = async (name: string, create: (folder: string) => Promise<Server>) => {
    const server = await create(join(folder, name))
    await server.start()
    return { server, link: await Link.open(server.port), folder: join(folder, name) }
  }
  return [
    await make('postgres', (folder) => createPostgres(bin, folder)),
    await make('redis', (folder) => createRedis(program, folder)),
  ]
}

async function openAccount(port: number, index: number): Promise<Account> {
  const email = `u${index}@example.com`
  const account = { username: `user-${index}`, email, password }
  const registered = await call(port, 'POST', '/auth/register', { body: account })
  const logged = await call(port, 'POST', '/auth/login', { body: { email, password } })
  if (registered.status !== 201 || logged.status !== 200)
    throw new Error(`No account: ${registered.status}, ${logged.status}`)
  const { id, username } = registered.body as Person
  return { id, username, token: (logged.body as { access_token: string }).access_token }
}
