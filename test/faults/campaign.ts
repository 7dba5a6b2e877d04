// `npm run test:faults`
// Kills, stops and cuts processes and connections while twenty clients write and some of them moderate, and
// checks that nothing is lost, doubled, out of order or undeleted. It stops at the first violation.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { Metrics } from '../harness/metrics.ts'
import { chooseEngines, type Engines } from '../harness/stores.ts'
import { Conversation } from './conversation/conversation.ts'
import { type Harness, startHarness } from './harness.ts'
import { Moderation } from './moderation/moderation.ts'
import { planRound } from './plan.ts'
import { pollHistory } from './poll-history.ts'
import { runRound } from './round.ts'

const shortRounds = 4

const usage = `npm run test:faults [-- options]

Kills, stops and cuts processes and connections while twenty clients write and some of them moderate,
and checks that nothing is lost. A round takes about eight seconds.

  --rounds N     100, or 4 with --short
  --short        a few rounds
  --seed S       repeats the faults of this seed; the default is random
  --from R       starts with this round of the seed
  --engines E    real (PostgreSQL, redis-server) or embedded; the default is what is installed`

const { values } = readArguments(usage, {
  options: {
    rounds: { type: 'string' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    engines: { type: 'string' },
    short: { type: 'boolean', default: false },
  },
})

passProxies()
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
const engines = (values.engines as Engines | undefined) ?? chooseEngines()
const rounds = Number(values.rounds ?? (values.short ? shortRounds : 100))
const out = join(import.meta.dirname, 'results', `${engines}-${seed}.json`)

const always = [
  ...['rounds', 'kills', 'messages accepted', 'messages sent again', 'edits', 'deletions'],
  ...['calls of moderators', 'mutes', 'bans', 'purges', 'messages purged'],
  ...['deletions by moderators', 'reports', 'refusals: muted', 'refusals over REST: muted'],
  ...['marks', 'marks over REST', 'searches', 'searches for deleted texts'],
]
const mistakes = ['lost', 'doubled', 'out of order', 'resurrected or other mistakes'] as const
const metrics = new Metrics([...always, 'resumes', 'reloads', ...mistakes])

const startedAt = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'faults-'))
console.log(`seed ${seed}, ${rounds} rounds, ${engines} engines, in ${folder}`)
if (values.engines === undefined && engines === 'embedded')
  console.log('PostgreSQL or redis-server is not installed, so the embedded ones are used.')

/** So that reports have texts, which purges must remove. */
const settings = { REPORT_SNAPSHOT_DAYS: '30' }

let harness: Harness | undefined
let wrong: string[] = []
let finished = false
let round = Number(values.from)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => finish([], { early: true }))
process.on('uncaughtException', (error) => finish([String(error?.stack ?? error)]))

harness = await startHarness({ folder, seed, engines, settings }, metrics)
const activities = {
  moderation: await Moderation.begin(harness),
  conversation: new Conversation(harness),
}
pollHistory(harness)
const end = round + rounds
while (round < end && wrong.length === 0) wrong = await oneRound(harness)
await finish(wrong)

async function oneRound(harness: Harness): Promise<string[]> {
  const { faults } = planRound({ seed, engines, clients: harness.authors.length }, round)
  const began = performance.now()
  if (round === end - 1) activities.moderation.forgetComparison()
  const found = await runRound(harness, activities, round)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const kinds = faults.map(({ kind }) => kind).join(', ')
  console.log(`round ${round} (${seconds} s): ${kinds}${found.length > 0 ? ': WRONG' : ''}`)
  metrics.count('rounds')
  if (found.length === 0) round++
  return found
}

async function finish(found: string[], { early = false } = {}): Promise<void> {
  if (finished) return
  finished = true
  const failed = found.length > 0
  for (const sentence of found) metrics.count(mistakeIn(sentence))
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  if (failed) {
    console.error(`\nWRONG in round ${round}, seed ${seed}, ${engines} engines:`)
    for (const sentence of found.slice(0, 40)) console.error(`- ${sentence}`)
    console.error(`\n${found.length} in all. The data is kept in ${folder}.`)
  }
  const ended = early ? ', ended early' : ''
  console.log(`\nSeed ${seed}, ${engines} engines, ${seconds} s${ended}\n\n${metrics.table()}`)
  mkdirSync(dirname(out), { recursive: true })
  const facts = { seed, engines, seconds, wrong: found, ...metrics.toJSON() }
  writeFileSync(out, `${JSON.stringify(facts, null, 2)}\n`)
  await harness?.tearDown({ keepData: failed }).catch(console.error)
  process.exit(failed || early ? 1 : 0)
}

function mistakeIn(sentence: string): (typeof mistakes)[number] {
  const known = mistakes.find((mistake) => sentence.includes(mistake))
  return known ?? 'resurrected or other mistakes'
}
