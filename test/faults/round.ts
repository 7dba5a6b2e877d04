// One round: everyone talks while the plan strikes, then silence, then the checks. Nothing of the
// service may be wrong at any moment, and everything must be whole in the end.

import { setTimeout as delay } from 'node:timers/promises'
import { compareArchive, compareOnline, compareTaken, compareView, findDeleted } from './checks.ts'
import { enact } from './faults.ts'
import { load } from './history.ts'
import { planRound } from './plan.ts'
import { Away, call, type Person, type Ready } from './wire.ts'
import type { World } from './world.ts'

const talkMs = 5_500
const talkOnMs = 1_500
/** Only to fail. */
const quietWithinMs = 150_000

/** @returns what is wrong, in sentences */
export async function runRound(world: World, round: number): Promise<string[]> {
  const { authors, witness, figures, seed, engines } = world
  const plan = planRound({ seed, engines, clients: authors.length }, round)
  const present = authors.filter((_, index) => !plan.absent.includes(index))
  for (const { client } of authors.filter((author) => !present.includes(author)))
    await client.leave()
  for (const author of present) author.begin(round)

  const began = performance.now()
  const wholeAt = await enact(world, plan)
  figures.time('healed to all synced', await untilSynced(world, wholeAt))
  await delay(Math.max(talkOnMs, talkMs - (performance.now() - began)))
  for (const author of authors) author.fallSilent()
  await Promise.all(authors.map((author) => author.end()))
  await until('every send has an answer', () => authors.every(({ isDone }) => isDone))
  const silentAt = performance.now()
  await untilQuiet(world)
  figures.time('silence to Postgres has all', performance.now() - silentAt)

  const wrong = [...witness.accusations, ...(await checkAll(world)), ...witness.accusations]
  for (const { client } of authors) client.come()
  return [...new Set(wrong)]
}

async function untilSynced({ authors, service }: World, since: number): Promise<number> {
  let head = Number.POSITIVE_INFINITY
  await until('everyone is in sync', async () => {
    if (head === Number.POSITIVE_INFINITY) head = (await headOf(service.port)) ?? head
    return authors.every(
      ({ client }) => !client.isWanted || (client.isSynced && client.seq >= head),
    )
  })
  return performance.now() - since
}

async function headOf(port: number): Promise<number | undefined> {
  try {
    const { status, body } = await call(port, 'GET', '/messages?limit=1')
    return status === 200 ? (body as { session: { seq: number } }).session.seq : undefined
  } catch (error) {
    if (error instanceof Away) return undefined
    throw error
  }
}

async function untilQuiet(world: World): Promise<void> {
  const { port } = world.service
  await untilSynced(world, 0)
  let last: unknown
  await until(
    () => `Postgres has everything; last: ${JSON.stringify(last)}`,
    async () => {
      last = await call(port, 'GET', '/ready').then(({ body }) => body, String)
      const { status, dirty, set_aside } = last as Ready
      return status === 'ready' && dirty === 0 && set_aside === 0
    },
  )
  const expected = expectedOnline(world)
  let wrong: string[] = []
  await until(
    () => wrong.join(),
    async () => {
      wrong = compareOnline(expected, await online(port))
      return wrong.length === 0
    },
  )
}

function expectedOnline({ authors }: World): string[] {
  const here = authors.filter(({ client }) => client.isWanted)
  return [...new Set(here.map(({ client }) => client.parts.account.username))]
}

async function online(port: number): Promise<string[]> {
  const { body } = await call(port, 'GET', '/users/online')
  return Array.isArray(body) ? (body as Person[]).map(({ username }) => username) : []
}

async function checkAll({ service, witness, archive, authors }: World): Promise<string[]> {
  const reader = { name: 'the check', port: service.port, witness }
  const loaded = await load(reader, { pages: Number.POSITIVE_INFINITY, goOn: () => true })
  if (!loaded) return ['The history cannot be read']
  const truth = loaded.messages.toReversed()
  const rows = await archive()
  const taken = authors.flatMap(({ accepted }) => [...accepted.values()])
  const views = authors
    .filter(({ client }) => client.isWanted)
    .flatMap(({ client: { name, view } }) => [
      ...compareView(name, truth, view.shown(), view.horizon),
      ...findDeleted(name, taken, view.shown()),
    ])
  const lags = authors
    .filter(({ client }) => client.isWanted && client.seq !== loaded.session.seq)
    .map(({ client }) => `${client.name} is at ${client.seq}, the room at ${loaded.session.seq}`)
  return [
    ...compareArchive(truth, rows),
    ...compareTaken(taken, rows),
    ...findDeleted('the history', taken, truth),
    ...findDeleted('Postgres', taken, rows),
    ...views,
    ...lags,
  ]
}

export async function until(
  what: string | (() => string),
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + quietWithinMs
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(`Not within time: ${typeof what === 'string' ? what : what()}`)
    await delay(50)
  }
}
