// `npm run test:hostile`
// Sends everything that a stranger can send to the running service, and checks all answers and the
// log, while well-behaved clients write messages and must not notice.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { Metrics } from '../harness/metrics.ts'
import { chooseEngines, type Engines } from '../harness/stores.ts'
import { checkAll } from './final-checks.ts'
import { Findings } from './findings.ts'
import { type Harness, startHarness } from './harness.ts'
import { short, whole } from './plan.ts'
import { runAttacks } from './run-attacks.ts'
import { runModeration } from './run-moderation.ts'
import { bombs, floodConnects, floodLogins, floodReads } from './scenarios/floods.ts'
import { type Measured, measure } from './scenarios/login-times.ts'
import * as moderationFloods from './scenarios/moderation-floods.ts'
import { sentenceOf } from './timing.ts'

const usage = `npm run test:hostile [-- options]

Sends everything that a stranger can send to the running service, while well-behaved clients write.

  --short        a short campaign
  --seed S       repeats the calls of this seed; the default is random
  --engines E    real (PostgreSQL, redis-server) or embedded; the default is what is installed
  --out FILE     where the findings are written`

const { values } = readArguments(usage, {
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    engines: { type: 'string' },
    out: { type: 'string' },
  },
})

passProxies()
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
const engines = (values.engines as Engines | undefined) ?? chooseEngines()
const plan = values.short ? short : whole
const out = values.out ?? join(import.meta.dirname, 'results', `${engines}-${seed}.json`)

const metrics = new Metrics(['frames', 'requests', 'upgrades', 'sockets opened', 'frames received'])
const findings = new Findings()
const startedAt = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
console.log(`seed ${seed}, ${plan.frames} frames, ${plan.requests} requests, ${engines} engines`)

let harness: Harness | undefined
let times: Measured[] = []
let finished = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => finish())
process.on('uncaughtException', (error) => {
  findings.report('the campaign itself failed', 'campaign', String(error?.stack ?? error))
  void finish()
})

harness = await startHarness({ folder, seed, engines, plan }, { metrics, findings })
for (const one of harness.wellBehaved) one.begin()
await step('login times', (harness) =>
  measure(harness.runner, plan.samples).then((measured) => {
    times = measured
  }),
)
await step('the attack', (harness) => runAttacks(harness, plan, seed))
await step('moderation', (harness) => runModeration(harness, plan, seed))
await step('floods', async ({ runner }) => {
  await bombs(runner)
  await floodReads(runner)
  await floodConnects(runner)
  await floodLogins(runner)
})
await step('floods of moderation', moderationFloods.runAll)
await step('the final checks', checkAll)
await finish()

async function step(name: string, work: (harness: Harness) => Promise<void>): Promise<void> {
  if (!harness) return
  const began = performance.now()
  await work(harness)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const { requests, frames } = harness.runner
  console.log(
    `${name}: ${seconds} s; ${requests} requests, ${frames} frames, ${findings.kinds} kinds of findings`,
  )
}

async function finish(): Promise<void> {
  if (finished) return
  finished = true
  const failed = findings.kinds > 0
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  console.log(`\nSeed ${seed}, ${engines} engines, ${seconds} s\n\n${metrics.table()}\n`)
  for (const { what, result } of times) console.log(`${what}: ${sentenceOf(result)}`)
  console.log(`\n${findings.kinds} kinds of problems found`)
  for (const line of findings.lines()) console.error(line)
  if (failed) console.error(`\nThe data is kept in ${folder}.`)
  mkdirSync(dirname(out), { recursive: true })
  const facts = { seed, engines, seconds, compared: times, findings: findings.all() }
  writeFileSync(out, `${JSON.stringify({ ...facts, ...metrics.toJSON() }, null, 2)}\n`)
  await harness?.tearDown({ keepData: failed }).catch(console.error)
  process.exit(failed ? 1 : 0)
}
