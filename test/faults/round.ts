// One round: all authors write while the faults of the plan happen, then they stop, and then all
// copies of the messages are compared.

import { setTimeout as delay } from 'node:timers/promises'
import { readArchive } from '../harness/database.ts'
import { readHistory } from '../harness/read-history.ts'
import { readArchivedModeration } from '../harness/read-moderation.ts'
import { call, isArchived, NoAnswer, type Ready } from '../harness/rest.ts'
import {
  type AcceptedMessage,
  type ArchiveRow,
  compareAccepted,
  compareArchive,
  compareOnline,
  compareView,
  findDeletedTexts,
  withPurges,
} from '../kit/final-state.ts'
import type { Member, Page } from '../kit/protocol.ts'
import type { Client } from './client.ts'
import type { Conversation } from './conversation/conversation.ts'
import type { Harness } from './harness.ts'
import { injectFaults } from './inject-faults.ts'
import type { Moderation } from './moderation/moderation.ts'
import { planRound } from './plan.ts'

const trafficMs = 5_500
const trafficAfterFaultsMs = 1_500
/** Long enough for any recovery. */
const waitMaxMs = 150_000

/** What people do besides writing. */
export type Activities = { moderation: Moderation; conversation: Conversation }

/** @returns one sentence for each violation */
export async function runRound(
  harness: Harness,
  activities: Activities,
  round: number,
): Promise<string[]> {
  const { authors, checker, metrics, seed, engines } = harness
  const plan = planRound({ seed, engines, clients: authors.length }, round)
  const present = authors.filter((_, index) => !plan.absent.includes(index))
  for (const { client } of authors.filter((author) => !present.includes(author)))
    await client.leave()
  for (const author of present) author.begin(round)
  for (const activity of Object.values(activities)) activity.begin()

  const began = performance.now()
  const healedAt = await injectFaults(harness, plan)
  metrics.time('healed to all synced', await waitUntilSynced(harness, healedAt))
  await delay(Math.max(trafficAfterFaultsMs, trafficMs - (performance.now() - began)))
  for (const author of authors) author.stopNewWork()
  await Promise.all([...authors, ...Object.values(activities)].map((one) => one.end()))
  await waitUntil('every message is confirmed', () => authors.every(({ isIdle }) => isIdle))
  const quietAt = performance.now()
  await waitUntilArchived(harness)
  metrics.time('last message to Postgres has all', performance.now() - quietAt)

  const found = await checkRound(harness, activities)
  const wrong = [...checker.violations, ...found, ...checker.violations]
  for (const { client } of authors) client.start()
  return [...new Set(wrong)]
}

async function checkRound(
  harness: Harness,
  { moderation, conversation }: Activities,
): Promise<string[]> {
  const { port, dataDir } = harness.service
  const purges = async () => (await readArchivedModeration(dataDir)).purges
  await waitUntil('Postgres has finished every purge', async () =>
    (await purges()).every(({ is_done }) => is_done),
  )
  const rows = await readArchive(dataDir)
  const found = await checkAll({ ...harness, port, readRows: async () => rows })
  return [
    ...found,
    ...(await moderation.check(harness, rows)),
    ...(await conversation.check(harness)),
  ]
}

export async function waitUntilSynced(
  { authors, service }: { authors: Harness['authors']; service: { port: number } },
  since: number,
): Promise<number> {
  let head = Number.POSITIVE_INFINITY
  const behind = () =>
    authors
      .map(({ client }) => client)
      .filter(({ shouldRun, keptOut }) => shouldRun && !keptOut.isActive)
      .filter(({ isSynced, seq }) => !isSynced || seq < head)
  await waitUntil(
    () =>
      `all clients are in sync with ${head}; behind: ${behind().map(describeClient).join(', ')}`,
    async () => {
      if (head === Number.POSITIVE_INFINITY) head = (await headOf(service.port)) ?? head
      return behind().length === 0
    },
  )
  return performance.now() - since
}

const describeClient = ({ name, isLive, view, seq }: Client): string =>
  `${name} (${isLive ? 'live' : 'not live'}, ${view.isLoaded ? '' : 'not '}loaded, at ${seq})`

async function headOf(port: number): Promise<number | undefined> {
  try {
    const { status, body } = await call(port, 'GET', '/messages?limit=1')
    return status === 200 ? (body as Page).session.seq : undefined
  } catch (error) {
    if (error instanceof NoAnswer) return undefined
    throw error
  }
}

export async function waitUntilArchived(harness: Harness): Promise<void> {
  const { port } = harness.service
  await waitUntilSynced(harness, 0)
  let last: unknown
  await waitUntil(
    () => `Postgres has everything; last: ${JSON.stringify(last)}`,
    async () => {
      last = await call(port, 'GET', '/ready').then(({ body }) => body, String)
      return isArchived(last as Ready)
    },
  )
  const expected = expectedOnline(harness)
  let wrong: string[] = []
  await waitUntil(
    () => wrong.join(),
    async () => {
      wrong = compareOnline(expected, await online(port))
      return wrong.length === 0
    },
  )
}

function expectedOnline({ authors }: Harness): string[] {
  const present = authors.filter(({ client }) => client.shouldRun)
  return [...new Set(present.map(({ client }) => client.parts.account.username))]
}

async function online(port: number): Promise<string[]> {
  const { body } = await call(port, 'GET', '/users/online')
  return Array.isArray(body) ? (body as Member[]).map(({ username }) => username) : []
}

type Finished = Pick<Harness, 'authors' | 'checker'> & {
  port: number
  /** Messages that were accepted from others than the authors. */
  said?: readonly AcceptedMessage[]
  readRows: () => Promise<ArchiveRow[]>
}

/** Compares all copies of the messages. @returns one sentence for each difference */
export async function checkAll({
  port,
  checker,
  authors,
  said = [],
  readRows,
}: Finished): Promise<string[]> {
  const loaded = await readHistory({ name: 'the check', port, checker })
  if (!loaded) return ['The history cannot be read']
  const history = loaded.messages.toReversed()
  const rows = await readRows()
  const accepted = withPurges(
    [...authors.flatMap(({ accepted }) => [...accepted.values()]), ...said],
    checker.purges.all,
  )
  const views = authors
    .filter(({ client }) => client.shouldRun)
    .flatMap(({ client: { name, view } }) => [
      ...compareView(name, history, view.shown(), view.horizon),
      ...findDeletedTexts(name, accepted, view.shown()),
    ])
  const lags = authors
    .filter(({ client }) => client.shouldRun && client.seq !== loaded.session.seq)
    .map(({ client }) => `${client.name} is at ${client.seq}, the room at ${loaded.session.seq}`)
  return [
    ...compareArchive(history, rows),
    ...compareAccepted(accepted, rows),
    ...findDeletedTexts('the history', accepted, history),
    ...findDeletedTexts('Postgres', accepted, rows),
    ...views,
    ...lags,
  ]
}

export async function waitUntil(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + waitMaxMs
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`Waited too long: ${typeof what === 'string' ? what : what()}`)
    await delay(50)
  }
}
