// Everything that the campaign runs: the service on engines of its own, the honest in the room, and
// the accounts it attacks from. Torn down whatever happened.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import type { Figures } from '../faults/figures.ts'
import { Random } from '../faults/random.ts'
import {
  createPostgres,
  createRedis,
  discard,
  findPostgres,
  findRedis,
  type Server,
} from '../faults/servers.ts'
import { Service } from '../faults/service.ts'
import { Witness } from '../faults/witness.ts'
import type { Target } from './attacks/attack.ts'
import { readContract } from './contract.ts'
import { Line } from './exchange.ts'
import type { Findings } from './findings.ts'
import { Honest } from './honest.ts'
import { Leaks } from './leaks.ts'
import { People, type Person } from './people.ts'
import type { Plan } from './plan.ts'
import { Poller } from './poll.ts'
import { Stage } from './stage.ts'
import { type Ask, openTables, readAccounts, readShape, readVariables } from './tables.ts'

export type Engines = 'real' | 'embedded'

export type World = {
  service: Service
  stage: Stage
  leaks: Leaks
  honest: Honest[]
  /** They open sockets; those of the target call. */
  socketeers: Person[]
  witness: Witness
  poller: Poller
  tables: Ask
  before: { shape: string[]; accounts: string[] }
  /** What `npm start` printed. */
  printed(): string
  tearDown(verdict: { keep: boolean }): Promise<void>
}

export type Settings = { folder: string; seed: number; engines: Engines; plan: Plan }

const settingsThatAreSecret = [
  'JWT_SECRET',
  'ADMIN_TOKEN',
  'UPSTASH_REDIS_REST_TOKEN',
  'DATABASE_URL',
]

export function chooseEngines(): Engines {
  return findPostgres() !== undefined && findRedis() !== undefined ? 'real' : 'embedded'
}

export async function buildWorld(
  { folder, seed, engines, plan }: Settings,
  { figures, findings }: { figures: Figures; findings: Findings },
): Promise<World> {
  mkdirSync(folder, { recursive: true })
  const servers = engines === 'real' ? await startServers(folder) : []
  const [postgres, redis] = servers.map(({ server }) => server.urlAt(server.port))
  const place = join(folder, 'service')
  const service = new Service({
    folder: place,
    port: await freePort(),
    databaseUrl: postgres,
    redisUrl: redis,
    figures,
  })
  let line: Line | undefined
  let poller: Poller | undefined
  const honest: Honest[] = []
  const tearDown = async ({ keep }: { keep: boolean }) => {
    poller?.end()
    for (const one of honest) one.leave()
    line?.close()
    await service.end()
    for (const { server, folder } of servers) await discard(server, keep ? undefined : folder)
    if (!keep) rmSync(folder, { recursive: true, force: true })
  }
  try {
    await service.start()
    line = new Line(service.port, plan.lanes * 4)
    const stage = await setStage(service, line, { seed, plan, figures, findings })
    const { people, target, leaks } = stage.parts
    const witness = new Witness()
    for (const [index, person] of target.honest.entries()) {
      const parts = { port: service.port, person, batching: index % 2 === 0 }
      const rules = { rules: stage.frameRules, witness, findings, figures }
      honest.push(new Honest({ ...parts, ...rules, random: new Random(seed, index, 3) }))
    }
    for (const one of honest) await one.come()
    target.theirMessages = () => honest.flatMap(({ hearing }) => [...hearing.own])
    const socketeers = await people.openMany('hostile', plan.sockets)
    const tables = openTables(service.dataDir)
    const before = {
      shape: await readShape(tables),
      accounts: await readAccounts(
        tables,
        target.honest.map(({ id }) => id),
      ),
    }
    poller = new Poller(stage, witness)
    const printed = () => readFileSync(join(place, 'start.log'), 'utf8')
    return {
      ...{ service, stage, leaks, honest, socketeers, witness, poller },
      ...{ tables, before, printed, tearDown },
    }
  } catch (error) {
    await tearDown({ keep: true })
    throw error
  }
}

type Equipment = { seed: number; plan: Plan; figures: Figures; findings: Findings }

async function setStage(
  { port, dataDir }: Service,
  line: Line,
  { seed, plan, figures, findings }: Equipment,
): Promise<Stage> {
  const variables = readVariables(dataDir)
  const leaks = new Leaks()
  for (const name of settingsThatAreSecret) leaks.keep(name, variables[name] ?? '')
  const people = new People(line)
  const target: Target = {
    contract: await readContract(port),
    honest: await people.openMany('honest', plan.honest),
    attackers: await people.openMany('hostile', plan.callers),
    spares: plan.spares,
    theirMessages: () => [],
    erased: [],
    jwtSecret: variables.JWT_SECRET ?? '',
    adminToken: variables.ADMIN_TOKEN ?? null,
  }
  const random = new Random(seed, 9)
  return new Stage({ port, line, target, people, leaks, figures, findings, random })
}

async function startServers(folder: string): Promise<{ server: Server; folder: string }[]> {
  const bin = findPostgres()
  const program = findRedis()
  if (!bin || !program) throw new Error('There is no PostgreSQL or no redis-server here')
  const postgres = await createPostgres(bin, join(folder, 'postgres'))
  const redis = await createRedis(program, join(folder, 'redis'))
  await Promise.all([postgres.start(), redis.start()])
  return [
    { server: postgres, folder: join(folder, 'postgres') },
    { server: redis, folder: join(folder, 'redis') },
  ]
}
