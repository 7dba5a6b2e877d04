// `npm run test:faults`
// Kills, stops and cuts what runs while twenty clients talk, and checks that nothing is lost,
// doubled, out of order or undeleted. It stops at the first thing that is wrong.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { Figures } from './figures.ts'
import { readPage } from './history.ts'
import { type Engines, planRound } from './plan.ts'
import { Random } from './random.ts'
import { runRound } from './round.ts'
import { buildWorld, chooseEngines, type World } from './world.ts'

const shortRounds = 4
const pollEveryMs = 150

const usage = `npm run test:faults [-- options]

Kills, stops and cuts what runs while twenty clients talk, and checks that nothing is lost. A round
takes about eight seconds.

  --rounds N     100, or 4 with --short
  --short        a few rounds, to look
  --seed S       the same faults once more; else by chance
  --from R       begins with this round of the seed
  --engines E    real (PostgreSQL, redis-server) or embedded; else what is installed
  --out FILE     where the figures are written`

const { values } = readArguments(usage, {
  options: {
    rounds: { type: 'string' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    engines: { type: 'string' },
    short: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
})

passProxies()
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
const engines = (values.engines as Engines | undefined) ?? chooseEngines()
const rounds = Number(values.rounds ?? (values.short ? shortRounds : 100))
const out = values.out ?? join(import.meta.dirname, 'results', `${engines}-${seed}.json`)

const always = ['rounds', 'kills', 'messages accepted', 'messages sent again', 'edits', 'deletions']
const mistakes = ['lost', 'doubled', 'out of order', 'resurrected or other mistakes'] as const
const figures = new Figures([...always, 'resumes', 'reloads', ...mistakes])

const startedAt = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'faults-'))
console.log(`seed ${seed}, ${rounds} rounds, ${engines} engines, in ${folder}`)
if (values.engines === undefined && engines === 'embedded')
  console.log('There is no PostgreSQL or no redis-server here: the embedded ones are used.')

let world: World | undefined
let wrong: string[] = []
let finished = false
let round = Number(values.from)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => finish([], { early: true }))
process.on('uncaughtException', (error) => finish([String(error.stack)]))
process.on('unhandledRejection', (error) => finish([String((error as Error)?.stack ?? error)]))

world = await buildWorld({ folder, seed, engines }, figures)
poll(world)
const end = round + rounds
while (round < end && wrong.length === 0) wrong = await oneRound(world)
await finish(wrong)

async function oneRound(world: World): Promise<string[]> {
  const { faults } = planRound({ seed, engines, clients: world.authors.length }, round)
  const began = performance.now()
  const found = await runRound(world, round)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const kinds = faults.map(({ kind }) => kind).join(', ')
  console.log(`round ${round} (${seconds} s): ${kinds}${found.length > 0 ? ': WRONG' : ''}`)
  figures.count('rounds')
  if (found.length === 0) round++
  return found
}

/** Reads the newest page all the time, and now and then the one below it. */
async function poll(world: World): Promise<void> {
  const reader = { name: 'the poller', port: world.service.port, witness: world.witness }
  const random = new Random(seed, 5)
  for (;;) {
    const page = await readPage(reader, null)
    const cursor = 'wait' in page ? null : page.next_cursor
    figures.count('wait' in page ? 'polls without an answer' : 'polls')
    if (cursor !== null && random.chance(0.3)) await readPage(reader, cursor)
    await delay(pollEveryMs)
  }
}

async function finish(found: string[], { early = false } = {}): Promise<void> {
  if (finished) return
  finished = true
  const failed = found.length > 0
  for (const sentence of found) figures.count(kindOf(sentence))
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  if (failed) {
    console.error(`\nWRONG in round ${round}, seed ${seed}, ${engines} engines:`)
    for (const sentence of found.slice(0, 40)) console.error(`- ${sentence}`)
    console.error(`\n${found.length} in all. The data is kept in ${folder}.`)
  }
  const ended = early ? ', ended early' : ''
  console.log(`\nSeed ${seed}, ${engines} engines, ${seconds} s${ended}\n\n${figures.table()}`)
  mkdirSync(dirname(out), { recursive: true })
  const facts = { seed, engines, seconds, wrong: found, ...figures.toJSON() }
  writeFileSync(out, `${JSON.stringify(facts, null, 2)}\n`)
  await world?.tearDown({ keep: failed }).catch(console.error)
  process.exit(failed || early ? 1 : 0)
}

function kindOf(sentence: string): (typeof mistakes)[number] {
  const known = mistakes.find((mistake) => sentence.includes(mistake))
  return known ?? 'resurrected or other mistakes'
}
