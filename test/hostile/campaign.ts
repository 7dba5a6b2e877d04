// `npm run test:hostile`
// Throws at the running service whatever a stranger can send, reads everything that comes back and
// all that is logged, while honest people talk and must not notice.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { Figures } from '../faults/figures.ts'
import { assault } from './assault.ts'
import { Findings } from './findings.ts'
import { short, whole } from './plan.ts'
import { bombs, floodConnects, floodLogins, floodReads } from './scenes/floods.ts'
import { type Measured, measure } from './scenes/login-times.ts'
import { sentenceOf } from './timing.ts'
import { judgeAll } from './verdict.ts'
import { buildWorld, chooseEngines, type Engines, type World } from './world.ts'

const usage = `npm run test:hostile [-- options]

Throws at the running service whatever a stranger can send, while honest people talk.

  --short        fewer of everything, to look
  --seed S       the same calls once more; else by chance
  --frames N     how many frames
  --requests N   how many requests
  --engines E    real (PostgreSQL, redis-server) or embedded; else what is installed
  --out FILE     where the findings are written`

const { values } = readArguments(usage, {
  options: {
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
    frames: { type: 'string' },
    requests: { type: 'string' },
    engines: { type: 'string' },
    out: { type: 'string' },
  },
})

passProxies()
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
const engines = (values.engines as Engines | undefined) ?? chooseEngines()
const sized = values.short ? short : whole
const plan = {
  ...sized,
  frames: Number(values.frames ?? sized.frames),
  requests: Number(values.requests ?? sized.requests),
}
const out = values.out ?? join(import.meta.dirname, 'results', `${engines}-${seed}.json`)

const figures = new Figures(['frames', 'requests', 'upgrades', 'sockets opened', 'frames heard'])
const findings = new Findings()
const startedAt = performance.now()
const folder = mkdtempSync(join(tmpdir(), 'hostile-'))
console.log(`seed ${seed}, ${plan.frames} frames, ${plan.requests} requests, ${engines} engines`)

let world: World | undefined
let times: Measured[] = []
let finished = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => finish())
process.on('uncaughtException', (error) => {
  findings.report('the campaign itself broke off', 'campaign', String(error.stack))
  void finish()
})
process.on('unhandledRejection', (error) => {
  findings.report('the campaign itself broke off', 'campaign', String((error as Error)?.stack))
  void finish()
})

world = await buildWorld({ folder, seed, engines, plan }, { figures, findings })
for (const one of world.honest) one.begin()
await step('login times', (world) =>
  measure(world.stage, plan.samples).then((measured) => {
    times = measured
  }),
)
await step('the attack', (world) => assault(world, plan, seed))
await step('floods', async ({ stage }) => {
  await bombs(stage)
  await floodReads(stage)
  await floodConnects(stage)
  await floodLogins(stage)
})
await step('the verdict', judgeAll)
await finish()

async function step(name: string, work: (world: World) => Promise<void>): Promise<void> {
  if (!world) return
  const began = performance.now()
  await work(world)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  const { requests, frames } = world.stage
  console.log(
    `${name}: ${seconds} s; ${requests} requests, ${frames} frames, ${findings.kinds} kinds of findings`,
  )
}

async function finish(): Promise<void> {
  if (finished) return
  finished = true
  const failed = findings.kinds > 0
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  console.log(`\nSeed ${seed}, ${engines} engines, ${seconds} s\n\n${figures.table()}\n`)
  for (const { what, result } of times) console.log(`${what}: ${sentenceOf(result)}`)
  console.log(`\n${findings.kinds} kinds of problems found`)
  for (const line of findings.lines()) console.error(line)
  if (failed) console.error(`\nThe data is kept in ${folder}.`)
  mkdirSync(dirname(out), { recursive: true })
  const facts = { seed, engines, seconds, compared: times, findings: findings.all() }
  writeFileSync(out, `${JSON.stringify({ ...facts, ...figures.toJSON() }, null, 2)}\n`)
  await world?.tearDown({ keep: failed }).catch(console.error)
  process.exit(failed ? 1 : 0)
}
