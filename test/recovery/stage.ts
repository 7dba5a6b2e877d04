// What all rehearsals share: the service with its clients, and the figures of one loss.

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type Harness, type ProxiedStore, startHarness } from '../faults/harness.ts'
import { pollHistory } from '../faults/poll-history.ts'
import { waitUntil } from '../faults/round.ts'
import { archiveQuery } from '../harness/database.ts'
import type { Metrics } from '../harness/metrics.ts'
import { Random } from '../harness/random.ts'
import type { ArchiveRow } from '../kit/final-state.ts'
import type { RoomLoss } from './accept-loss.ts'
import { isAlone, query } from './database-copy.ts'
import { beginModeration, changeModeration, type RehearsedModeration } from './moderation.ts'
import { Operator } from './operator.ts'
import { type Person, putOut } from './people.ts'
import { Silence } from './silence.ts'
import { WorkerLog } from './worker-log.ts'

export type Stage = Harness & {
  postgres: ProxiedStore
  operator: Operator
  silence: Silence
  log: WorkerLog
  random: Random
  /** How long people talk between two steps, in milliseconds. */
  talkMs: number
  /** Everybody who was put out so far. */
  out: Person[]
  /** People who talk from time to time, and are no clients. */
  others: Person[]
  moderation: RehearsedModeration
}

export type Outcome = Partial<RoomLoss> & {
  /** From the last command or kill until everything is as it was, in milliseconds. */
  recoveryMs: number
  /** Steps that did not go as docs/recovery.md says. */
  wrong: string[]
}

/** @param people those who are put out between the backup and the loss */
export type Loss = (stage: Stage, people: Person[]) => Promise<Outcome>

/** So that what waited during a loss is sent at once. */
const settings = { MESSAGE_LIMIT: '50' }

export async function openStage(
  { folder, seed, talkMs }: { folder: string; seed: number; talkMs: number },
  metrics: Metrics,
): Promise<Stage> {
  const options = { folder, seed, engines: 'real', renews: true, settings } as const
  const harness = await startHarness(options, metrics)
  const { service, postgres } = harness
  if (!postgres) throw new Error('There is no PostgreSQL')
  mkdirSync(join(folder, 'copies'))
  const moderation = await beginModeration(harness)
  void pollHistory(harness)
  return {
    ...harness,
    postgres,
    talkMs,
    operator: new Operator(service),
    silence: new Silence(metrics),
    log: new WorkerLog(service.dataDir),
    random: new Random(seed, 17),
    out: [],
    others: Object.values(moderation.people),
    moderation,
  }
}

export const talk = ({ talkMs }: Stage) => delay(talkMs)

/** What happens between the backup and the loss, to people and in moderation. */
export async function putOutAll(stage: Stage, people: Person[]): Promise<void> {
  const { service, operator, checker } = stage
  await putOut({ port: service.port, operator, checker }, people)
  stage.out.push(...people)
  await changeModeration(stage)
}

export function copyPath({ folder }: Stage, name: string): string {
  return join(folder, 'copies', name)
}

/** kill -9 of everything but the stores. @returns what Postgres has, and when that was */
export async function killService(
  stage: Stage,
): Promise<{ archive: ArchiveRow[]; killedAt: number }> {
  const killedAt = Date.now()
  await stage.service.killAll()
  await keepClientsOut(stage)
  // Postgres may still be at work on the last flush: a statement goes on when its client has ended.
  await waitUntil('Postgres has ended every connection', () => isAlone(stage.postgres.store))
  const [[json] = []] = await query(stage.postgres.store, archiveQuery)
  return { archive: JSON.parse(json ?? ''), killedAt }
}

async function keepClientsOut({ authors }: Stage): Promise<void> {
  for (const { client } of authors) client.parts.proxy.refuse()
  await waitUntil('all clients are away', () => authors.every(({ client }) => !client.isLive))
}

export function letClientsIn({ authors }: Stage): void {
  for (const { client } of authors) client.parts.proxy.heal()
}
