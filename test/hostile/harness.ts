// Starts everything that the campaign needs: the service with its stores, well-behaved clients, and
// the accounts that attack. `tearDown` ends all of it.

import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../../local/ports.ts'
import { openDatabase, type Query, readVariables } from '../harness/database.ts'
import type { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import { Service } from '../harness/service.ts'
import { discard, type Engines, startStores } from '../harness/stores.ts'
import { ConsistencyChecker } from '../kit/consistency-checker.ts'
import { type Account, Accounts } from './accounts.ts'
import { AttackRunner } from './attack-runner.ts'
import type { Target } from './attacks/attack.ts'
import { readAccounts, readShape } from './database-snapshot.ts'
import type { Findings } from './findings.ts'
import { HistoryPoller } from './history-poller.ts'
import { LeakDetector } from './leak-detector.ts'
import { appointCast, createCast } from './moderation-cast.ts'
import { readAuditIds } from './moderation-checks.ts'
import type { Plan } from './plan.ts'
import { readContract } from './published-contract.ts'
import { RawHttpClient } from './raw-http-client.ts'
import { WellBehavedClient } from './well-behaved-client.ts'

export type Harness = {
  service: Service
  runner: AttackRunner
  leaks: LeakDetector
  wellBehaved: WellBehavedClient[]
  /** The accounts that send frames; the attackers of the target make calls. */
  socketAccounts: Account[]
  checker: ConsistencyChecker
  poller: HistoryPoller
  query: Query
  /** The state after the start. Owners are told of what was moderated since. */
  before: { shape: string[]; accounts: string[]; auditIds: ReadonlySet<string> }
  /** The output of `npm start`. */
  printed(): string
  tearDown(options: { keepData: boolean }): Promise<void>
}

export type Settings = { folder: string; seed: number; engines: Engines; plan: Plan }

/** Reports keep texts, so that the campaign can look for those that must be gone. */
const moderationSettings = { REPORT_SNAPSHOT_DAYS: '30' }
const secretSettings = ['JWT_SECRET', 'ADMIN_TOKEN', 'UPSTASH_REDIS_REST_TOKEN', 'DATABASE_URL']

export async function startHarness(
  { folder, seed, engines, plan }: Settings,
  { metrics, findings }: { metrics: Metrics; findings: Findings },
): Promise<Harness> {
  mkdirSync(folder, { recursive: true })
  const stores = engines === 'real' ? await startStores(folder) : undefined
  const [postgres, redis] = [stores?.postgres, stores?.redis]
  const place = join(folder, 'service')
  const service = new Service({
    folder: place,
    port: await freePort(),
    databaseUrl: postgres?.urlAt(postgres.port),
    redisUrl: redis?.urlAt(redis.port),
    settings: moderationSettings,
    metrics,
  })
  let http: RawHttpClient | undefined
  let poller: HistoryPoller | undefined
  const wellBehaved: WellBehavedClient[] = []
  const tearDown = async ({ keepData }: { keepData: boolean }) => {
    poller?.end()
    for (const one of wellBehaved) one.leave()
    http?.close()
    await service.end()
    for (const store of [postgres, redis]) if (store) await discard(store, { keepData })
    if (!keepData) rmSync(folder, { recursive: true, force: true })
  }
  try {
    await service.start()
    http = new RawHttpClient(service.port, plan.lanes * 4)
    const runner = await createRunner(service, http, { seed, plan, metrics, findings })
    const { accounts, target, leaks } = runner.parts
    await appointCast(runner)
    const auditIds = await readAuditIds(service)
    const checker = new ConsistencyChecker(new Set(target.wellBehaved.map(({ id }) => id)))
    for (const [index, account] of target.wellBehaved.entries()) {
      const parts = {
        ...{ port: service.port, account },
        ...{ batching: index % 2 === 0, isOwner: index === 0 },
      }
      const rules = { rules: runner.frameRules, checker, findings, metrics }
      wellBehaved.push(
        new WellBehavedClient({ ...parts, ...rules, random: new Random(seed, index, 3) }),
      )
    }
    for (const one of wellBehaved) await one.connect()
    target.messageIds = () => wellBehaved.flatMap(({ ownIds }) => [...ownIds])
    target.reportIds = () => wellBehaved.flatMap(({ toldIds }) => [...toldIds.report_filed])
    const socketAccounts = await accounts.createMany('hostile', plan.sockets)
    const query = openDatabase(service.dataDir)
    const before = {
      auditIds,
      shape: await readShape(query),
      accounts: await readAccounts(
        query,
        target.wellBehaved.map(({ id }) => id),
      ),
    }
    poller = new HistoryPoller(runner, checker)
    const printed = () => readFileSync(join(place, 'start.log'), 'utf8')
    return {
      ...{ service, runner, leaks, wellBehaved, socketAccounts, checker, poller },
      ...{ query, before, printed, tearDown },
    }
  } catch (error) {
    await tearDown({ keepData: true })
    throw error
  }
}

type Equipment = { seed: number; plan: Plan; metrics: Metrics; findings: Findings }

async function createRunner(
  { port, dataDir }: Service,
  http: RawHttpClient,
  { seed, plan, metrics, findings }: Equipment,
): Promise<AttackRunner> {
  const variables = readVariables(dataDir)
  const leaks = new LeakDetector()
  for (const name of secretSettings) leaks.addSecret(name, variables[name] ?? '')
  const accounts = new Accounts(http)
  const target: Target = {
    contract: await readContract(port),
    wellBehaved: await accounts.createMany('well-behaved', plan.wellBehaved),
    attackers: await accounts.createMany('hostile', plan.callers),
    spares: plan.spares,
    cast: await createCast(accounts, plan.cast),
    messageIds: () => [],
    reportIds: () => [],
    erased: [],
    jwtSecret: variables.JWT_SECRET ?? '',
    adminToken: variables.ADMIN_TOKEN ?? '',
  }
  const random = new Random(seed, 9)
  return new AttackRunner({ port, http, target, accounts, leaks, metrics, findings, random })
}
