// The bench: our room beside its peers.

import { readArguments } from '../local/arguments.ts'
import { measureDelay } from './figures/delay.ts'
import { measureDeliveries } from './figures/deliveries.ts'
import { measureLone } from './figures/lone.ts'
import { startGenerator } from './generator/generator.ts'
import { describeCommit, describeMachine, loadAverage } from './machine.ts'
import { bareObject } from './peers/bare.ts'
import { insertingObject } from './peers/inserting.ts'
import { openPostgres } from './peers/postgres.ts'
import { socketIo } from './peers/socket-io.ts'
import { bareWs } from './peers/ws.ts'
import type { Results, Run } from './report/results.ts'
import { writeReport } from './report.ts'
import { rulesOf } from './rules.ts'
import { buildBundle } from './subject/bundle.ts'
import { batchingRoom, plainRoom } from './subject/room.ts'
import { openStandIns } from './subject/stand-ins.ts'
import type { Trial } from './trial.ts'

const usage = `npm run bench [-- options]

Our room beside its peers: about six minutes on a calm machine, 45 with --full.

  --full              medians of three runs, to quote
  --runs=3            how many
  --sockets=500,2000
  --only=deliveries,lone,delay
  --subjects=bare,socket    those whose names hold one of these
  --trace             shows each step`

const { values } = readArguments(usage, {
  options: {
    full: { type: 'boolean', default: false },
    runs: { type: 'string' },
    sockets: { type: 'string', default: '500,2000' },
    only: { type: 'string', default: 'deliveries,lone,delay' },
    subjects: { type: 'string', default: '' },
    trace: { type: 'boolean', default: false },
  },
})
const mode = values.full ? 'full' : 'short'
const figures = new Set(values.only.split(','))
const rules = rulesOf(mode, values.sockets.split(',').map(Number))

const postgres = await openPostgres()
// The stand-ins read it, too.
if (postgres.connections > 1) process.env.BENCH_DATABASE_URL = postgres.url
const standIns = await openStandIns()
const bundle = buildBundle()
const generator = startGenerator()
const inserting = insertingObject(bundle.compatibilityDate)
const batching = batchingRoom({ bundle, standIns })
const subjects = [
  bareObject(bundle.compatibilityDate),
  inserting,
  socketIo(postgres),
  bareWs(),
  plainRoom({ bundle, standIns }),
  batching,
].filter(({ name }) => values.subjects.split(',').some((part) => name.includes(part)))

const results: Results = {
  mode,
  startedAt: new Date().toISOString(),
  commit: describeCommit(),
  machine: describeMachine(),
  stores: { postgres: postgres.name, redis: standIns.names.redis },
  rules,
  runs: [],
}
try {
  for (let n = 0; n < Number(values.runs ?? rules.runs); n++) {
    results.runs.push(await runOnce())
    writeReport(results)
  }
} finally {
  generator.stop()
  bundle.dispose()
  await standIns.close()
  await postgres.stop()
}
process.exit()

async function runOnce(): Promise<Run> {
  const run: Run = { loadAverageBefore: loadAverage(), deliveries: [], lone: [], delay: [] }
  if (figures.has('deliveries'))
    for (const own of rules.deliveries)
      for (const subject of subjects) {
        say(`${subject.name}, ${own.sockets} sockets`)
        const row = await measureDeliveries(subject, generator, own)
        if (values.trace) console.table(row.ramp.trials.map(brief))
        run.deliveries.push(row)
      }
  if (figures.has('lone')) {
    say('a lone user')
    run.lone = await measureLone([inserting, batching], generator, rules.lone)
  }
  if (figures.has('delay')) {
    say('delay of Postgres and Redis')
    run.delay = await measureDelay(batching, standIns, generator, rules.delay)
  }
  return run
}

function say(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} … ${what}`)
}

function brief({ rate, deliveriesPerSecond, p50Ms, p99Ms, generatorBusy, cores }: Trial) {
  const { subject, generator, standIns: stores, others } = cores
  const shown = { rate, deliveriesPerSecond, p50Ms, p99Ms, generatorBusy, subject, generator }
  return Object.fromEntries(
    Object.entries({ ...shown, stores, others }).map(([name, value]) => [name, +value.toFixed(2)]),
  )
}
