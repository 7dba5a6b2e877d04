// `npm run test:recovery`
// Rehearses each loss of storage while twenty clients talk, with a kill in the middle of the recovery,
// and checks what was lost against docs/recovery.md.

import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readArguments } from '../../local/arguments.ts'
import { passProxies } from '../../local/proxies.ts'
import { Metrics } from '../harness/metrics.ts'
import { chooseEngines } from '../harness/stores.ts'
import { postgresLost } from './losses/postgres-lost.ts'
import { postgresSetBack } from './losses/postgres-set-back.ts'
import { roomLost } from './losses/room-lost.ts'
import { roomSetBack } from './losses/room-set-back.ts'
import { type Figures, rehearse } from './rehearsal.ts'
import { type Loss, openStage, type Stage } from './stage.ts'
import { table } from './table.ts'

const losses: Record<string, Loss> = {
  'postgres-set-back': postgresSetBack,
  'room-lost': roomLost,
  'room-set-back': roomSetBack,
  'postgres-lost': postgresLost,
}
const names = Object.keys(losses)

const usage = `npm run test:recovery [-- options]

Rehearses the losses of docs/recovery.md while twenty clients talk, each with a kill in the middle of
the recovery. It needs PostgreSQL and redis-server, and takes about three minutes.

  --only A,B   some of ${names.join(', ')}
  --short      people talk for a shorter time: 90 seconds in all
  --seed S     repeats what a seed decides; the default is random`

const { values } = readArguments(usage, {
  options: {
    only: { type: 'string', default: names.join() },
    short: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
})
const only = values.only.split(',')
const unknown = only.find((name) => !losses[name])
if (unknown !== undefined) fail(`There is no loss ${unknown}.\n\n${usage}`)
if (chooseEngines() !== 'real') fail('Install PostgreSQL and redis-server first.')

passProxies()
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e6))
const startedAt = performance.now()
const out = join(import.meta.dirname, 'results', `${seed}.json`)
const metrics = new Metrics()
const folder = mkdtempSync(join(tmpdir(), 'recovery-'))
console.log(`seed ${seed}, in ${folder}`)
let stage: Stage | undefined
const done = new Map<string, Figures>()
let isFinished = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => finish(['It was ended early']))
process.on('uncaughtException', (error) => finish([String(error?.stack ?? error)]))

stage = await openStage({ folder, seed, talkMs: values.short ? 1_000 : 8_000 }, metrics)
for (const [round, name] of only.entries()) {
  const began = performance.now()
  const { figures, wrong } = await rehearse(stage, losses[name] as Loss, round)
  done.set(name, figures)
  const seconds = ((performance.now() - began) / 1_000).toFixed(1)
  console.log(`${name} (${seconds} s)${wrong.length > 0 ? ': WRONG' : ''}`)
  if (wrong.length > 0) await finish(wrong)
}
await finish([])

async function finish(wrong: string[]): Promise<void> {
  if (isFinished) return
  isFinished = true
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  console.log(`\nSeed ${seed}, ${seconds} s\n\n${table(done)}`)
  if (wrong.length > 0) {
    console.error(`\nWRONG with seed ${seed}:`)
    const all = [...new Set([...wrong, ...(stage?.checker.violations ?? [])])]
    for (const sentence of all.slice(0, 40)) console.error(`- ${sentence}`)
    console.error(`\n${all.length} in all. The data is kept in ${folder}.`)
  }
  mkdirSync(dirname(out), { recursive: true })
  const facts = { seed, seconds, wrong, figures: Object.fromEntries(done), ...metrics.toJSON() }
  writeFileSync(out, `${JSON.stringify(facts, null, 2)}\n`)
  await stage?.tearDown({ keepData: wrong.length > 0 }).catch(console.error)
  process.exit(wrong.length > 0 ? 1 : 0)
}

function fail(sentence: string): never {
  console.error(sentence)
  process.exit(1)
}
